/**
 * Interface of a framework in the comparison of durable turns.
 *
 * @module
 */

/** Turn that was played, which proves that the framework did the work. */
export interface PlayedTurn {
  /** Answer to the user. */
  readonly answer: string;
  /** Results of the tools in this turn, as the model read them. */
  readonly toolResults: readonly string[];
}

/** Open database of a framework. */
export interface DurableDatabase {
  /** Starts a conversation. Returns a function that plays its next turn. */
  converse(): Promise<() => Promise<PlayedTurn>>;
  /** Closes the database. Throws if it did not flush every commit. */
  close(): Promise<void>;
}

/** Framework, set up as its documentation shows. */
export interface DurablePeer {
  /** Opens the database at a `sqlite:` or `postgres:` URL, the latter with 10 connections. */
  open(url: string): Promise<DurableDatabase>;
}

/** Throws if a database has other settings. */
export function assertSettings(found: object, expected: object): void {
  const [is, should] = [JSON.stringify(found), JSON.stringify(expected)];
  if (is !== should) throw new Error(`Cannot measure: the settings are ${is}: expected ${should}`);
}
