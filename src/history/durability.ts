/**
 * What a session needs of the place where its log is kept.
 *
 * @module
 */
import type { SessionEvent } from "./event.ts";
import type { Log } from "./log.ts";
import type { Position } from "./position.ts";
import type { MigrateResult } from "./migrations.ts";

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
   * Opens the log of a call's session in the same place, or begins it in the step
   * `start`. During a turn only: who may write this session may write that one.
   */
  openChild(id: string, start: string, options: ChildLogOptions): Promise<DurableLog>;
  /**
   * Makes another session in the same place, with the first `at` events; `check`
   * throws if it cannot stand where they lead. All of its log is here.
   */
  fork(id: string, at: number, check: (position: Position) => void): Promise<DurableLog>;
}

/** Options of the log of a child session. */
export interface ChildLogOptions {
  /** Current time, in milliseconds since 1970. */
  readonly now: () => number;
  /** Brings results of older releases of its tools into today's form. */
  readonly migrateResult: MigrateResult | undefined;
}

/** A log and what keeps it. */
export interface DurableLog extends Durability {
  /** The log, as far as it is known here. */
  readonly log: Log;
}
