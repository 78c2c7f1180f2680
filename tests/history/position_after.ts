/**
 * Where a log leads, for tests that write events without their place and time.
 *
 * @module
 */
import type { SessionEvent } from "../../src/history/event.ts";
import { Position } from "../../src/history/position.ts";

/** An event without its place and time. */
export type Unplaced = SessionEvent extends infer Event
  ? Event extends SessionEvent ? Omit<Event, "seq" | "time"> : never
  : never;

/** Where a log leads, its events numbered from 0. */
export function positionAfter(...events: Unplaced[]): Position {
  const position = new Position("start");
  for (const [seq, event] of events.entries()) {
    position.apply({ ...event, seq, time: 0 } as SessionEvent);
  }
  return position;
}
