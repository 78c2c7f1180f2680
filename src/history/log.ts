/**
 * The log of one session, and the one seam through which it is written.
 *
 * @module
 */
import type { EventDraft, SessionEvent } from "./event.ts";
import { Position } from "./position.ts";

/**
 * Makes events durable. Nothing happens in the world before the commit that
 * announces it; a commit that throws leaves the log as it was. In memory there
 * is nothing to do.
 */
export type Commit = (events: readonly SessionEvent[]) => Promise<void>;

/** Dependencies of a {@linkcode Log}. */
export interface LogOptions {
  /** Current time, in milliseconds since 1970. */
  readonly now: () => number;
  /** Makes events durable. Default: they stay in memory. */
  readonly commit?: Commit | undefined;
}

/** Append-only log, and the position that follows from it. */
export class Log {
  /**
   * The events, in order. Only this class appends to them. Of a log that is not
   * whole they are its end: it is made whole before a turn begins.
   */
  readonly events: readonly SessionEvent[];
  /** Position of the session after the last event. */
  readonly position: Position;
  /** Number of events: the sequence number of the next one. */
  head: number;
  /** Called with events after they were appended. */
  onAppended: ((events: readonly SessionEvent[]) => void) | undefined;
  readonly #events: SessionEvent[];
  readonly #options: LogOptions;

  /** Continues from events that are already committed. */
  constructor(
    start: string | Position,
    events: readonly SessionEvent[],
    options: LogOptions,
  ) {
    this.#events = events.slice();
    this.events = this.#events;
    this.#options = options;
    this.head = events.length;
    this.position = typeof start === "string" ? new Position(start) : start;
    for (const event of events) this.position.apply(event);
  }

  /** Creates a log of which only the position after its first `head` events is known. */
  static behind(position: Position, head: number, options: LogOptions): Log {
    const log = new Log(position, [], options);
    log.head = head;
    return log;
  }

  /** True if all events are in memory. */
  get isWhole(): boolean {
    return this.head === this.#events.length;
  }

  /** Returns the event with a sequence number, if it is in memory. */
  at(seq: number): SessionEvent | undefined {
    return this.#events[seq - this.head + this.#events.length];
  }

  /** Stamps place and time on drafts, commits them together and appends them. */
  async append(drafts: readonly EventDraft[]): Promise<readonly SessionEvent[]> {
    if (drafts.length === 0) return [];
    const { now, commit } = this.#options;
    const time = now();
    // Stamps first, as an event is read back: states can be compared as text.
    const events = drafts.map((draft, place): SessionEvent => {
      const seq = this.head + place;
      return place === 0 ? { seq, time, ...draft } : { seq, time, joined: true, ...draft };
    });
    if (commit !== undefined) await commit(events);
    this.take(events);
    this.onAppended?.(events);
    return events;
  }

  /** Appends events that are committed already. */
  take(events: readonly SessionEvent[]): void {
    for (const event of events) {
      this.#events.push(event);
      this.position.apply(event);
    }
    this.head += events.length;
  }

  /** Inserts the events before those that are in memory. */
  fill(past: readonly SessionEvent[]): void {
    const rest = this.#events.splice(0);
    for (const event of past) this.#events.push(event);
    for (const event of rest) this.#events.push(event);
  }

  /** Folds all events again, from the step in which the session began. */
  foldAgain(start: string): void {
    const position = new Position(start);
    for (const event of this.#events) position.apply(event);
    this.position.replaceBy(position);
  }
}
