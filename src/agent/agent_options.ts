/**
 * What agents and sessions are made of.
 *
 * @module
 */
import type { Clock } from "../clock.ts";
import type { SchemaCache } from "../schema/schema_cache.ts";
import type { Steps } from "../graph/step.ts";
import type { Limits } from "../cost/limits.ts";
import type { MigrateResult } from "../history/result_migration.ts";
import type { State } from "../session/state.ts";
import type { LLM } from "../llm/llm.ts";
import type { TurnOptions } from "../turn/loop.ts";
import type { Observer } from "../turn/observer.ts";
import type { CostOf } from "../cost/receipt.ts";
import type { Store } from "../store/store.ts";
import type { AnyTool } from "../tool/tool.ts";

/** What an agent is made of. */
export interface AgentOptions<StepId extends string = string, Context = unknown> {
  /** Its name. */
  readonly name: string;
  /** The model; or several by name, `default` among them, of which a step may name one. */
  readonly llm: LLM | Models;
  /** The first step. */
  readonly start: NoInfer<StepId>;
  /** The steps, by name or as a list. */
  readonly steps: Steps<StepId, Context>;
  /** Tools that steps may use by name. Default: none. */
  readonly tools?: readonly AnyTool<Context>[];
  /** The general instruction to the model. Default: one that explains decisions. */
  readonly system?: string;
  /** Who the agent is. Default: nothing. */
  readonly persona?: string;
  /** Whether the model writes down its reasoning. `false` for models that reason by themselves. Default: true. */
  readonly reasoning?: boolean;
  /** How many errors in a row a turn may have; one more ends it. Default: 3. */
  readonly maxErrors?: number;
  /** How many decisions a turn may have before an answer is asked for. Default: 10. */
  readonly maxIterations?: number;
  /**
   * How many levels of agents may lie below a session of this one, where an agent
   * is a tool of the next. A call that goes deeper fails; where agents differ, the
   * lowest number holds. Default: 8.
   */
  readonly maxDepth?: number;
  /** What turns and sessions may spend: tokens, money, calls, time. Default: no limits. */
  readonly limits?: Limits;
  /** What a model call cost, for `limits`, events and states. Default: cost is not known. */
  readonly cost?: CostOf;
  /** Who watches every turn, for traces and meters. Default: nobody. */
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
  /** How many examples of a step are shown at most; those shown always are not cut. Default: 5. */
  readonly maxExamples?: number;
  /** How like an input an example must be to be shown, from 0 to 1. Default: 0.5. */
  readonly exampleThreshold?: number;
  /** The time, in milliseconds since 1970. Default: `Date.now`. */
  readonly clock?: () => number;
  /** Fresh names for sessions. Default: `crypto.randomUUID`. */
  readonly ids?: () => string;
  /** Where decision schemas are found again. Default: the one of the process. */
  readonly schemaCache?: SchemaCache;
}

/** Several models by name. */
export interface Models {
  /** The model of every step that names none. */
  readonly default: LLM;
  /** Other models. */
  readonly [name: string]: LLM;
}

/** Options of a new or continued session. */
export interface SessionOptions<Context = unknown> {
  /** Its name. Default: that of the state, else a fresh one. */
  readonly id?: string;
  /** Continues the session of this state. Default: a new session. */
  readonly state?: State;
  /** What belongs to this conversation, for tools and guards. It is live and never serialised. */
  readonly context?: Context;
  /** What this session and its turns may spend. Default: the agent's limits. */
  readonly limits?: Limits;
}

/** Options of a session that lives in a store. */
export interface OpenOptions<Context = unknown> {
  /** Where it lives. */
  readonly store: Store;
  /** What belongs to this conversation, for tools and guards. It is live and never stored. */
  readonly context?: Context;
  /** What this session and its turns may spend. Default: the agent's limits. */
  readonly limits?: Limits;
  /**
   * What a turn does while another process, or another object of this one, runs
   * a turn of the same session: `"refuse"` throws a `SessionBusyError`, `"wait"`
   * waits for its end, `"interrupt"` takes the session over at once: whatever the
   * other one does from then on is not written, and its turn fails. Default: `"refuse"`.
   */
  readonly whenBusy?: "refuse" | "wait" | "interrupt";
  /** How long to wait at most, in milliseconds. Default: 30,000. */
  readonly maxWait?: number;
  /**
   * After how many milliseconds a process that writes no sign of life is taken
   * for dead, and another may go on with its session. Default: 15,000.
   */
  readonly leaseTime?: number;
  /** The clock that waits. Default: the machine's. */
  readonly clock?: Clock;
  /** Spreads attempts in time: a number from 0 to 1. Default: `Math.random`. */
  readonly random?: () => number;
}

/** The options of `openSession`: a context is needed where the tools want one. */
export type OpenArgument<Context> = unknown extends Context ? OpenOptions<Context>
  : OpenOptions<Context> & { readonly context: Context };

/** The options of `createSession`: needed only where the tools want a context. */
export type SessionArguments<Context> = unknown extends Context
  ? [options?: SessionOptions<Context>]
  : [options: SessionOptions<Context> & { readonly context: Context }];

/** The options of `agent.next`: needed only where the tools want a context. */
export type NextArguments<Context> = unknown extends Context
  ? [options?: TurnOptions & { readonly context?: Context }]
  : [options: TurnOptions & { readonly context: Context }];
