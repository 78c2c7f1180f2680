/**
 * The agent: a validated step graph with its models and tools.
 *
 * @module
 */
import type { AgentCore } from "../turn/agent_core.ts";
import type {
  NextArguments,
  OpenArgument,
  OpenOptions,
  SessionArguments,
} from "../session/session_options.ts";
import type { AgentOptions } from "./agent_options.ts";
import { buildCore, coreOf, keepCore } from "./build_core.ts";
import { agentTool, type AgentToolInput, type AgentToolOptions } from "./agent_tool.ts";
import { createSession } from "../session/create_session.ts";
import { ConfigError, quote } from "../errors.ts";
import type { Explanation } from "./explain.ts";
import { drawDiagram } from "../graph/diagram.ts";
import { findWarnings } from "../graph/reachability.ts";
import type { State } from "../turn/state.ts";
import { Session } from "../session/session.ts";
import type { Tool } from "../tool/tool.ts";
import type { Command } from "../turn/command.ts";
import type { TurnOptions } from "../turn/loop.ts";
import type { TurnOf } from "../turn/turn.ts";

/**
 * LLMs on a graph of steps. At every turn the model makes one decision, and a
 * schema built for exactly the current step makes every illegal one
 * unrepresentable. An agent is immutable, and shared by all its sessions.
 *
 * @typeParam Answers The structured answers by step, inferred from `steps`; `unknown`
 *   for a step without an `answer` schema. An `Agent` without type arguments is any
 *   agent that needs no context.
 * @typeParam Context The context of its sessions, inferred from the option `context`, or
 *   from tools and guards.
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
export class Agent<Answers extends object = Record<string, unknown>, Context = unknown> {
  /** Its name. */
  readonly name: string;
  /** Parts of the graph that are legal but probably not meant: steps that cannot be reached or left. */
  readonly warnings: readonly string[];
  readonly #core: AgentCore;

  /** Builds the agent. */
  constructor(options: AgentOptions<Answers, Context>) {
    this.#core = buildCore(options as unknown as AgentOptions<Record<string, unknown>, never>);
    keepCore(this, this.#core);
    this.name = this.#core.name;
    this.warnings = findWarnings(this.#core.graph);
  }

  /**
   * A session in memory, new or continued from a state.
   *
   * @throws {StateError} if the state is malformed, of another version, in a step this graph lacks,
   *   or `migrateResult` fails.
   */
  createSession(...[options]: SessionArguments<Context>): Session<TurnOf<Answers>> {
    return createSession(this.#core, options) as Session<TurnOf<Answers>>;
  }

  /**
   * A session that lives in a store: the one of that id, or a new one. Every event
   * is committed before anything follows from it, so a turn that was interrupted,
   * also by the death of its process, is finished by `resume()`: recorded results
   * are not made again, calls that were running are, under the same `callKey`.
   *
   * @throws {ConfigError} if an option is not usable.
   * @throws {StateError} if a newer release wrote it, it is in a step this graph lacks, or
   *   `migrateResult` fails.
   * @throws {SessionDamagedError} if its log is not as it was written, or it is a fork that was not finished.
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
    options: OpenArgument<Context>,
  ): Promise<Session<TurnOf<Answers>>> {
    // Loaded when a first session is durable.
    const { openSession } = await import("../session/open_session.ts");
    return await openSession(this.#core, id, options as unknown as OpenOptions) as Session<
      TurnOf<Answers>
    >;
  }

  /**
   * One turn without a session of one's own: the turn has the new state, and the
   * state given is not changed. Throws what `createSession` and `session.next` throw.
   */
  async next(
    command?: Command,
    state?: State,
    ...[options = {}]: NextArguments<Context>
  ): Promise<TurnOf<Answers>> {
    const { context, ...turn } = options as TurnOptions & { readonly context?: Context };
    const given = { ...(state !== undefined && { state }), context };
    const session = this.createSession(...[given] as unknown as SessionArguments<Context>);
    return await session.next(command, turn);
  }

  /**
   * Returns the request that the model would get if the session went on now, without sending it.
   * While calls are open, as those that wait for approval, their results are not
   * known: they will stand before the last message, all before it stays as it is.
   *
   * @throws {ConfigError} if the session is another agent's.
   */
  async explain(session: Session<TurnOf<Answers>>): Promise<Explanation> {
    const live = session instanceof Session ? Session.live(session) : undefined;
    if (live?.agent !== this.#core) {
      throw new ConfigError(
        `Cannot explain ${
          live === undefined ? quote(session) : `session ${quote(live.id)}`
        }: expected a session of agent ${quote(this.name)}`,
      );
    }
    const { explainNext } = await import("./explain.ts");
    return await explainNext(live);
  }

  /**
   * The agent as a tool of other agents. A call of it is a session of its own, named
   * by the `callKey` of the call, which runs one turn; what the agent responds, or
   * says when it ends, is the result.
   *
   * | of the caller | for the agent |
   * | --- | --- |
   * | its log | lives apart: in the same store, or with its state as `children` |
   * | its limits | count what the agent spends, and hold for it beside its own |
   * | its signal | ends the agent's turn too |
   * | its `resume()` | goes on with the agent's session; what was recorded is not done again |
   * | its `approvals` | have those of the agent, and its `approve()`, `deny()` and `settle()` take them |
   * | its stream | has no deltas of the agent |
   *
   * Its session is kept when the call is over, for whoever wants to know what
   * happened. In a store it is one of its own, under an id that begins with the
   * caller's and a slash: `store.list({ prefix })` finds what is to be deleted with it.
   *
   * An agent that ends `limited` makes the call an error; one whose turn throws
   * makes the turn of the caller throw, and `resume()` goes on there. A call that is
   * given up stays so, and its session `interrupted`.
   *
   * @throws {ConfigError} if an option is not usable.
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
   * const turn = await host.createSession({ id: "ann" }).next("What is Hello in French?");
   * assertEquals(turn.toolResults[0]?.text, "Bonjour");
   * assertEquals(turn.state.children?.["ann/1/0"]?.status, "waiting");
   * ```
   */
  asTool<Args = AgentToolInput, CallerContext = Context>(
    options: AgentToolOptions<Args, CallerContext, Context>,
  ): Tool<Args, CallerContext> {
    return agentTool(() => this.#core, options);
  }

  /**
   * A tool of an agent that is made after it: one that calls itself, or is called by
   * what it calls. The agent is asked for when the tool is called; all else is as for
   * {@linkcode Agent.asTool}. The agent's `maxDepth` ends the recursion.
   *
   * @throws {ConfigError} if an option is not usable.
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
  static toolOf<Context, Args = AgentToolInput, CallerContext = Context>(
    agent: () => Agent<Record<string, unknown>, Context>,
    options: AgentToolOptions<Args, CallerContext, Context>,
  ): Tool<Args, CallerContext> {
    const find = () => {
      const made: unknown = agent();
      const core = coreOf(made);
      if (core !== undefined) return core;
      throw new ConfigError(`Cannot call ${quote(made)} as a tool: expected an Agent`);
    };
    return agentTool(find, options);
  }

  /** The graph as Mermaid text: steps, routes with their conditions, tools. */
  diagram(): string {
    return drawDiagram(this.#core.graph);
  }
}
