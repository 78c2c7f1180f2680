/**
 * The contract between a session and the store of its log.
 *
 * @module
 */
import type { SessionEvent } from "./event.ts";
import type { Log } from "./log.ts";
import type { Position } from "./position.ts";
import type { MigrateResult } from "./migrations.ts";

/** Stored log of a session, with its lease. */
export interface Durability {
  /**
   * Acquires the lease for a turn, and reads what other processes appended. Returns a
   * signal that aborts with `signal`, and when the lease is lost.
   */
  begin(signal: AbortSignal | undefined): Promise<AbortSignal>;
  /** Releases the lease at the end of a turn. Rejects if it was lost. */
  end(): Promise<void>;
  /** Reads the whole log into memory. */
  load(): Promise<void>;
  /** Reads the log from the event with the sequence number `from`, loaded or not. */
  events(from: number): AsyncGenerator<SessionEvent, void, void>;
  /**
   * Opens the log of a child session in the same store, or creates it in the step
   * `start`. Only during a turn: the lease of the parent covers its children.
   */
  openChild(id: string, start: string, options: ChildLogOptions): Promise<DurableLog>;
  /**
   * Creates a session in the same store with the first `at` events, and loads its whole
   * log. `check` throws if the graph does not have the position to which they lead.
   */
  fork(id: string, at: number, check: (position: Position) => void): Promise<DurableLog>;
}

/** Options of the log of a child session. */
export interface ChildLogOptions {
  /** Returns the current time, in milliseconds since 1970. */
  readonly now: () => number;
  /** Converts results that older releases of the tools wrote. */
  readonly migrateResult: MigrateResult | undefined;
}

/** Stored log and its events in memory. */
export interface DurableLog extends Durability {
  /** Log, as far as it is loaded. */
  readonly log: Log;
}
