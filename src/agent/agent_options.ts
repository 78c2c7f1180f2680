/**
 * Options of agents and sessions.
 *
 * @module
 */
import type { SchemaCache } from "../schema/schema_cache.ts";
import type { StandardSchema } from "../schema/standard_schema.ts";
import type { StepOptions } from "../graph/step.ts";
import type { Limits } from "../cost/limits.ts";
import type { MigrateResult } from "../history/migrations.ts";
import type { LLM } from "../llm/llm.ts";
import type { Observer } from "../turn/observer.ts";
import type { CostOf } from "../cost/call_usage.ts";
import type { AnyTool } from "../tool/tool_internals.ts";

/**
 * Options of an agent.
 *
 * @typeParam Answers The structured answers by step: what its `answer` schema
 *   returns, and `unknown` for a step without one. Inferred from `steps`.
 * @typeParam Context The context of sessions, inferred from `context`, or from tools and guards.
 */
export interface AgentOptions<Answers extends object = Record<string, unknown>, Context = unknown> {
  /** Its name. */
  readonly name: string;
  /** The model; or several by name, `default` among them, of which a step may name one. */
  readonly llm: LLM | Models;
  /** The first step. */
  readonly start: NoInfer<keyof Answers & string>;
  /** The steps by name. */
  readonly steps:
    & {
      readonly [Id in keyof Answers]: StepOptions<
        NoInfer<keyof Answers & string>,
        Context,
        Answers[Id]
      >;
    }
    // Nothing but the answers is inferred from the type above; from this one the context is.
    & {
      readonly [step: string]:
        & Pick<StepOptions<string, Context>, "routes" | "tools">
        & { readonly [Other in Exclude<keyof StepOptions, "routes" | "tools">]?: unknown };
    };
  /**
   * Schema of the context that sessions are given: of what guards need, and of all
   * that tools need, if they need different ones. It validates the context of every
   * session, without changing it. Default: what the tools need.
   */
  readonly context?: StandardSchema<Context, unknown>;
  /** Tools that steps may use by name. Default: none. */
  readonly tools?: readonly AnyTool<Context>[];
  /** The general instruction to the model. Default: one that explains decisions. */
  readonly system?: string;
  /** Persona of the agent, which that of a step replaces there. Default: none. */
  readonly persona?: string;
  /** If true, the model writes down its reasoning; false suits models that reason by themselves. Default: true. */
  readonly reasoning?: boolean;
  /** Maximum number of errors in a row in a turn; one more ends it. Default: 3. */
  readonly maxErrors?: number;
  /** Maximum number of decisions in a turn before an answer is asked for. Default: 10. */
  readonly maxIterations?: number;
  /**
   * Number of equal rounds of calls with equal results that are a loop, which ends in
   * an answer; `Infinity` to allow polling. A tool may have its own. Default: 3.
   */
  readonly maxRepeats?: number;
  /**
   * Maximum number of levels of agents below a session of this one, if each is a tool
   * of the one above. A call that goes deeper fails; if agents differ, the lowest
   * number holds. Default: 8.
   */
  readonly maxDepth?: number;
  /** Limits of turns and sessions: tokens, money, calls, time. Default: none. */
  readonly limits?: Limits;
  /** Returns the cost of a model call, for `limits`, events and states. Default: cost is not known. */
  readonly cost?: CostOf;
  /** Observers of every turn, for traces and meters. Default: none. */
  readonly observers?: readonly Observer[];
  /** Longer tool results are cut, in characters. Default: 20,000. */
  readonly maxResultChars?: number;
  /**
   * Brings results that older releases of its tools gave into the form that
   * today's have, whenever a state or a stored session is read. What is stored
   * stays as it was, so it is asked every time, and for results of today too: it
   * gives those as they are. Default: results stay as they were written.
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
   *     // A price was a number in euros once; it is in cents now, and says so.
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
  /** Maximum number of examples shown in a step; those shown always are not cut. Default: 5. */
  readonly maxExamples?: number;
  /** Minimum similarity of an example to the input, from 0 to 1. Default: 0.5. */
  readonly exampleThreshold?: number;
  /** The time, in milliseconds since 1970. Default: `Date.now`. */
  readonly clock?: () => number;
  /** Fresh names for sessions. Default: `crypto.randomUUID`. */
  readonly ids?: () => string;
  /** Cache of decision schemas. Default: the one of the process. */
  readonly schemaCache?: SchemaCache;
}

/** Several models by name. */
export interface Models {
  /** The model of every step that names none. */
  readonly default: LLM;
  /** Other models. */
  readonly [name: string]: LLM;
}
