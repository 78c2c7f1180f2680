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
  /** The events, in order. Only this class appends to them. */
  readonly events: readonly SessionEvent[];
  /** Where the session stands after the last event. */
  readonly position: Position;
  /** Is told of events after they were appended. */
  onAppended: ((events: readonly SessionEvent[]) => void) | undefined;
  readonly #events: SessionEvent[];
  readonly #commit: Commit | undefined;

  /** Continues from events that are already committed. */
  constructor(start: string, events: readonly SessionEvent[] = [], commit?: Commit) {
    this.#events = events.slice();
    this.events = this.#events;
    this.#commit = commit;
    this.position = new Position(start);
    for (const event of events) this.position.apply(event);
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

  #push(events: readonly SessionEvent[]): void {
    for (const event of events) {
      this.#events.push(event);
      this.position.apply(event);
    }
    this.onAppended?.(events);
  }
}
