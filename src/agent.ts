/**
 * The agent: a validated step graph with its models and tools.
 *
 * @module
 */
import { type AgentCore, buildCore } from "./agent_core.ts";
import { explainNext, type Explanation } from "./explain.ts";
import type { SchemaCache } from "./decision/schema_cache.ts";
import { ConfigError, quote } from "./errors.ts";
import { drawDiagram } from "./graph/diagram.ts";
import { findWarnings } from "./graph/reachability.ts";
import type { Steps } from "./graph/step.ts";
import { Log } from "./history/log.ts";
import { logOf, readState, type State } from "./history/state.ts";
import { LiveSession } from "./live_session.ts";
import type { LLM } from "./llm/llm.ts";
import type { TurnOptions } from "./loop.ts";
import { liveSessionOf, Session } from "./session.ts";
import type { AnyTool } from "./tool/tool.ts";
import type { Turn } from "./turn.ts";

/** What an {@linkcode Agent} is made of. */
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
  /** Longer tool results are cut, in characters. Default: 20,000. */
  readonly maxResultChars?: number;
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
}

/** The options of `createSession`: needed only where the tools want a context. */
export type SessionArguments<Context> = unknown extends Context
  ? [options?: SessionOptions<Context>]
  : [options: SessionOptions<Context> & { readonly context: Context }];

/** The options of `agent.next`: needed only where the tools want a context. */
export type NextArguments<Context> = unknown extends Context
  ? [options?: TurnOptions & { readonly context?: Context }]
  : [options: TurnOptions & { readonly context: Context }];

/**
 * LLMs on a graph of steps. At every turn the model makes one decision, and a
 * schema built for exactly the current step makes every illegal one
 * unrepresentable. An agent is immutable, and shared by all its sessions.
 *
 * @typeParam StepId The names of the steps, inferred from `steps`.
 * @typeParam Context What tools and guards get as `context`, inferred from the
 *   tools. Where only guards want one, or tools want different ones, name it:
 *   `new Agent<"browse" | "pay", Shop>({ … })`.
 *
 * @throws {GraphError} listing every problem of the graph.
 * @throws {ConfigError} if an option is not usable.
 *
 * @example
 * ```ts
 * import { Agent, decide, MockLLM } from "@nomos/agent";
 * import { assertEquals } from "@std/assert";
 *
 * const agent = new Agent({
 *   name: "barista",
 *   llm: new MockLLM([decide.move("order"), decide.respond("What can I get you?")]),
 *   start: "greet",
 *   steps: {
 *     greet: { description: "Greet them", routes: { order: "they want to order" } },
 *     order: { description: "Take the order" },
 *   },
 * });
 * const turn = await agent.createSession().next("A coffee, please");
 * assertEquals([turn.step, turn.response], ["order", "What can I get you?"]);
 * ```
 */
export class Agent<StepId extends string = string, Context = unknown> {
  /** Its name. */
  readonly name: string;
  /** What is legal in the graph but probably not meant: steps that cannot be reached or left. */
  readonly warnings: readonly string[];
  readonly #core: AgentCore;

  /** Builds the agent. */
  constructor(options: AgentOptions<StepId, Context>) {
    this.#core = buildCore(options as unknown as AgentOptions<string, never>);
    this.name = this.#core.name;
    this.warnings = findWarnings(this.#core.graph);
  }

  /**
   * A session in memory, new or continued from a state.
   *
   * @throws {StateError} if the state is malformed, of another version, or in a step this graph lacks.
   */
  createSession(...[options = {}]: SessionArguments<Context>): Session<StepId> {
    if (typeof options !== "object" || options === null) {
      throw new ConfigError(`Cannot create a session with ${quote(options)}: expected options`);
    }
    const core = this.#core;
    const { state, context } = options;
    const id = options.id === undefined && state === undefined ? core.ids() : options.id;
    if (id === "" || typeof id !== "string" && (id !== undefined || state === undefined)) {
      throw new ConfigError(`Cannot create a session with the id ${quote(id)}: expected text`);
    }
    if (state === undefined) {
      return new Session(new LiveSession(core, id!, context, new Log(core.graph.start)));
    }
    const known = readState(state);
    const log = logOf(known, core.graph.steps);
    const isInterrupted = known.status === "interrupted";
    const live = new LiveSession(core, id ?? known.sessionId, context, log, isInterrupted);
    return new Session(live);
  }

  /**
   * One turn without a session of one's own: the turn has the new state, and the
   * state given is not changed. Throws what `createSession` and `session.next` throw.
   */
  async next(
    input?: string,
    state?: State,
    ...[options]: NextArguments<Context>
  ): Promise<Turn<StepId>> {
    const given = { ...(state !== undefined && { state }), context: options?.context };
    const session = this.createSession(...[given] as unknown as SessionArguments<Context>);
    return await session.next(input, options);
  }

  /**
   * What would be sent to the model if the session went on now, without sending it.
   *
   * @throws {ConfigError} if the session is another agent's.
   */
  async explain(session: Session<StepId>): Promise<Explanation> {
    const live = session instanceof Session ? liveSessionOf(session) : undefined;
    if (live?.agent !== this.#core) {
      throw new ConfigError(
        `Cannot explain ${
          live === undefined ? quote(session) : `session ${quote(live.id)}`
        }: expected a session of agent ${quote(this.name)}`,
      );
    }
    return await explainNext(live);
  }

  /** The graph as Mermaid text: steps, routes with their conditions, tools. */
  diagram(): string {
    return drawDiagram(this.#core.graph);
  }
}
