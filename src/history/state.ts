/**
 * The serializable form of a whole session.
 *
 * @module
 */
import type { Usage } from "../llm/llm.ts";
import type { SessionEvent } from "./event.ts";
import type { SessionStatus } from "./position.ts";

/** Fields of a state that identify its session and agent. */
export type StateOwner = Pick<State, "agent" | "sessionId" | "incarnation">;

/** Session as JSON: store it anywhere, and continue it with `createSession({ state })`. */
export interface State {
  /** Version of this format: 4. States of earlier versions are read as well. */
  readonly version: 4;
  /** Name of the agent that wrote it; absent in states of version 2 and earlier. */
  readonly agent?: string;
  /** Id of the session. */
  readonly sessionId: string;
  /**
   * Random text in its call keys, made with the session; absent in child sessions, and if
   * version 1 or 2 made it.
   */
  readonly incarnation?: string;
  /** Current step. */
  readonly step: string;
  /** Status of the session. */
  readonly status: Exclude<SessionStatus, "running">;
  /** Tokens of all its model calls that reported them. */
  readonly usage?: Usage;
  /** Price of its model calls, if the agent's `cost` knows it. */
  readonly cost?: number;
  /** The whole log. */
  readonly events: readonly SessionEvent[];
  /**
   * Child sessions of open calls of agents, by the `callKey` of the call; with the option
   * `keepChildren`, also those of finished calls. Absent if there are none, and for a
   * session in a store, which stores them itself.
   */
  readonly children?: Readonly<Record<string, State>>;
}
