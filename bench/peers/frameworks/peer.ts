/**
 * The interface of a framework in the comparison, and the requests to its process.
 *
 * @module
 */

/** Final state of a conversation: proof that the framework did the work. */
export interface Rest {
  /** The text that the tool returned to the model. */
  readonly toolResult: string;
  /** The step, agent or node. */
  readonly step: string;
}

/** One conversation with a history, kept the way the framework keeps it. */
export interface Conversation {
  /** Plays a turn of the scenario on top of the history; returns the answer to the user. */
  turn(input: string): Promise<string>;
  /** Called when all turns of the scenario are over. */
  rest(): Rest;
  /** Frees what the framework itself still keeps of it. Default: nothing is kept. */
  leave?(): Promise<void>;
}

/** A framework, set up the way its documents show. */
export interface Peer {
  /** Its name, with the variant that is measured. */
  readonly title: string;
  /** Imports of a user's program, without mocks, for measuring the import time. */
  readonly imports: readonly string[];
  /** Work that the figures include, in one line. */
  readonly includes: string;
  /** Work that they leave out, in one line. */
  readonly leavesOut: string;
  /** Begins a conversation with a history of so many messages. Not timed. */
  converse(messages: number): Conversation | Promise<Conversation>;
}

/** Description of a peer. */
export type About = Pick<Peer, "title" | "imports" | "includes" | "leavesOut">;

/** Requests to the process of a peer. */
export type Request =
  | { readonly task: "about" }
  | { readonly task: "play"; readonly messages: number; readonly milliseconds: number }
  | { readonly task: "idle"; readonly messages: number; readonly conversations: number };
