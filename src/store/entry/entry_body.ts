/**
 * Serialization of events as the bodies of stored entries.
 *
 * @module
 */
import * as v from "valibot";
import { StateError } from "../../errors.ts";
import type { SessionEvent } from "../../history/event.ts";
import { eventSchema } from "../../history/event_schema.ts";
import {
  EVENT_VERSION,
  isVersion,
  migrateEvents,
  type Migration,
  MIGRATIONS,
  versionAfter,
} from "../../history/migrations.ts";
import type { Store, StoredBlob, StoredEntry } from "../store.ts";
import { splitEvent } from "./blobs.ts";
import { makeDamagedError, readStored } from "./hash_chain.ts";

/**
 * Serializes an event as `[version, event]`. The version is stored because sessions
 * outlive releases. JSON escapes the characters that a database would change.
 *
 * @throws {Error} if the event could not be read again, because that would lock the session.
 */
export function serializeEvent(event: SessionEvent): string {
  checkEvent(event);
  return toBody(event);
}

function toBody(event: object): string {
  return JSON.stringify([EVENT_VERSION, event]);
}

function checkEvent(event: SessionEvent): void {
  const result = v.safeParse(eventSchema, event, { abortEarly: true });
  if (result.success) return;
  const issue: v.BaseIssue<unknown> = result.issues[0];
  throw new Error(
    `Cannot store event ${event.seq} of type "${event.type}": ${v.getDotPath(issue)}: ` +
      `${issue.message}: this is an error of @nomos/agent, please report it`,
  );
}

/** Bodies of entries, and the blobs to which they refer, if there are any. */
export interface WrittenEvents {
  readonly bodies: readonly string[];
  readonly blobs?: readonly StoredBlob[] | undefined;
}

/** Serializes events; long bytes are blobs if the store has any. */
export function serializeEvents(store: Store, events: readonly SessionEvent[]): WrittenEvents {
  if (store.readBlob === undefined) return { bodies: events.map(serializeEvent) };
  events.forEach(checkEvent);
  const split = events.map(splitEvent);
  const blobs = split.flatMap(({ blobs }) => blobs);
  const bodies = split.map(({ event }) => toBody(event));
  return { bodies, ...(blobs.length > 0 && { blobs }) };
}

/** Options of {@linkcode parseEvent}. */
interface ParseOptions {
  /** If false, trusts an event of the newest version. @default {true} */
  readonly validates?: boolean;
  /** Migrations from each version to the next. Default: those of this release. */
  readonly migrations?: readonly Migration[];
}

/**
 * Parses the event of an entry, and migrates it to the newest version.
 *
 * @throws {SessionDamagedError} if the entry is not an event.
 * @throws {StateError} if a newer release wrote it.
 */
export function parseEvent(
  id: string,
  { seq, body }: StoredEntry,
  { validates = true, migrations = MIGRATIONS }: ParseOptions = {},
): SessionEvent {
  const value: unknown = readStored(id, `entry ${seq} is not JSON`, () => JSON.parse(body));
  const [version, stored]: unknown[] = Array.isArray(value) ? value : [];
  if (!isVersion(version)) {
    throw makeDamagedError(id, `entry ${seq} is not an event: expected a version and an event`);
  }
  const newest = versionAfter(migrations);
  checkStoredVersion(`events.${seq}`, version, newest);
  const [event] = version === newest && !validates
    ? [stored as SessionEvent]
    : migrateEvents([stored], version, migrations).map((one) => validate(id, seq, one));
  if (event?.seq === seq) return event;
  throw makeDamagedError(id, `entry ${seq} contains event ${event?.seq}: expected event ${seq}`);
}

function validate(id: string, seq: number, event: unknown): SessionEvent {
  const result = v.safeParse(eventSchema, event, { abortEarly: true });
  if (result.success) return result.output;
  throw makeDamagedError(id, `entry ${seq} is not an event: ${result.issues[0].message}`);
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
