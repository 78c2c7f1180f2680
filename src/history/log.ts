/**
 * The log of one session. All writing passes through `Log.append()`.
 *
 * @module
 */
import { ConfigError, quote } from "../errors.ts";
import { type OnWork, runIn } from "../graph/work.ts";
import type { EventDraft, SessionEvent } from "./event.ts";
import { Position } from "./position.ts";

/**
 * Stores events durably. No effect takes place before the commit that announces it. If it
 * throws, the log is not changed. `isLast` is true for the last commit of a turn.
 */
export type Commit = (events: readonly SessionEvent[], isLast: boolean) => Promise<void>;

/** Dependencies of a {@linkcode Log}. */
export interface LogOptions {
  /** Returns the current time, in milliseconds since 1970. */
  readonly now: () => number;
  /** Stores events durably. Default: they stay in memory. */
  readonly commit?: Commit | undefined;
}

/** Append-only log, and the position to which its events lead. */
export class Log {
  /** Position of the session after the last event. */
  readonly position: Position;
  /** Length of the whole log: the sequence number of the next event. */
  head: number;
  /** Called with the events of each append. */
  onAppended: ((events: readonly SessionEvent[]) => void) | undefined;
  /** Called before events are stored durably; undefined if nobody observes it. */
  onWork: OnWork | undefined;
  readonly #events: SessionEvent[];
  readonly #now: () => number;
  readonly #commit: Commit | undefined;

  /** Creates a log of committed events; `start` is the position before them, or the first step. */
  constructor(
    start: string | Position,
    events: readonly SessionEvent[],
    { now, commit }: LogOptions,
  ) {
    this.#events = events.slice();
    this.#now = now;
    this.#commit = commit;
    this.head = events.length;
    this.position = typeof start === "string" ? new Position(start) : start;
    for (const event of events) this.position.apply(event);
  }

  /** Creates a log from the position after its first `head` events, which are not in memory. */
  static fromPosition(position: Position, head: number, options: LogOptions): Log {
    const log = new Log(position, [], options);
    log.head = head;
    return log;
  }

  /**
   * Events in memory, in order. If the log is not whole, they are its last ones. A turn has at
   * least those that its requests show.
   */
  get events(): readonly SessionEvent[] {
    return this.#events;
  }

  /** Sequence number of the first event in memory. */
  get first(): number {
    return this.head - this.#events.length;
  }

  /** True if all events are in memory. */
  get isWhole(): boolean {
    return this.first === 0;
  }

  /** Returns the event with a sequence number, if it is in memory. */
  at(seq: number): SessionEvent | undefined {
    return this.#events[seq - this.first];
  }

  /** Returns the events in memory from a sequence number on. */
  since(seq: number): readonly SessionEvent[] {
    return this.#events.slice(Math.max(0, seq - this.first));
  }

  /**
   * Adds sequence numbers and time to drafts, commits them together and appends them.
   *
   * @param isLast True if the turn appends nothing else. @default {false}
   * @throws {ConfigError} if the clock returns no finite number.
   */
  async append(
    drafts: readonly EventDraft[],
    isLast = false,
  ): Promise<readonly SessionEvent[]> {
    if (drafts.length === 0) return [];
    const time = this.#now();
    if (!Number.isFinite(time)) {
      throw new ConfigError(
        `Cannot append an event: the agent's option "clock" returned ${quote(time)}: ` +
          "expected milliseconds since 1970",
      );
    }
    const events = drafts.map((draft, place): SessionEvent => {
      const seq = this.head + place;
      return place > 0 ? { ...draft, seq, time, joined: true } : { ...draft, seq, time };
    });
    const commit = this.#commit;
    if (commit !== undefined) {
      const scope = this.onWork?.({ kind: "commit", name: "append" });
      await runIn(scope, () => commit(events, isLast));
    }
    this.appendCommitted(events);
    this.onAppended?.(events);
    return events;
  }

  /** Appends events that are already committed. */
  appendCommitted(events: readonly SessionEvent[]): void {
    for (const event of events) {
      this.#events.push(event);
      this.position.apply(event);
    }
    this.head += events.length;
  }

  /** Inserts those of the last events before the ones in memory that are not there yet. */
  prepend(past: readonly SessionEvent[]): void {
    const { first } = this;
    const rest = this.#events.splice(0);
    for (const event of past) if (event.seq < first) this.#events.push(event);
    for (const event of rest) this.#events.push(event);
  }

  /** Computes the position again from all events, from the step in which the session began. */
  recomputePosition(start: string): void {
    const position = new Position(start);
    for (const event of this.#events) position.apply(event);
    this.position.replaceBy(position);
  }
}

/**
 * Creates the error of a reader that needs events which are not in memory; `what` names its goal.
 */
export function makeNotLoadedError(what: string, id: string): ConfigError {
  return new ConfigError(
    `Cannot read ${what} of session ${quote(id)}: its log is not loaded: ` +
      "await session.load() first, or run a turn, unless the session has a summary",
  );
}
