/**
 * The log of one session, and the one seam through which it is written.
 *
 * @module
 */
import type { SessionEvent } from "./event.ts";
import { Position } from "./position.ts";

/**
 * Makes events durable. Nothing happens in the world before the commit that
 * announces it; a commit that throws leaves the log as it was. In memory there
 * is nothing to do.
 */
export type Commit = (events: readonly SessionEvent[]) => void | Promise<void>;

/** An append-only log, and the position that follows from it. */
export class Log {
  /**
   * The events, in order. Only this class appends to them. Of a log that is not
   * whole they are its end: it is made whole before a turn begins.
   */
  readonly events: readonly SessionEvent[];
  /** Where the session stands after the last event. */
  readonly position: Position;
  /** How many events there are: the sequence number of the next one. */
  head: number;
  /** Is told of events after they were appended. */
  onAppended: ((events: readonly SessionEvent[]) => void) | undefined;
  readonly #events: SessionEvent[];
  readonly #commit: Commit | undefined;

  /** Continues from events that are already committed. */
  constructor(start: string | Position, events: readonly SessionEvent[] = [], commit?: Commit) {
    this.#events = events.slice();
    this.events = this.#events;
    this.#commit = commit;
    this.head = events.length;
    this.position = typeof start === "string" ? new Position(start) : start;
    for (const event of events) this.position.apply(event);
  }

  /** A log of which only the position after its first `head` events is known. */
  static behind(position: Position, head: number, commit: Commit): Log {
    const log = new Log(position, [], commit);
    log.head = head;
    return log;
  }

  /** Whether all events are here. */
  get isWhole(): boolean {
    return this.head === this.#events.length;
  }

  /** The event with a sequence number, if it is here. */
  at(seq: number): SessionEvent | undefined {
    return this.#events[seq - this.head + this.#events.length];
  }

  /**
   * Commits events and appends them. Returns a promise only if the seam does, so
   * that a session in memory waits for nothing.
   */
  append(events: readonly SessionEvent[]): void | Promise<void> {
    const committed = this.#commit?.(events);
    if (committed === undefined) this.#push(events);
    else return committed.then(() => this.#push(events));
  }

  /** Takes events that somebody else has committed. */
  take(events: readonly SessionEvent[]): void {
    for (const event of events) {
      this.#events.push(event);
      this.position.apply(event);
    }
    this.head += events.length;
  }

  /** Takes the events before those that are here. */
  fill(past: readonly SessionEvent[]): void {
    const rest = this.#events.splice(0);
    for (const event of past) this.#events.push(event);
    for (const event of rest) this.#events.push(event);
  }

  /** Folds all events anew, from the step in which the session began. */
  foldAgain(start: string): void {
    const position = new Position(start);
    for (const event of this.#events) position.apply(event);
    this.position.become(position);
  }

  #push(events: readonly SessionEvent[]): void {
    for (const event of events) {
      this.#events.push(event);
      this.position.apply(event);
    }
    this.head += events.length;
    this.onAppended?.(events);
  }
}
