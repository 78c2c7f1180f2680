/**
 * Modules that export an agent for the command `nomos`.
 *
 * @module
 */
import type { Agent } from "../agent/agent.ts";

/** Session that needs a context. */
export interface Opening {
  /** Id of the session. */
  readonly sessionId: string;
}

/** Agent of a module, whatever its answers and data are. */
export type ExportedAgent<Context = unknown> = Agent<Record<string, unknown>, unknown, Context>;

/**
 * Module that `nomos run agent.ts` and the other commands take: its default export is the agent, or
 * a function that returns it.
 *
 * Without a default export, the only export that is an agent is taken; `agent.ts#name` names one.
 * Agents of another copy of this package are accepted.
 *
 * @typeParam Context Context of the agent's tools and guards; `unknown` if they need none.
 *
 * @example
 * ```ts
 * import { Agent, decide, MockLLM, Tool } from "@nomos/agent";
 * import type { AgentModule } from "@nomos/agent/config";
 * import { assertEquals } from "@std/assert";
 * import * as v from "valibot";
 *
 * interface Desk {
 *   readonly customer: string;
 * }
 *
 * const whoami = new Tool({
 *   name: "whoami",
 *   description: "The customer of this session",
 *   args: v.object({}),
 *   run: (_, { context }: { context: Desk }) => context.customer,
 * });
 * const agent = new Agent({
 *   name: "desk",
 *   llm: new MockLLM([decide.call("whoami"), decide.respond("You are ann")]),
 *   start: "talk",
 *   steps: { talk: { description: "Help the customer", tools: [whoami] } },
 * });
 *
 * // In a file: export default agent; export const context = …
 * const module: AgentModule<Desk> = {
 *   default: agent,
 *   context: ({ sessionId }) => ({ customer: sessionId }),
 * };
 * const context = await module.context!({ sessionId: "ann" });
 * const turn = await agent.createSession({ context }).next("Who am I?");
 * assertEquals(turn.toolResults.map(({ text }) => text), ["ann"]);
 * ```
 */
export interface AgentModule<Context = unknown> {
  /** Agent, or a function that returns it and is called once. */
  readonly default:
    | ExportedAgent<Context>
    | (() => ExportedAgent<Context> | Promise<ExportedAgent<Context>>);
  /** Returns the context of a session. Called for each session that is opened. Default: none. */
  readonly context?: (opening: Opening) => Context | Promise<Context>;
  /** Called once before the command ends, and awaited. Default: nothing is closed. */
  readonly close?: () => unknown;
}
