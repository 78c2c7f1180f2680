/**
 * Position after events without sequence numbers and times, for tests.
 *
 * @module
 */
import type { SessionEvent } from "@nomos/agent";
import type { EventDraft } from "../../src/history/event.ts";
import { Position } from "../../src/history/position.ts";

/** Returns the position after events, which are numbered from 0. */
export function positionAfter(...events: readonly EventDraft[]): Position {
  const position = new Position("start");
  for (const [seq, event] of events.entries()) {
    position.apply({ ...event, seq, time: 0 } as SessionEvent);
  }
  return position;
}
