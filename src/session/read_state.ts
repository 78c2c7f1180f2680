/**
 * States of sessions: reading them from untrusted input, and continuing them.
 *
 * @module
 */
import * as v from "valibot";
import { quote, reasonOf, StateError } from "../errors.ts";
import { requireStep } from "../graph/graph.ts";
import type { SessionEvent } from "../history/event.ts";
import { amount, eventSchema, usageSchema } from "../history/event_schema.ts";
import { Log } from "../history/log.ts";
import {
  applyChanges,
  EVENT_VERSION,
  findFirstStep,
  isVersion,
  migrateEvents,
  type Migration,
  MIGRATIONS,
  renameStep,
  versionAfter,
} from "../history/migrations.ts";
import { childIdOf } from "../history/session_name.ts";
import type { State } from "../history/state.ts";
import { isPlainObject, type JsonObject } from "../json/json.ts";
import type { AgentCore } from "../turn/agent_core.ts";
import { type LiveOptions, LiveSession } from "../turn/live_session.ts";

const stateSchema = v.strictObject({
  version: v.literal(EVENT_VERSION),
  agent: v.optional(v.string()),
  sessionId: v.pipe(v.string(), v.minLength(1)),
  incarnation: v.optional(v.string()),
  step: v.string(),
  status: v.picklist(["waiting", "interrupted", "limited", "needs_approval", "ended"]),
  // For readers of the state: both are computed from the events.
  usage: v.optional(usageSchema),
  cost: amount,
  events: v.array(eventSchema),
  // Each child is validated as a state of its own.
  children: v.optional(v.custom<JsonObject>(isPlainObject, "expected an object")),
});

/**
 * Validates a state. The result shares no objects with the value.
 *
 * @param migrations Migrations of each version to the next; the last one leads to this release's.
 * @throws {StateError} with the path, if the state is malformed or a newer release wrote it.
 */
export function readState(value: unknown, migrations: readonly Migration[] = MIGRATIONS): State {
  try {
    return readStateAt("", value, migrations);
  } catch (cause) {
    if (cause instanceof StateError) throw cause;
    throw new StateError("", `reading it failed: ${reasonOf(cause)}: expected JSON`, { cause });
  }
}

/** Validates a state; `at` precedes its paths in messages, if it is a child of another state. */
function readStateAt(at: string, value: unknown, migrations: readonly Migration[]): State {
  const version = isPlainObject(value) ? value.version : undefined;
  const newest = versionAfter(migrations);
  if (!isVersion(version) || version > newest) {
    const expected = typeof version === "number" && version > newest
      ? `${newest} or lower: a newer release wrote it, update @nomos/agent`
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
  return { ...state, children: readChildren(at, children, state, migrations) };
}

/** Lists the ids of the child sessions of calls that were started, by the keys of the calls. */
function listChildIds({ sessionId: id, incarnation, events }: State): ReadonlyMap<string, string> {
  const ids = new Map<string, string>();
  let decision = -1;
  for (const event of events) {
    if (event.type === "decision") decision = event.seq;
    if (event.type !== "tool_started") continue;
    ids.set(event.callKey, childIdOf({ id, incarnation }, decision, event.call));
  }
  return ids;
}

/** Validates child sessions: each must belong to a call that was started. */
function readChildren(
  at: string,
  children: JsonObject,
  parent: State,
  migrations: readonly Migration[],
): Readonly<Record<string, State>> {
  const ids = listChildIds(parent);
  const read = Object.entries(children).map(([callKey, child]): [string, State] => {
    const path = `${at}children.${callKey}`;
    const id = ids.get(callKey);
    if (id === undefined) {
      throw new StateError(
        path,
        "no call with that key was started: expected a started call's key",
      );
    }
    const state = readStateAt(`${path}.`, child, migrations);
    // In forks of version 2, the id was the key of the call.
    if (state.sessionId !== id && state.sessionId !== callKey) {
      throw new StateError(
        `${path}.sessionId`,
        `it is ${quote(state.sessionId)}: expected ${quote(id)}, which belongs to its call`,
      );
    }
    return [callKey, state];
  });
  return Object.fromEntries(read);
}

/** Converts a state of an earlier version to the current one. */
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

const OPEN_CALL = "an open call of the last decision";

/**
 * Validates the order of events.
 *
 * @throws {StateError} with the path of an event that cannot follow those before it.
 */
function checkOrder(at: string, events: readonly SessionEvent[]): void {
  let open: Set<number> | undefined;
  let waiting = new Set<string>();
  for (const [index, event] of events.entries()) {
    const refuse = (field: string, value: unknown, expected: string) =>
      new StateError(
        `${at}events.${index}.${field}`,
        `it is ${quote(value)}: expected ${expected}`,
      );
    if (event.seq !== index) throw refuse("seq", event.seq, `${index}`);
    switch (event.type) {
      case "decision": {
        const { decision } = event;
        open = decision.action === "TOOL_CALL" ? new Set(decision.calls.keys()) : undefined;
        waiting = new Set();
        break;
      }
      case "approval_requested":
      case "tool_started":
      case "tool_deferred":
      case "tool_suspended":
        if (!open?.has(event.call)) throw refuse("call", event.call, OPEN_CALL);
        if (event.type === "approval_requested") waiting.add(event.callKey);
        break;
      case "approval_given":
        if (waiting.delete(event.callKey)) break;
        throw refuse("callKey", event.callKey, "a call that waits for approval");
      case "tool_finished":
        if (!open?.delete(event.call)) throw refuse("call", event.call, OPEN_CALL);
        break;
      case "summary":
        if (event.until > index) throw refuse("until", event.until, `at most ${index}`);
        if (event.covered > event.until) {
          throw refuse("covered", event.covered, `at most ${event.until}`);
        }
    }
  }
}

/**
 * Creates the live session of a validated state, or of a new session.
 *
 * @throws {StateError} if the state is in a step this graph lacks, contradicts its events, or
 *   `migrateResult` fails.
 */
export function createLiveSession(
  core: AgentCore,
  id: string,
  context: unknown,
  state: State | undefined,
  options: LiveOptions,
): LiveSession {
  if (state === undefined) {
    return new LiveSession(
      core,
      id,
      context,
      new Log(core.graph.start, [], { now: core.clock }),
      options.parent === undefined ? { ...options, incarnation: core.ids() } : options,
    );
  }
  const { status, children, incarnation } = state;
  const log = buildLog(core, state);
  return new LiveSession(core, id, context, log, {
    ...options,
    incarnation,
    isInterrupted: status === "interrupted",
    children: children && new Map(Object.entries(children)),
  });
}

/**
 * Warns if an agent of another name made a session. It may have been renamed, or the session may
 * be opened by mistake.
 *
 * @param maker Name of the agent that made the session; undefined if an older release made it.
 */
export function warnOfOtherMaker(
  { name, warn }: AgentCore,
  id: string,
  maker: string | undefined,
): void {
  if (maker === undefined || maker === name) return;
  warn(
    "maker",
    `Session ${quote(id)} was made by agent ${quote(maker)}: expected ${quote(name)}, unless ` +
      "the agent was renamed",
  );
}

/**
 * Builds the log of a state, with the changes of the agent applied.
 *
 * @throws {StateError} if its events do not lead to its step and status.
 */
function buildLog(core: AgentCore, state: State): Log {
  const { graph, clock: now, renamedSteps } = core;
  const events = state.events.map((event) => applyChanges(event, core));
  const recorded = renameStep(state.step, renamedSteps);
  const first = findFirstStep(core, state.step, events.length);
  const expected = events.some((event) => "step" in event) ? recorded : first;
  requireStep(graph, expected);
  const log = new Log(first, events, { now });
  const { step, status } = log.position;
  if (step !== expected) {
    throw new StateError(
      "step",
      `it is ${quote(expected)}: expected ${quote(step)}, to which its events lead`,
    );
  }
  // The log does not show a turn without input that failed before its first event.
  const isFreshlyInterrupted = state.status === "interrupted" && status !== "ended";
  if (status !== state.status && !isFreshlyInterrupted) {
    throw new StateError(
      "status",
      `it is "${state.status}": expected "${status}", to which its events lead`,
    );
  }
  return log;
}

/** Returns the step in which a session began, even if the graph now starts elsewhere. */
export function findStart(events: readonly SessionEvent[], step: string): string {
  return events.find((event) => "step" in event)?.step ?? step;
}
