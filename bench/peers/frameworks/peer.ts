/**
 * What a framework must do to take part in the comparison, and what its process is asked.
 *
 * @module
 */

/** Where a conversation came to rest, so that nobody looks fast by doing nothing. */
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
  /** What a program of its users imports, without mocks: for the time that importing takes. */
  readonly imports: readonly string[];
  /** What a number includes, in one line. */
  readonly includes: string;
  /** What it leaves out, in one line. */
  readonly leavesOut: string;
  /** Begins a conversation with a history of so many messages. Not timed. */
  converse(messages: number): Conversation | Promise<Conversation>;
}

/** What a peer says of itself. */
export type About = Pick<Peer, "title" | "imports" | "includes" | "leavesOut">;

/** What the process of a peer can be asked. */
export type Request =
  | { readonly task: "about" }
  | { readonly task: "play"; readonly messages: number; readonly milliseconds: number }
  | { readonly task: "idle"; readonly messages: number; readonly conversations: number };
