/**
 * What a session is replayed from.
 *
 * @module
 */
import type { AgentCore } from "../../turn/agent_core.ts";
import { ConfigError, quote } from "../../errors.ts";
import type { SessionEvent } from "../../history/event.ts";
import { migrateResultOf } from "../../history/result_migration.ts";
import { readState, type State, STATE_VERSION } from "../../session/state.ts";
import { isPlainObject } from "../../json/json.ts";
import { Session } from "../../session/session.ts";

/** A session, its state, also one of an earlier release, or all of its events. */
export type Recording = Session | State | readonly SessionEvent[];

/** A recording that was read. */
export interface ReadRecording {
  /** The session. */
  readonly id: string;
  /** The whole log. */
  readonly events: readonly SessionEvent[];
}

/**
 * Reads a recording as the agent would.
 *
 * @throws {ConfigError} if it is none.
 * @throws {StateError} if it is malformed, or of a newer release.
 */
export async function readRecording(
  recorded: unknown,
  { migrateResult }: AgentCore,
): Promise<ReadRecording> {
  if (recorded instanceof Session) {
    return { id: recorded.id, events: await Array.fromAsync(recorded.events()) };
  }
  const state = Array.isArray(recorded) ? stateAround(recorded) : recorded;
  if (!isPlainObject(state)) {
    throw new ConfigError(
      `Cannot replay ${quote(recorded)}: expected a session, its state or its events`,
    );
  }
  const { sessionId: id, events } = readState(state);
  return { id, events: events.map((event) => migrateResultOf(event, migrateResult)) };
}

/** A state with these events, for what reads states; where they lead is not asked. */
function stateAround(events: readonly unknown[]): object {
  const sessionId = "replayed";
  return { version: STATE_VERSION, sessionId, step: "", status: "interrupted", events };
}
