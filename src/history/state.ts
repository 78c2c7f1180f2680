/**
 * The serialisable snapshot of a session.
 *
 * @module
 */
import * as v from "valibot";
import { quote, reasonOf, StateError } from "../errors.ts";
import { isPlainObject, type JsonObject } from "../json.ts";
import { jsonValue } from "../json_value.ts";
import type { Usage } from "../llm/llm.ts";
import { TOKEN_COUNTS } from "../llm/usage.ts";
import type { SessionEvent } from "./event.ts";
import { Log } from "./log.ts";
import type { SessionStatus } from "./position.ts";
import { Spending } from "./spending.ts";

/** The version of states written by this release. */
export const STATE_VERSION: State["version"] = 1;

/** A session as JSON: keep it anywhere, continue it with `createSession({ state })`. */
export interface State {
  /** The version of this format: 1. */
  readonly version: 1;
  /** The session. */
  readonly sessionId: string;
  /** The current step. */
  readonly step: string;
  /** Where the session stands; `running` is never written. */
  readonly status: Exclude<SessionStatus, "running">;
  /** The tokens of all its model calls that reported them. */
  readonly usage?: Usage;
  /** What its model calls cost, where the agent's `cost` knows it. */
  readonly cost?: number;
  /** The whole log. */
  readonly events: readonly SessionEvent[];
}

const text = v.string();
const texts = v.array(text);
const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const tokens = v.optional(v.pipe(v.number(), v.finite()));
const tokenCounts = v.strictObject({
  ...v.entriesFromList(TOKEN_COUNTS, tokens),
  isEstimated: v.optional(v.literal(true)),
});
const cost = v.optional(v.pipe(v.number(), v.finite()));
const call = { usage: v.optional(tokenCounts), cost, model: v.optional(text) };
const args = v.pipe(jsonValue, v.custom<JsonObject>(isPlainObject));
const action = v.picklist(["RESPOND", "TOOL_CALL", "MOVE", "END"]);

const decision = v.variant("action", [
  v.strictObject({
    action: v.literal("RESPOND"),
    response: jsonValue,
    suggestions: v.optional(texts),
    reasoning: texts,
  }),
  v.strictObject({
    action: v.literal("TOOL_CALL"),
    calls: v.pipe(v.array(v.strictObject({ tool: text, args })), v.minLength(1)),
    reasoning: texts,
  }),
  v.strictObject({ action: v.literal("MOVE"), step: text, reasoning: texts }),
  v.strictObject({ action: v.literal("END"), response: v.optional(text), reasoning: texts }),
]);

const base = { seq: count, time: v.pipe(v.number(), v.finite()) };

const event = v.variant("type", [
  v.strictObject({ ...base, type: v.literal("user"), text }),
  v.strictObject({ ...base, type: v.literal("decision"), step: text, decision, ...call }),
  v.strictObject({ ...base, type: v.literal("tool_started"), callKey: text, tool: text }),
  v.strictObject({
    ...base,
    type: v.literal("tool_finished"),
    callKey: text,
    call: count,
    tool: text,
    outcome: v.picklist(["ok", "error", "fallback", "aborted"]),
    text,
  }),
  v.strictObject({ ...base, type: v.literal("moved"), from: text, to: text }),
  v.strictObject({
    ...base,
    type: v.literal("error"),
    step: text,
    path: text,
    message: text,
    output: text,
    attempt: v.optional(v.strictObject({ action, tools: v.optional(texts) })),
    ...call,
  }),
  v.strictObject({
    ...base,
    type: v.literal("model_failed"),
    step: text,
    code: text,
    usage: tokenCounts,
    cost,
  }),
  v.strictObject({
    ...base,
    type: v.literal("fallback"),
    reason: v.picklist(["iterations", "loop"]),
  }),
  v.strictObject({
    ...base,
    type: v.literal("limit"),
    reason: v.picklist([
      "errors",
      "iterations",
      "loop",
      "stuck",
      "tokens",
      "cost",
      "modelCalls",
      "toolCalls",
      "time",
    ]),
    scope: v.optional(v.picklist(["turn", "session"])),
    limit: v.optional(v.pipe(v.number(), v.finite())),
    spent: v.optional(v.pipe(v.number(), v.finite())),
    usage: v.optional(tokenCounts),
    cost,
  }),
  v.strictObject({ ...base, type: v.literal("ended") }),
]);

const stateSchema = v.strictObject({
  version: v.literal(STATE_VERSION),
  sessionId: v.pipe(text, v.nonEmpty()),
  step: text,
  status: v.picklist(["waiting", "interrupted", "limited", "needs_approval", "ended"]),
  // Follows from the events: what is written here is for readers.
  usage: v.optional(tokenCounts),
  cost,
  events: v.array(event),
});

/**
 * Reads a state that may come from anywhere; what it gives shares nothing with it.
 *
 * @throws {StateError} naming the path, if it is of another version or not well formed.
 */
export function readState(value: unknown): State {
  const version = isPlainObject(value) ? value.version : undefined;
  if (version !== STATE_VERSION) {
    throw new StateError("version", `it is ${quote(version)}: expected ${STATE_VERSION}`);
  }
  let result: ReturnType<typeof v.safeParse<typeof stateSchema>>;
  try {
    result = v.safeParse(stateSchema, value, { abortEarly: true });
  } catch (cause) {
    throw new StateError("", `reading it failed: ${reasonOf(cause)}: expected JSON`, { cause });
  }
  if (!result.success) {
    const issue: v.BaseIssue<unknown> = result.issues[0];
    throw new StateError(v.getDotPath(issue) ?? "", issue.message);
  }
  const state = result.output as State;
  checkOrder(state.events);
  return state;
}

/** The state of a session whose events these are. */
export function stateOf(
  sessionId: string,
  step: string,
  status: State["status"],
  events: readonly SessionEvent[],
): State {
  const { usage, cost } = Spending.of(events);
  return {
    version: STATE_VERSION,
    sessionId,
    step,
    status,
    ...(Object.keys(usage).length > 0 && { usage }),
    ...(cost !== undefined && { cost }),
    events,
  };
}

/** Makes sure that each event stands where the events before it allow. */
function checkOrder(events: readonly SessionEvent[]): void {
  let open: Set<number> | undefined;
  for (const [index, event] of events.entries()) {
    if (event.seq !== index) {
      throw new StateError(`events.${index}.seq`, `it is ${event.seq}: expected ${index}`);
    }
    if (event.type === "decision") {
      const { decision } = event;
      open = decision.action === "TOOL_CALL" ? new Set(decision.calls.keys()) : undefined;
    } else if (event.type === "tool_finished" && !open?.delete(event.call)) {
      const path = `events.${index}.call`;
      throw new StateError(path, `it is ${event.call}: expected a call that was not finished`);
    }
  }
}

/**
 * The log of a state, checked against it.
 *
 * @throws {StateError} if the events do not lead to the step and status it names.
 */
export function logOf(state: State, steps: ReadonlyMap<string, unknown>): Log {
  if (!steps.has(state.step)) {
    const known = [...steps.keys()].map(quote).join(", ");
    throw new StateError("step", `unknown step ${quote(state.step)}: expected ${known}`);
  }
  // The graph may begin elsewhere by now; the session began where it first left.
  const first = state.events.find((event) => event.type === "moved");
  const log = new Log(first?.from ?? state.step, state.events);
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
