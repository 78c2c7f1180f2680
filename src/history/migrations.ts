/**
 * Reading of logs and results that earlier releases wrote.
 *
 * @module
 */
import { isPlainObject } from "../json/json.ts";
import { quote, reasonOf, StateError } from "../errors.ts";
import type { SessionEvent } from "./event.ts";

/**
 * From an event of one version to the same event of the next: pure, and careful,
 * for nothing has been validated yet.
 */
export type Migration = (event: Readonly<Record<string, unknown>>) => unknown;

/** The migrations, the first from version 1. The form of this release comes after the last. */
export const MIGRATIONS: readonly Migration[] = [addCallToStarted, renameOutcomes];

/** Version of the events and states that this release writes. */
export const EVENT_VERSION = 3;

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

/** Version 3: other names for outcomes, for the event of a reached limit, and for what had been used. */
function renameOutcomes(event: Readonly<Record<string, unknown>>): unknown {
  const { type, outcome } = event;
  if (type === "tool_finished") {
    if (outcome === "fallback") return { ...event, outcome: "redirected" };
    return outcome === "aborted" ? { ...event, outcome: "unknown" } : event;
  }
  if (type === "fallback") return { ...event, type: "respond_only" };
  if (type !== "limit" || event.spent === undefined) return event;
  const { spent: used, ...rest } = event;
  return { ...rest, used };
}

/** The call whose result is migrated. */
export interface RecordedCall {
  /** The tool. */
  readonly tool: string;
  /** The call. */
  readonly callKey: string;
  /** When its result was written, in milliseconds since 1970 by the agent's `clock`. */
  readonly time: number;
}

/**
 * From a result that a log has to the same result in the form of today's tools.
 * It must be pure, and leave what has today's form already as it is: whatever is
 * read again is migrated again.
 */
export type MigrateResult = (text: string, call: RecordedCall) => string;

/**
 * An event with its result migrated; the event itself, if it has none or that
 * stays as it is. A reason, of a call that failed or was denied, is no result.
 *
 * @throws {StateError} naming the event, if the migration throws or gives no text.
 */
export function migrateResultOf(
  event: SessionEvent,
  migrate: MigrateResult | undefined,
): SessionEvent {
  if (migrate === undefined || event.type !== "tool_finished" || event.outcome !== "ok") {
    return event;
  }
  const { seq, tool, callKey, time } = event;
  let text: unknown;
  try {
    text = migrate(event.text, { tool, callKey, time });
  } catch (cause) {
    throw new StateError(
      `events.${seq}.text`,
      `migrateResult threw for a result of tool ${quote(tool)}: ${reasonOf(cause)}`,
      { cause },
    );
  }
  if (typeof text !== "string") {
    if (text instanceof Promise) text.catch(() => {});
    const given = text instanceof Promise ? "a promise" : quote(text);
    throw new StateError(
      `events.${seq}.text`,
      `migrateResult gave ${given} for a result of tool ${quote(tool)}: expected text, at once`,
    );
  }
  return text === event.text ? event : { ...event, text };
}
