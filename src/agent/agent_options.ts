/**
 * Options of an agent.
 *
 * @module
 */
import type { CostOf } from "../cost/call_usage.ts";
import type { Limits } from "../cost/limits.ts";
import type { HistoryOptions } from "../graph/history_options.ts";
import type { StepOptions, Text } from "../graph/step.ts";
import type { MigrateData, MigrateResult } from "../history/migrations.ts";
import type { LLM } from "../llm/llm.ts";
import type { ExampleSimilarity } from "../prompt/examples.ts";
import type { SchemaCache } from "../schema/schema_cache.ts";
import type { StandardSchema } from "../schema/standard_schema.ts";
import type { AnyTool } from "../tool/tool_internals.ts";
import type { Observer, OnObserverError, OnWarning } from "../turn/observer.ts";

/**
 * Options of an agent.
 *
 * @typeParam Answers Structured answers by step: the output of its `answer` schema,
 *   `unknown` for a step without one. Inferred from `steps`.
 * @typeParam Data Data of sessions, inferred from `data`.
 * @typeParam Context Context of sessions, inferred from `context`, or from tools and guards.
 */
export interface AgentOptions<
  Answers extends object = Record<string, unknown>,
  Data = unknown,
  Context = unknown,
> {
  /** Name of the agent, for messages and traces. */
  readonly name: string;
  /** LLM of all steps, or several LLMs by name, one of them `default`; a step selects one by its option `llm`. */
  readonly llm: LLM | Models;
  /** Id of the first step. */
  readonly start: NoInfer<keyof Answers & string>;
  /** Steps by id. */
  readonly steps:
    & {
      readonly [Id in keyof Answers]: StepOptions<
        NoInfer<keyof Answers & string>,
        NoInfer<Data>,
        Context,
        Answers[Id]
      >;
    }
    // Answers are inferred from the type above, and the context from this one.
    & {
      readonly [step: string]:
        & Pick<StepOptions<string, NoInfer<Data>, Context>, "routes" | "tools">
        & { readonly [Other in Exclude<keyof StepOptions, "routes" | "tools">]?: unknown };
    };
  /**
   * Schema of the data of sessions: JSON values that are stored in the log of each session. Tools
   * change them by `setData()`; tools, guards and texts read them. They start from the defaults of
   * the schema, completed by `createSession({ data })`. The schema must be synchronous, and must
   * accept what it returns without changing it. Default: no data.
   */
  readonly data?: StandardSchema<unknown, Data>;
  /**
   * Schema of the context of sessions, needed if guards use the context, or if tools
   * need different contexts. It validates the context of every session, without
   * changing it. Default: only the tools' own schemas validate it.
   */
  readonly context?: StandardSchema<Context, unknown>;
  /** Tools that steps may refer to by name. Default: none. */
  readonly tools?: readonly AnyTool<NoInfer<Data>, Context>[];
  /**
   * General instruction to the model. The text of a function is part of the last message of a
   * request, and the default is then in the first. Default: one that explains decisions.
   */
  readonly system?: Text<NoInfer<Data>, NoInfer<Context>>;
  /**
   * Persona of the agent; a step may replace it by its own. It is part of the first message of a
   * request, or of the last one if a step has a persona or one is a function. Default: none.
   */
  readonly persona?: Text<NoInfer<Data>, NoInfer<Context>>;
  /** If true, decisions include reasoning. False suits models that reason by themselves. Default: true. */
  readonly reasoning?: boolean;
  /**
   * Bounds of the history that requests show; a step may have its own. Default: none before the
   * model reports a full context.
   */
  readonly history?: HistoryOptions;
  /** Maximum number of errors in a row in a turn; after one more the model may only respond, once. Default: 3. */
  readonly maxErrors?: number;
  /** Maximum number of decisions in a turn; then the model may only respond. Default: 10. */
  readonly maxIterations?: number;
  /**
   * Number of identical rounds of calls with identical results that counts as a loop;
   * then the model may only respond. `Infinity` allows polling. A tool may have its own.
   * Default: 3.
   */
  readonly maxRepeats?: number;
  /**
   * Maximum number of levels of child sessions below a session of this agent. A call
   * that would go deeper fails. If the agents' values differ, the lowest applies.
   * Default: 8.
   */
  readonly maxDepth?: number;
  /** Limits of turns and sessions: tokens, money, calls, time. Default: none. */
  readonly limits?: Limits;
  /** Returns the price of a model call, for `limits`, events and states. Default: the price is not known. */
  readonly cost?: CostOf;
  /**
   * If true, the events of model calls record when the model was asked and answered (`timing`) and,
   * unless it was asked for a summary, how large the request was (`prompt`), so that a stored
   * session can be profiled. Each event grows by about 300 characters. Default: false.
   */
  readonly timings?: boolean;
  /** Observers of every turn, for traces and metrics. Default: none. */
  readonly observers?: readonly Observer[];
  /** Called with each failure of an observer. Default: failures are passed to `onWarning`. */
  readonly onObserverError?: OnObserverError;
  /**
   * Called with each problem that stops no turn, for example a price that cannot be computed.
   * Default: the first problem of each kind is a warning on the console.
   */
  readonly onWarning?: OnWarning;
  /** Maximum length of a tool result, in characters; a longer one is cut. Default: 20,000. */
  readonly maxResultChars?: number;
  /**
   * Maximum length of a model's output, in characters, checked while it arrives; a longer one is
   * never parsed, and the turn throws an `LLMLengthError`. A tool result is not serialized further
   * either. Default: 4,000,000.
   */
  readonly maxOutputChars?: number;
  /**
   * Converts results that older releases of the tools wrote to the current form. Called
   * for every result whenever a state or a stored session is read, because stored
   * results are not rewritten; it must return results in the current form as they are.
   * Default: results are read as they were written.
   *
   * @example
   * ```ts
   * import { Agent, decide, MockLLM, Tool } from "@nomos/agent";
   * import { assertEquals } from "@std/assert";
   * import * as v from "valibot";
   *
   * const build = (llm: MockLLM, price: unknown) =>
   *   new Agent({
   *     name: "shop",
   *     llm,
   *     start: "sell",
   *     steps: {
   *       sell: {
   *         description: "Sell",
   *         tools: [
   *           new Tool({
   *             name: "price",
   *             description: "The price",
   *             args: v.object({}),
   *             run: () => price,
   *           }),
   *         ],
   *       },
   *     },
   *     // Older releases wrote a number in euros; now it is an object in cents.
   *     migrateResult: (text, { tool }) => {
   *       const result = JSON.parse(text);
   *       if (tool !== "price" || typeof result !== "number") return text;
   *       return JSON.stringify({ cents: result * 100 });
   *     },
   *   });
   * const old = build(new MockLLM([decide.call("price"), decide.respond("3.5")]), 3.5);
   * const { state } = await old.createSession().next("How much?");
   *
   * const llm = new MockLLM([decide.respond("3.5")]);
   * const session = build(llm, { cents: 350 }).createSession({ state });
   * await session.next("How much was it?");
   * const shown = llm.requests[0]!.messages.find(({ role }) => role === "tool");
   * assertEquals(shown?.content, 'Result of price:\n{"cents":350}');
   * ```
   */
  readonly migrateResult?: MigrateResult;
  /**
   * Current ids of renamed or removed steps, by their former ids, so that states and stored
   * sessions of older releases of the agent still open. Names are replaced whenever a log is read;
   * stored logs are not rewritten. An id that was renamed twice needs two entries, each with the id
   * of today. Default: none.
   *
   * @example
   * ```ts
   * import { Agent, decide, MockLLM } from "@nomos/agent";
   * import { assertEquals } from "@std/assert";
   *
   * const old = new Agent({
   *   name: "shop",
   *   llm: new MockLLM([decide.respond("Hello")]),
   *   start: "greet",
   *   steps: { greet: { description: "Greet them" } },
   * });
   * const { state } = await old.createSession().next("Hi");
   *
   * const agent = new Agent({
   *   name: "shop",
   *   llm: new MockLLM(),
   *   start: "welcome",
   *   steps: { welcome: { description: "Greet them" } },
   *   renamedSteps: { greet: "welcome" },
   * });
   * assertEquals(agent.createSession({ state }).step, "welcome");
   * ```
   */
  readonly renamedSteps?: Readonly<Record<string, NoInfer<keyof Answers & string>>>;
  /**
   * Converts data that an older release of the agent stored to the current form. Called when a
   * session is opened or read, if the `data` schema refuses its data or drops a key of them.
   * Default: data that do not fit throw a `StateError`, and dropped keys are ignored.
   */
  readonly migrateData?: MigrateData<NoInfer<Data>>;
  /** Maximum number of examples in a request; those with `show: "always"` are never left out. Default: 5. */
  readonly maxExamples?: number;
  /** Minimum similarity of an example to the input, from 0 to 1. Default: 0.5. */
  readonly exampleThreshold?: number;
  /**
   * Measures the similarity of examples to an input. Default: cosine similarity of their embeddings
   * by the default model.
   */
  readonly exampleSimilarity?: ExampleSimilarity;
  /** Returns the current time, in milliseconds since 1970. Default: `Date.now`. */
  readonly clock?: () => number;
  /** Returns a new, unique id for a session. Default: `crypto.randomUUID`. */
  readonly ids?: () => string;
  /** Cache of decision schemas. Default: one that all agents of the process share. */
  readonly schemaCache?: SchemaCache;
}

/** LLMs by name. */
export interface Models {
  /** LLM of every step that names none. */
  readonly default: LLM;
  /** LLMs that steps may name by their option `llm`. */
  readonly [name: string]: LLM;
}
