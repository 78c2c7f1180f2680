/**
 * Reading logs that earlier releases wrote.
 *
 * @module
 */
import { isPlainObject } from "../json/json.ts";

/**
 * From an event of one version to the same event of the next: pure, and careful,
 * for nothing has been validated yet.
 */
export type Migration = (event: Readonly<Record<string, unknown>>) => unknown;

/** The migrations, the first from version 1. The form of this release comes after the last. */
export const MIGRATIONS: readonly Migration[] = [addCallToStarted];

/** The version that migrations lead to. */
export function versionAfter(migrations: readonly Migration[]): number {
  return migrations.length + 1;
}

/** Whether a value is the version of anything: those that are too new are among them. */
export function isVersion(version: unknown): version is number {
  return Number.isSafeInteger(version) && (version as number) >= 1;
}

/** Events of an earlier version in the form of this one. What is no event is left to validation. */
export function migrateEvents(
  events: readonly unknown[],
  from: number,
  migrations: readonly Migration[] = MIGRATIONS,
): readonly unknown[] {
  const due = migrations.slice(from - 1);
  return events.map((event) =>
    due.reduce((migrated, migration) => {
      return isPlainObject(migrated) ? migration(migrated) : migrated;
    }, event)
  );
}

/** Version 2: `tool_started` says the place of the call, which was only the end of its key. */
function addCallToStarted(event: Readonly<Record<string, unknown>>): unknown {
  const { type, callKey } = event;
  if (type !== "tool_started" || typeof callKey !== "string") return event;
  return { ...event, call: Number(callKey.slice(callKey.lastIndexOf("/") + 1)) };
}
