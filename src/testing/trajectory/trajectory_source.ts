/**
 * Events that a trajectory and a transcript are read from.
 *
 * @module
 */
import { ConfigError, quote } from "../../errors.ts";
import type { SessionEvent } from "../../history/event.ts";
import type { Session } from "../../session/session.ts";
import type { Turn } from "../../turn/turn.ts";
import type { PlayedScenario } from "../scenario/conversation.ts";

/** A turn, a session, the result of a scenario, or whatever else has the events of a session, as a state. */
export type TrajectorySource<StepId extends string = string> =
  | Turn<StepId>
  | Session<Turn<StepId>>
  | PlayedScenario<StepId>
  | {
    /** The events, in order. */
    readonly events: readonly SessionEvent[];
  };

/**
 * The events so far.
 *
 * @throws {ConfigError} if it has none, as a promise that was not awaited.
 */
export function eventsOf(source: TrajectorySource): readonly SessionEvent[] {
  const events = typeof source?.events === "function"
    ? (source as Session).state.events
    : source?.events;
  if (Array.isArray(events)) return events;
  throw new ConfigError(
    `Cannot read the events of ${quote(source)}: expected a turn, a session or a scenario's result`,
  );
}

/** Returns the tool of a call, from any event that names it; else the key of the call itself. */
export function toolOfCall(callKey: string, events: readonly SessionEvent[]): string {
  for (const event of events) {
    if ("tool" in event && event.callKey === callKey) return event.tool;
  }
  return callKey;
}
