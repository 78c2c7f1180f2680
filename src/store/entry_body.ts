/**
 * Serialization of events as the bodies of stored entries.
 *
 * @module
 */
import * as v from "valibot";
import { StateError } from "../errors.ts";
import type { SessionEvent } from "../history/event.ts";
import { eventSchema } from "../history/event_schema.ts";
import {
  EVENT_VERSION,
  isVersion,
  migrateEvents,
  type Migration,
  MIGRATIONS,
  versionAfter,
} from "../history/migrations.ts";
import { makeDamagedError, readStored } from "./hash_chain.ts";
import type { StoredEntry } from "./store.ts";

/**
 * Serializes an event as `[version, event]`. The version is stored because sessions
 * outlive releases. JSON escapes the characters that a database would change.
 *
 * @throws {Error} if the event could not be read again, because that would lock the session.
 */
export function serializeEvent(event: SessionEvent): string {
  const result = v.safeParse(eventSchema, event, { abortEarly: true });
  if (result.success) return JSON.stringify([EVENT_VERSION, event]);
  const issue: v.BaseIssue<unknown> = result.issues[0];
  throw new Error(
    `Cannot store event ${event.seq} of type "${event.type}": ${v.getDotPath(issue)}: ` +
      `${issue.message}: this is an error of @nomos/agent, please report it`,
  );
}

/**
 * Parses the event of an entry, and migrates it to the newest version.
 *
 * @param migrations Migrations from each version to the next. Default: those of this release.
 * @throws {SessionDamagedError} if the entry is not an event.
 * @throws {StateError} if a newer release wrote it.
 */
export function parseEvent(
  id: string,
  { seq, body }: StoredEntry,
  migrations: readonly Migration[] = MIGRATIONS,
): SessionEvent {
  const value: unknown = readStored(id, `entry ${seq} is not JSON`, () => JSON.parse(body));
  const [version, stored]: unknown[] = Array.isArray(value) ? value : [];
  if (!isVersion(version)) {
    throw makeDamagedError(id, `entry ${seq} is not an event: expected a version and an event`);
  }
  checkStoredVersion(`events.${seq}`, version, versionAfter(migrations));
  const [migrated] = migrateEvents([stored], version, migrations);
  const result = v.safeParse(eventSchema, migrated, { abortEarly: true });
  if (!result.success) {
    throw makeDamagedError(id, `entry ${seq} is not an event: ${result.issues[0].message}`);
  }
  if (result.output.seq !== seq) {
    throw makeDamagedError(
      id,
      `entry ${seq} contains event ${result.output.seq}: expected event ${seq}`,
    );
  }
  return result.output;
}

/**
 * Validates the version in which a part of a session was stored.
 *
 * @param path Path of the part, for the message.
 * @param newest Newest version that this release reads. Default: that of its events.
 * @throws {StateError} if a newer release wrote the part.
 */
export function checkStoredVersion(
  path: string,
  version: number,
  newest: number = EVENT_VERSION,
): void {
  if (version <= newest) return;
  throw new StateError(
    path,
    `a newer release wrote it, in version ${version}: expected version ${newest} or lower; ` +
      "upgrade @nomos/agent to open it",
  );
}
