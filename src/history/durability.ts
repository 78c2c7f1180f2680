/**
 * What a session needs of the place where its log is kept.
 *
 * @module
 */
import type { SessionEvent } from "./event.ts";
import type { Log } from "./log.ts";
import type { Position } from "./position.ts";

/** Makes the turns of a session durable. */
export interface Durability {
  /**
   * A turn begins: takes the right to write, and brings the log up to date. Gives
   * a signal that aborts with the one given, and when the right is lost.
   */
  begin(signal: AbortSignal | undefined): Promise<AbortSignal>;
  /** The turn is over: gives the right back. Rejects if it was lost meanwhile. */
  end(): Promise<void>;
  /** Brings all of the log here. */
  load(): Promise<void>;
  /** Reads the log, whether it is here or not. */
  events(from: number): AsyncGenerator<SessionEvent, void, void>;
  /**
   * Makes another session in the same place, with the first `at` events; `check`
   * throws if it cannot stand where they lead. All of its log is here.
   */
  fork(id: string, at: number, check: (position: Position) => void): Promise<
    Durability & { readonly log: Log }
  >;
}
