/**
 * The contract between a session and the store of its log.
 *
 * @module
 */
import type { Clock } from "../clock.ts";
import type { SessionEvent } from "./event.ts";
import type { Log } from "./log.ts";
import type { ChangedAgent } from "./migrations.ts";
import type { RunningTurn } from "./running_turn.ts";
import type { SessionName } from "./session_name.ts";

/** Stored log of a session. */
export interface Durability {
  /** Random text that was made with the session; undefined for a child, and if version 2 made it. */
  readonly incarnation: string | undefined;
  /** Turns of the session; undefined for a child, whose lease is that of the topmost session. */
  readonly turns: StoredTurns | undefined;
  /** Reads the whole log into memory, and verifies it. */
  load(): Promise<void>;
  /** Reads the whole log into memory during a turn. */
  complete(): Promise<void>;
  /** Reads the log from the event with the sequence number `from`, loaded or not. */
  events(from: number): AsyncGenerator<SessionEvent, void, void>;
  /**
   * Opens the whole log of a child session, or creates it. Only during a turn: the lease of
   * the topmost session covers all sessions below it.
   */
  openChild(id: string, options: ChildLogOptions): Promise<DurableLog>;
  /** Opens the whole log of a child session; undefined if there is none. */
  findChild(id: string, options: ChildLogOptions): Promise<DurableLog | undefined>;
  /**
   * Creates a session in the same store with the first `at` events, and with copies of the
   * child sessions that are open there, up to the heads that the events record, each
   * followed by its added events. Loads its whole log.
   */
  fork(name: SessionName, at: number, added: AddedEvents | undefined): Promise<DurableLog>;
}

/** Events that follow the copied past of a session or child in a fork. */
export interface AddedEvents {
  readonly events: readonly SessionEvent[];
  /** Added events of its child sessions, by the places of their calls. */
  readonly children: ReadonlyMap<number, AddedEvents>;
}

/** Turns of a stored session, and its lease. */
export interface StoredTurns {
  /** Clock for leases and waiting. */
  readonly clock: Clock;
  /** True if a turn waits for those that were called before it. */
  readonly canWait: boolean;
  /** Turns of this process that run or wait, of all objects of the session. */
  readonly entered: readonly RunningTurn[];
  /** True if the writer before the running turn did not release its lease. */
  readonly hasTakenOver: boolean;
  /** True if the running turn holds the lease: its last events have not released it. */
  readonly holdsLease: boolean;
  /** True if another process, or another session object, was running a turn at the last look. */
  readonly isRunningElsewhere: boolean;
  /**
   * Enters a turn that was just called into the queue of the session. It leaves the queue at
   * its end.
   *
   * @throws {SessionBusyError} if it may not wait for the turn that is running.
   */
  enter(turn: RunningTurn): void;
  /**
   * Waits until the turn may start, acquires the lease, reads what other processes appended, and
   * calls `open`, which checks the command and appends its events. Returns undefined if the turn
   * was aborted while it waited.
   *
   * If `opens` is true, `open` certainly appends, and is called before the lease is acquired: both
   * take place together. It is called again if another process has appended meanwhile.
   */
  begin<Opened>(
    turn: RunningTurn,
    open: () => Promise<Opened>,
    opens: boolean,
  ): Promise<Opened | undefined>;
  /** Runs the turn. A turn of the same session that its tools start is refused by `enter()`. */
  run<Result>(turn: RunningTurn, work: () => Result): Result;
  /** Releases the lease at the end of a turn. Rejects if it was lost. */
  end(): Promise<void>;
  /** Stops the running turn, of any process, and waits for its end. Returns false if none runs. */
  interrupt(reason: unknown): Promise<boolean>;
  /** Reads what other processes appended, and checks if one runs a turn. */
  refresh(): Promise<void>;
}

/** Options of the log of a child session. */
export interface ChildLogOptions extends ChangedAgent {
  /** Returns the current time, in milliseconds since 1970. */
  readonly now: () => number;
}

/** Stored log and its events in memory. */
export interface DurableLog extends Durability {
  /** Loaded part of the log. */
  readonly log: Log;
}
