/**
 * Events as the text of stored entries.
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
import { damaged, readStored } from "./hash_chain.ts";
import type { StoredEntry } from "./store.ts";

/**
 * The text of an event: the version of its form, for a session outlives releases,
 * and the event. JSON escapes whatever a database would change.
 */
export function bodyOf(event: SessionEvent): string {
  return JSON.stringify([EVENT_VERSION, event]);
}

/**
 * The event of an entry, in the form of this release.
 *
 * @param migrations From each version to the next; the last one gives the form of this release.
 * @throws {SessionDamagedError} if it is none.
 * @throws {StateError} if a newer release wrote it.
 */
export function eventOf(
  id: string,
  { seq, body }: StoredEntry,
  migrations: readonly Migration[] = MIGRATIONS,
): SessionEvent {
  const value: unknown = readStored(id, `entry ${seq} is no JSON`, () => JSON.parse(body));
  const [version, stored]: unknown[] = Array.isArray(value) ? value : [];
  if (!isVersion(version)) throw damaged(id, `entry ${seq} is no event`);
  const newest = versionAfter(migrations);
  if (version > newest) {
    throw new StateError(
      `events.${seq}`,
      `its version is ${version}: expected ${newest} or lower: a newer release wrote it`,
    );
  }
  const [migrated] = migrateEvents([stored], version, migrations);
  const result = v.safeParse(eventSchema, migrated, { abortEarly: true });
  if (!result.success) {
    throw damaged(id, `entry ${seq} is no event: ${result.issues[0].message}`);
  }
  if (result.output.seq !== seq) {
    throw damaged(id, `entry ${seq} has event ${result.output.seq}: expected its own`);
  }
  return result.output;
}
