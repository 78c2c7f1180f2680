/**
 * The agent: a validated step graph with its LLMs and tools.
 *
 * @module
 */
import { ConfigError, quote } from "../errors.ts";
import { drawDiagram } from "../graph/diagram.ts";
import { findWarnings } from "../graph/reachability.ts";
import type { State } from "../history/state.ts";
import { createSession } from "../session/create_session.ts";
import { liveSessionOf, Session, sessionOf } from "../session/session.ts";
import type {
  NextArguments,
  NextOptions,
  OpenArgument,
  OpenOptions,
  SessionArguments,
} from "../session/session_options.ts";
import type { Tool } from "../tool/tool.ts";
import type { AgentCore } from "../turn/agent_core.ts";
import type { Command } from "../turn/command.ts";
import type { TurnOf } from "../turn/turn.ts";
import type { AgentOptions } from "./agent_options.ts";
import { type AgentToolInput, type AgentToolOptions, createAgentTool } from "./agent_tool.ts";
import { buildCore, registerCore } from "./build_core.ts";
import { type AgentChanges, changeCore, ChangedCore } from "./change_core.ts";
import type { Explanation } from "./explain.ts";

/**
 * Validated step graph with its LLMs and tools. The model makes one decision at a time,
 * and a schema built for exactly the current step makes every illegal decision
 * unrepresentable. An agent is immutable, and shared by all its sessions.
 *
 * @typeParam Answers Structured answers by step, inferred from `steps`; `unknown` for a
 *   step without an `answer` schema. An `Agent` without type arguments is any agent
 *   that needs no context.
 * @typeParam Data Data of its sessions, inferred from the option `data`.
 * @typeParam Context Context of its sessions, inferred from the option `context`, or
 *   from tools and guards.
 *
 * @throws {GraphError} listing every problem of the graph.
 * @throws {ConfigError} if an option is invalid.
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
export class Agent<
  Answers extends object = Record<string, unknown>,
  Data = unknown,
  Context = unknown,
> {
  /** Name of the agent. */
  readonly name: string;
  /** Warnings about steps that cannot be reached, or from which no turn can end. */
  readonly warnings: readonly string[];
  readonly #core: AgentCore;

  /** Validates the options and builds the agent. */
  constructor(options: AgentOptions<Answers, Data, Context>) {
    this.#core = options instanceof ChangedCore ? options.core : buildCore(
      options as unknown as AgentOptions<Record<string, unknown>, never, never>,
    );
    registerCore(this, this.#core);
    this.name = this.#core.name;
    this.warnings = findWarnings(this.#core.graph).map(({ message }) => message);
  }

  /**
   * Creates a session in memory, new or continued from a state.
   *
   * @throws {ConfigError} if an option is invalid.
   * @throws {StateError} if the state is malformed, a newer release wrote it, it is in a step this
   *   graph lacks, or `migrateResult` fails.
   */
  createSession(...[options]: SessionArguments<Data, Context>): Session<TurnOf<Answers, Data>> {
    return createSession(this.#core, options) as Session<TurnOf<Answers, Data>>;
  }

  /**
   * Opens the session with that id in a store, or creates it. Every event is committed
   * before the next effect, so `resume()` finishes a turn that was interrupted, even by
   * the death of its process: finished calls are not repeated; calls that were running
   * are run again, with the same `callKey`, unless their tool is `once`.
   *
   * @throws {ConfigError} if an option is invalid.
   * @throws {StateError} if a newer release wrote the session, it is in a step this graph lacks,
   *   or `migrateResult` fails.
   * @throws {SessionDamagedError} if the log of the session was changed since it was written, or
   *   the session is an unfinished fork.
   * @throws {StoreError} if the store fails.
   *
   * @example
   * ```ts
   * import { Agent, decide, MockLLM } from "@nomos/agent";
   * import { memoryStore } from "@nomos/agent/store";
   * import { assertEquals } from "@std/assert";
   *
   * const agent = new Agent({
   *   name: "greeter",
   *   llm: new MockLLM([decide.respond("Hello"), decide.respond("Hello again")]),
   *   start: "greet",
   *   steps: { greet: { description: "Greet the user" } },
   * });
   * const store = memoryStore();
   * await (await agent.openSession("ann", { store })).next("Hi");
   * // Later, anywhere that reaches the store:
   * const session = await agent.openSession("ann", { store });
   * assertEquals((await session.next("Me again")).response, "Hello again");
   * ```
   */
  async openSession(
    id: string,
    options: OpenArgument<Data, Context>,
  ): Promise<Session<TurnOf<Answers, Data>>> {
    // Loaded with the first durable session.
    const { openSession } = await import("../session/open_session.ts");
    const live = await openSession(this.#core, id, options as unknown as OpenOptions);
    return sessionOf(live) as Session<TurnOf<Answers, Data>>;
  }

  /**
   * Runs one turn of a session in memory, new or continued from `state`. The new state
   * is `turn.state`; `state` is not changed. Throws the same errors as `createSession`
   * and `session.next`.
   */
  async next(
    command?: Command,
    state?: State,
    ...[options = {}]: NextArguments<Data, Context>
  ): Promise<TurnOf<Answers, Data>> {
    const { data, context, ...turn } = (options ?? {}) as NextOptions<Data, Context>;
    const given = { ...(state !== undefined && { state }), data, context };
    const session = this.createSession(...[given] as unknown as SessionArguments<Data, Context>);
    // The turn refuses null, as it does other invalid options.
    return await session.next(command, options && turn);
  }

  /**
   * Returns the request that would be sent to the model next, without sending it. The
   * results of open calls, for example those that wait for approval, are not known yet
   * and not included: they will be inserted before the last message. If the request exceeds
   * `history.maxTokens`, older events leave it before it is sent.
   *
   * @throws {ConfigError} if the session belongs to another agent.
   * @throws {GuardError} if a guard fails.
   * @throws {LLMError} if the input cannot be embedded, to choose examples.
   * @throws {SessionDamagedError} if the log of a stored session was changed since it was written.
   */
  async explain(session: Session<TurnOf<Answers, Data>>): Promise<Explanation> {
    const live = session instanceof Session ? liveSessionOf(session) : undefined;
    if (live?.agent !== this.#core) {
      const what = live === undefined ? quote(session) : `session ${quote(live.id)}`;
      throw new ConfigError(
        `Cannot explain ${what}: expected a session of agent ${quote(this.name)}`,
      );
    }
    return await (await import("./explain.ts")).explainNext(live);
  }

  /**
   * Returns a tool that runs this agent. Each call runs one turn in a child session,
   * and the agent's response is the result of the call.
   *
   * | parent session | child session |
   * | --- | --- |
   * | data | separate: they begin with the defaults of its schema |
   * | log | separate: in the same store, or in the parent's state as `children` |
   * | limits | include the usage of the child, which has its own limits as well |
   * | signal | stops the child's turn too |
   * | `resume()` | continues the child; nothing that was recorded is repeated |
   * | `fork()` | copies the child as it was at the cut |
   * | `approvals` | include those of the child; `approve()`, `deny()` and others accept them |
   * | stream | without parts of the child, unless the option `children` is true |
   *
   * The child session belongs to its parent: no id opens it, and a store deletes both
   * together. The parent's state has it as long as the call is open, and with
   * `createSession({ keepChildren: true })` also afterwards.
   *
   * If the child fails permanently, or reaches a limit of its own, the outcome of the call is
   * `error`. If its model fails temporarily, the parent's turn throws the error. If a limit or an
   * abort stops the parent, the child stops too. In both cases `resume()` continues both.
   *
   * @throws {ConfigError} if an option is invalid, or the schema of its data has no defaults.
   *
   * @example
   * ```ts
   * import { Agent, decide, MockLLM } from "@nomos/agent";
   * import { assertEquals } from "@std/assert";
   *
   * const translator = new Agent({
   *   name: "translator",
   *   llm: new MockLLM([decide.respond("Bonjour")]),
   *   start: "translate",
   *   steps: { translate: { description: "Translate into French" } },
   * });
   * const host = new Agent({
   *   name: "host",
   *   llm: new MockLLM([
   *     decide.call("translate", { input: "Hello" }),
   *     decide.respond("In French it is Bonjour"),
   *   ]),
   *   start: "talk",
   *   steps: {
   *     talk: {
   *       description: "Help the user",
   *       tools: [translator.asTool({ name: "translate", description: "Translate into French" })],
   *     },
   *   },
   * });
   * const session = host.createSession({ keepChildren: true });
   * const turn = await session.next("What is Hello in French?");
   * const [result] = turn.toolResults;
   * assertEquals(result!.text, "Bonjour");
   * assertEquals(turn.state.children![result!.callKey]!.status, "waiting");
   * ```
   */
  asTool<Args = AgentToolInput, CallerData = unknown, CallerContext = Context>(
    options: AgentToolOptions<Args, CallerData, CallerContext, Context>,
  ): Tool<Args, CallerData, CallerContext> {
    return createAgentTool(this.#core, options);
  }

  /**
   * Returns a tool that runs an agent which is created later, so that agents can call
   * themselves or each other. `agent` is called when the tool is called. Otherwise the
   * same as {@linkcode Agent.asTool}. The option `maxDepth` limits the recursion.
   *
   * @throws {ConfigError} if an option is invalid.
   *
   * @example
   * ```ts
   * import { Agent, decide, MockLLM } from "@nomos/agent";
   * import { assertEquals } from "@std/assert";
   *
   * const llm = new MockLLM([
   *   decide.call("divide", { input: "The first half" }),
   *   decide.respond("One half is done"),
   *   decide.respond("All is done"),
   * ]);
   * const worker: Agent<{ work: unknown }> = new Agent({
   *   name: "worker",
   *   llm,
   *   start: "work",
   *   steps: {
   *     work: {
   *       description: "Do the work, or divide it",
   *       tools: [Agent.toolOf(() => worker, { name: "divide", description: "Hand on a part" })],
   *     },
   *   },
   * });
   * assertEquals((await worker.next("The work")).response, "All is done");
   * ```
   */
  static toolOf<Context, Args = AgentToolInput, CallerData = unknown, CallerContext = Context>(
    agent: () => Agent<Record<string, unknown>, unknown, Context>,
    options: AgentToolOptions<Args, CallerData, CallerContext, Context>,
  ): Tool<Args, CallerData, CallerContext> {
    return createAgentTool(agent, options);
  }

  /**
   * Returns a copy of this agent with some options replaced. This agent and its sessions do not
   * change.
   *
   * @throws {ConfigError} if an option is invalid.
   * @throws {GraphError} if a model does not accept the schema of a step, or cannot embed examples.
   */
  with(options: AgentChanges): Agent<Answers, Data, Context> {
    const changed: unknown = new ChangedCore(changeCore(this.#core, options));
    return new Agent(changed as AgentOptions<Answers, Data, Context>);
  }

  /** Returns the graph as Mermaid text: steps, routes with their conditions, and tools. */
  diagram(): string {
    return drawDiagram(this.#core.graph);
  }
}
