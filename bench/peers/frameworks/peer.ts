/**
 * What a framework must do to take part in the comparison.
 *
 * @module
 */

/** What came of one play, so that nobody looks fast by doing nothing. */
export interface Played {
  /** What the user was answered, turn by turn. */
  readonly answers: readonly string[];
  /** What the tool gave to the model. */
  readonly toolResult: string;
  /** The step, agent or node in which the conversation came to rest. */
  readonly step: string;
}

/** One conversation with a history, kept the way the framework keeps it. */
export interface Conversation {
  /** Plays the three turns of the scenario on top of the history. It is called once. */
  play(): Promise<Played>;
  /** Lets go of what the framework itself still keeps of it. Default: nothing is. */
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
  /**
   * Begins a conversation that already has so many messages, `historyText` by
   * `historyText`, user and assistant in turn. Not timed.
   */
  converse(messages: number): Conversation | Promise<Conversation>;
}
