/**
 * Reading the state of a session, which may come from anywhere.
 *
 * @module
 */
import * as v from "valibot";
import { quote, reasonOf, StateError } from "../errors.ts";
import { isPlainObject, type JsonObject } from "../json/json.ts";
import type { SessionEvent } from "../history/event.ts";
import { eventSchema, usageSchema } from "../history/event_schema.ts";
import { Log } from "../history/log.ts";
import type { State } from "../turn/state.ts";
import {
  EVENT_VERSION,
  isVersion,
  migrateEvents,
  type Migration,
  MIGRATIONS,
  versionAfter,
} from "../history/migrations.ts";

const stateSchema = v.strictObject({
  version: v.literal(EVENT_VERSION),
  sessionId: v.pipe(v.string(), v.nonEmpty()),
  step: v.string(),
  status: v.picklist(["waiting", "interrupted", "limited", "needs_approval", "ended"]),
  // Follows from the events: what is written here is for readers.
  usage: v.optional(usageSchema),
  cost: v.optional(v.pipe(v.number(), v.finite())),
  events: v.array(eventSchema),
  // Each is read as a state of its own.
  children: v.optional(v.custom<JsonObject>(isPlainObject, "expected an object")),
});

/**
 * Reads a state that may come from anywhere; what it gives shares nothing with it.
 *
 * @param migrations From each version to the next; the last one gives the form of this release.
 * @throws {StateError} naming the path, if it is of another version or not well formed.
 */
export function readState(value: unknown, migrations: readonly Migration[] = MIGRATIONS): State {
  try {
    return readStateAt("", value, migrations);
  } catch (cause) {
    if (cause instanceof StateError) throw cause;
    throw new StateError("", `reading it failed: ${reasonOf(cause)}: expected JSON`, { cause });
  }
}

/** Reads a state that is found at a place in another one: text before the paths of its own. */
function readStateAt(at: string, value: unknown, migrations: readonly Migration[]): State {
  const version = isPlainObject(value) ? value.version : undefined;
  const newest = versionAfter(migrations);
  if (!isVersion(version) || version > newest) {
    const expected = typeof version === "number" && version > newest
      ? `${newest} or lower: a newer release wrote it`
      : `1 to ${newest}`;
    throw new StateError(`${at}version`, `it is ${quote(version)}: expected ${expected}`);
  }
  const migrated = migrateState(value as JsonObject, version, migrations);
  const result = v.safeParse(stateSchema, migrated, { abortEarly: true });
  if (!result.success) {
    const issue: v.BaseIssue<unknown> = result.issues[0];
    throw new StateError(`${at}${v.getDotPath(issue) ?? ""}`, issue.message);
  }
  const { children, ...rest } = result.output;
  const state = rest as State;
  checkOrder(at, state.events);
  if (children === undefined) return state;
  return { ...state, children: readChildren(at, children, state.events, migrations) };
}

/** Reads the sessions of calls: each has the name of its call, which the log knows. */
function readChildren(
  at: string,
  children: JsonObject,
  events: readonly SessionEvent[],
  migrations: readonly Migration[],
): Readonly<Record<string, State>> {
  const started = new Set(
    events.flatMap((event) => event.type === "tool_started" ? [event.callKey] : []),
  );
  const read = Object.entries(children).map(([callKey, child]): [string, State] => {
    const path = `${at}children.${callKey}`;
    if (!started.has(callKey)) {
      throw new StateError(path, "no call of that name was started: expected the key of one");
    }
    const state = readStateAt(`${path}.`, child, migrations);
    if (state.sessionId !== callKey) {
      throw new StateError(
        `${path}.sessionId`,
        `it is ${quote(state.sessionId)}: expected that of its call`,
      );
    }
    return [callKey, state];
  });
  return Object.fromEntries(read);
}

/** A state of an earlier version in the form of this one. */
function migrateState(
  state: JsonObject,
  version: number,
  migrations: readonly Migration[],
): unknown {
  if (version === EVENT_VERSION && migrations === MIGRATIONS) return state;
  const { events } = state;
  return {
    ...state,
    version: EVENT_VERSION,
    events: Array.isArray(events) ? migrateEvents(events, version, migrations) : events,
  };
}

/** Makes sure that each event stands where the events before it allow. */
function checkOrder(at: string, events: readonly SessionEvent[]): void {
  let open: Set<number> | undefined;
  let asked = new Set<string>();
  for (const [index, event] of events.entries()) {
    if (event.seq !== index) {
      throw new StateError(`${at}events.${index}.seq`, `it is ${event.seq}: expected ${index}`);
    }
    if (event.type === "decision") {
      const { decision } = event;
      open = decision.action === "TOOL_CALL" ? new Set(decision.calls.keys()) : undefined;
      asked = new Set();
    } else if (event.type === "approval_requested" || event.type === "tool_started") {
      if (!open?.has(event.call)) {
        const path = `${at}events.${index}.call`;
        throw new StateError(path, `it is ${event.call}: expected a call that was not finished`);
      }
      if (event.type === "approval_requested") asked.add(event.callKey);
    } else if (event.type === "approval_given" && !asked.delete(event.callKey)) {
      const path = `${at}events.${index}.callKey`;
      throw new StateError(
        path,
        `it is ${quote(event.callKey)}: expected a call that was asked about`,
      );
    } else if (event.type === "tool_finished" && !open?.delete(event.call)) {
      const path = `${at}events.${index}.call`;
      throw new StateError(path, `it is ${event.call}: expected a call that was not finished`);
    }
  }
}

/**
 * The log of a state, checked against it.
 *
 * @throws {StateError} if the events do not lead to the step and status it names.
 */
export function logOf(
  state: State,
  steps: ReadonlyMap<string, unknown>,
  now: () => number,
): Log {
  checkStep(state.step, steps);
  const log = new Log(startOf(state.events, state.step), state.events, { now });
  const { step, status } = log.position;
  if (step !== state.step) {
    throw new StateError("step", `it is "${state.step}", but the events lead to "${step}"`);
  }
  // A turn without input that failed before its first event is not in the log.
  const isFreshlyInterrupted = state.status === "interrupted" && status !== "ended";
  if (status !== state.status && !isFreshlyInterrupted) {
    throw new StateError("status", `it is "${state.status}", but the events say "${status}"`);
  }
  return log;
}

/** The step in which a session began, wherever the graph may begin by now: where it first left. */
export function startOf(events: readonly SessionEvent[], step: string): string {
  return events.find((event) => event.type === "moved")?.from ?? step;
}

/**
 * Makes sure that a session can be in a step.
 *
 * @throws {StateError} if the graph lacks it.
 */
export function checkStep(step: string, steps: ReadonlyMap<string, unknown>): void {
  if (steps.has(step)) return;
  const known = [...steps.keys()].map(quote).join(", ");
  throw new StateError("step", `unknown step ${quote(step)}: expected ${known}`);
}
