/**
 * Sources of events for trajectories and transcripts.
 *
 * @module
 */
import { ConfigError, quote } from "../../errors.ts";
import type { SessionEvent } from "../../history/event.ts";
import type { Session } from "../../session/session.ts";
import type { Turn } from "../../turn/turn.ts";
import type { PlayedScenario } from "../conversation.ts";

/** A turn, a session, the result of a scenario, or any object with events, such as a state. */
export type TrajectorySource<StepId extends string = string> =
  | Turn<StepId>
  | Session<Turn<StepId>>
  | PlayedScenario<StepId>
  | {
    /** Events, in order. */
    readonly events: readonly SessionEvent[];
  };

/**
 * Returns the events of a source so far.
 *
 * @throws {ConfigError} if it has none, for example a promise that was not awaited.
 */
export function eventsOf(source: TrajectorySource): readonly SessionEvent[] {
  const events = typeof source?.events === "function"
    ? (source as Session).state.events
    : source?.events;
  if (Array.isArray(events)) return events;
  throw new ConfigError(
    `Cannot read the events of ${quote(source)}: ` +
      "expected a turn, a session or the result of a scenario, each of them awaited",
  );
}

/** Returns the name of the tool of a call; if no event names it, the key of the call. */
export function toolOf(callKey: string, events: readonly SessionEvent[]): string {
  for (const event of events) {
    if ("tool" in event && event.callKey === callKey) return event.tool;
  }
  return callKey;
}
