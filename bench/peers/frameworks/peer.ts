/**
 * Interface of a framework in the comparison, and the requests to its process.
 *
 * @module
 */

/** Final state of a conversation, which proves that the framework did the work. */
interface Rest {
  /** Text that the tool returned to the model. */
  readonly toolResult: string;
  /** Name of the step, agent or node. */
  readonly step: string;
}

/** Conversation with a history, stored in the way of the framework. */
export interface Conversation {
  /** Plays a turn of the scenario. Returns the answer to the user. */
  turn(input: string): Promise<string>;
  /** Returns the final state. Called after the last turn of the scenario. */
  rest(): Rest;
  /** Deletes the conversation in the framework. Default: nothing to delete. */
  leave?(): Promise<void>;
}

/** Framework, set up as its documentation shows. */
export interface Peer {
  /** Name and measured variant. */
  readonly title: string;
  /** Imports of a user's program, without mocks, for measuring the import time. */
  readonly imports: readonly string[];
  /** Work that the figures include, in one line. */
  readonly includes: string;
  /** Work that the figures leave out, in one line. */
  readonly leavesOut: string;
  /** Starts a conversation with a history of `messages` messages. Not timed. */
  converse(messages: number): Conversation | Promise<Conversation>;
}

/** Description of a framework. */
export type About = Pick<Peer, "title" | "imports" | "includes" | "leavesOut">;

/** Request to the process of a framework. */
export type Request =
  | { readonly task: "play"; readonly messages: number; readonly milliseconds: number }
  | { readonly task: "idle"; readonly messages: number; readonly conversations: number };
