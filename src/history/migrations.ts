/**
 * Migrations of logs that earlier releases, or an earlier form of the agent, wrote.
 *
 * @module
 */
import { quote, quoteReturned, reasonOf, StateError } from "../errors.ts";
import type { Graph } from "../graph/graph.ts";
import { isPlainObject } from "../json/json.ts";
import type { DataPatch } from "../tool/tool_context.ts";
import type { SessionEvent } from "./event.ts";

/**
 * Converts an event of one version to the next. Pure. The event has not been validated yet.
 */
export type Migration = (event: Readonly<Record<string, unknown>>) => unknown;

/** Migrations in order, the first from version 1; the last one leads to this release's version. */
export const MIGRATIONS: readonly Migration[] = [addCallToStarted, toVersion3, toVersion4];

/** Version of the events and states that this release writes. */
export const EVENT_VERSION = 4;

/** Returns the version to which migrations lead. */
export function versionAfter(migrations: readonly Migration[]): number {
  return migrations.length + 1;
}

/** Returns true if a value is a version number, even of a newer release. */
export function isVersion(version: unknown): version is number {
  return Number.isSafeInteger(version) && (version as number) >= 1;
}

/** Converts events of an earlier version. Values that are not objects are returned as they are. */
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

/** Migration to version 2: `tool_started` has the place of the call, which version 1 had only in the key. */
function addCallToStarted(event: Readonly<Record<string, unknown>>): unknown {
  const { type, callKey } = event;
  if (type !== "tool_started" || typeof callKey !== "string") return event;
  return { ...event, call: Number(callKey.slice(callKey.lastIndexOf("/") + 1)) };
}

/**
 * Migration to version 3: new names of outcomes, of the event `respond_only`, and of `used`.
 * Requests showed the input of the tool's schema.
 */
function toVersion3(event: Readonly<Record<string, unknown>>): unknown {
  const { type, outcome } = event;
  if (type === "approval_requested") return { ...event, isInput: true };
  if (type === "tool_finished") {
    if (outcome === "fallback") return { ...event, outcome: "redirected" };
    return outcome === "aborted" ? { ...event, outcome: "unknown" } : event;
  }
  if (type === "fallback") return { ...event, type: "respond_only" };
  if (type !== "limit" || event.spent === undefined) return event;
  const { spent: used, ...rest } = event;
  return { ...rest, used };
}

/**
 * Migration to version 4, which adds `data_set`, the changes of data by calls, `summary`, `embedded`, and the
 * `timing` and `prompt` of model calls.
 */
function toVersion4(event: Readonly<Record<string, unknown>>): unknown {
  return event;
}

/** Call whose result is migrated. */
export interface RecordedCall {
  /** Name of the tool. */
  readonly tool: string;
  /** Idempotency key of the call. */
  readonly callKey: string;
  /** Time when its result was committed, in milliseconds since 1970 by the agent's `clock`. */
  readonly time: number;
}

/**
 * Converts the stored data of a session to the current form, completed by the defaults of the
 * agent's `data` schema. Must be pure.
 */
export type MigrateData<Data = unknown> = (
  data: Readonly<Record<string, unknown>>,
) => DataPatch<Data>;

/**
 * Converts the recorded result of a call to the current form of the tool's results. Must
 * be pure, and return results in the current form as they are, because it is called
 * whenever a log is read.
 */
export type MigrateResult = (text: string, call: RecordedCall) => string;

/** Agent as it is now, with its changes since sessions were recorded. */
export interface ChangedAgent {
  readonly graph: Pick<Graph, "start" | "steps">;
  /** Converts results that older releases of the tools wrote. */
  readonly migrateResult: MigrateResult | undefined;
  /** Current ids of renamed or removed steps, by their former ids. */
  readonly renamedSteps: ReadonlyMap<string, string>;
}

/**
 * Returns an event with its steps renamed and its result migrated; the same event if nothing
 * changes.
 *
 * @throws {StateError} with the path of the event, if `migrateResult` throws or does not return text.
 */
export function applyChanges(
  event: SessionEvent,
  { migrateResult, renamedSteps }: ChangedAgent,
): SessionEvent {
  return migrateResultOf(renameStepsOf(event, renamedSteps), migrateResult);
}

/** Returns the current id of a step. */
export function renameStep(step: string, renamed: ReadonlyMap<string, string>): string {
  return renamed.get(step) ?? step;
}

/**
 * Returns the step of a session until a model is asked: the recorded one, or the first step of
 * the agent if the session has no events, or the agent lacks the recorded one.
 */
export function findFirstStep(
  { graph: { start, steps }, renamedSteps }: ChangedAgent,
  recorded: string,
  head: number,
): string {
  const step = renameStep(recorded, renamedSteps);
  return head > 0 && steps.has(step) ? step : start;
}

function renameStepsOf(event: SessionEvent, renamed: ReadonlyMap<string, string>): SessionEvent {
  if (renamed.size === 0) return event;
  const rename = (step: string) => renameStep(step, renamed);
  if (event.type === "moved") return { ...event, from: rename(event.from), to: rename(event.to) };
  if (!("step" in event)) return event;
  const named = renameOffered({ ...event, step: rename(event.step) }, rename);
  if (named.type !== "decision" || named.decision.action !== "MOVE") return named;
  return { ...named, decision: { ...named.decision, step: rename(named.decision.step) } };
}

function renameOffered<Event extends SessionEvent>(
  event: Event,
  rename: (step: string) => string,
): Event {
  if (!("prompt" in event) || event.prompt === undefined) return event;
  const { offer } = event.prompt;
  const routes = offer.routes.map(rename);
  return { ...event, prompt: { ...event.prompt, offer: { ...offer, routes } } };
}

/** Migrates the result of a call with outcome `ok`; other calls have none. */
function migrateResultOf(
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
    throw new StateError(
      `events.${seq}.text`,
      `migrateResult returned ${quoteReturned(text)} for a result of tool ${quote(tool)}: ` +
        "expected a synchronous function that returns text",
    );
  }
  return text === event.text ? event : { ...event, text };
}
