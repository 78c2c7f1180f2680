/**
 * Validation of events from untrusted input.
 *
 * @module
 */
import * as v from "valibot";
import { reasonOf } from "../errors.ts";
import { copyJson, isPlainObject, type Json, type JsonObject } from "../json/json.ts";
import type { Usage } from "../llm/llm.ts";
import { TOKEN_COUNTS } from "../llm/usage.ts";
import type { SessionEvent } from "./event.ts";

/** Schema of any JSON value. Its output is a deep copy. */
export const jsonValue: v.GenericSchema<unknown, Json> = v.pipe(
  v.unknown(),
  v.rawTransform<unknown, Json>(({ dataset, addIssue, NEVER }) => {
    try {
      return copyJson(dataset.value);
    } catch (error) {
      addIssue({ message: reasonOf(error) });
      return NEVER;
    }
  }),
);

const text = v.string();
const texts = v.array(text);
const count = v.custom<number>(
  (value) => Number.isSafeInteger(value) && value as number >= 0,
  "expected a whole number from 0",
);
const finite = v.custom<number>(Number.isFinite, "expected a finite number");
/** Optional finite number. */
export const amount: v.GenericSchema<number | undefined> = v.optional(finite);
/** Schema of token counts. */
export const usageSchema: v.GenericSchema<unknown, Usage> = v.strictObject({
  ...v.entriesFromList(TOKEN_COUNTS, amount),
  isEstimated: v.optional(v.literal(true)),
}) as unknown as v.GenericSchema<unknown, Usage>;
const usageAndCost = { usage: v.optional(usageSchema), cost: amount };
const modelCallUsage = { ...usageAndCost, model: v.optional(text) };
const attempt = v.strictObject({
  llm: text,
  took: finite,
  responded: amount,
  queued: amount,
  error: v.optional(text),
  waited: amount,
});
const action = v.picklist(["RESPOND", "TOOL_CALL", "MOVE", "END"]);
const timing = v.optional(v.strictObject({
  asked: finite,
  first: amount,
  answered: finite,
  queued: amount,
  attempts: v.optional(v.array(attempt)),
}));
const modelCallRecord = {
  timing,
  prompt: v.optional(v.strictObject({
    chars: count,
    stableChars: count,
    schemaChars: count,
    messages: count,
    offer: v.strictObject({ actions: v.array(action), routes: texts, tools: texts }),
  })),
};
const childUsage = {
  head: v.optional(count),
  ...usageAndCost,
  modelCalls: v.optional(count),
  toolCalls: v.optional(count),
};
const place = { callKey: text, call: count };
const args = v.pipe(jsonValue, v.custom<JsonObject>(isPlainObject));
const isInput = v.optional(v.literal(true));

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

const base64 = v.custom<string>(
  (data) =>
    typeof data === "string" && data.length % 4 === 0 &&
    !/^$|[^A-Za-z0-9+/=]|=[^=]|===/.test(data),
  "expected base64",
);
const media = {
  type: v.picklist(["image", "file"]),
  mediaType: text,
  name: v.optional(text),
};
const parts = v.optional(v.array(v.variant("type", [
  v.strictObject({ type: v.literal("text"), text }),
  v.strictObject({ ...media, data: base64 }),
  v.strictObject({ ...media, url: text }),
])));

/** Returns the schema of the events of a type, which have `fields` besides those of every event. */
const eventOf = (type: SessionEvent["type"], fields: v.ObjectEntries) =>
  v.strictObject({
    type: v.literal(type),
    ...fields,
    seq: count,
    time: finite,
    joined: v.optional(v.literal(true)),
  });

/** Schema of an event. Unknown fields are refused. */
export const eventSchema: v.GenericSchema<unknown, SessionEvent> = v.variant("type", [
  eventOf("user", { text, parts, inputId: v.optional(text) }),
  eventOf("data_set", { data: args }),
  eventOf("decision", {
    step: text,
    decision,
    unwrapped: v.optional(v.picklist(["fence", "think", "bom"])),
    ...modelCallUsage,
    ...modelCallRecord,
  }),
  eventOf("tool_started", {
    ...place,
    tool: text,
    wasDeferred: v.optional(v.literal(true)),
  }),
  eventOf("tool_deferred", { ...place, tool: text }),
  eventOf("tool_finished", {
    ...place,
    tool: text,
    outcome: v.picklist(["ok", "error", "redirected", "denied", "not_run", "unknown"]),
    text,
    parts,
    args: v.optional(args),
    data: v.optional(v.strictObject({ set: v.optional(args), removed: v.optional(texts) })),
    ...childUsage,
  }),
  eventOf("tool_suspended", {
    ...place,
    tool: text,
    isWaiting: v.optional(v.literal(true)),
    ...childUsage,
  }),
  eventOf("approval_requested", {
    ...place,
    tool: text,
    args,
    isInput,
    reason: v.picklist(["approval", "unknown"]),
    hash: text,
    alsoIn: v.optional(text),
    expiresAt: amount,
    childSeq: v.optional(count),
    ...childUsage,
  }),
  eventOf("approval_given", {
    ...place,
    verdict: v.picklist(["approved", "denied", "settled", "retried", "expired"]),
    text: v.optional(text),
    args: v.optional(args),
    isInput,
  }),
  eventOf("moved", { from: text, to: text }),
  eventOf("error", {
    step: text,
    path: text,
    message: text,
    output: text,
    attempt: v.optional(v.strictObject({ action, tools: v.optional(texts) })),
    ...modelCallUsage,
    ...modelCallRecord,
  }),
  eventOf("model_failed", {
    step: text,
    code: text,
    usage: usageSchema,
    cost: amount,
    ...modelCallRecord,
  }),
  eventOf("embedded", { step: text, texts: count, ...modelCallUsage }),
  eventOf("summary", {
    step: text,
    reason: v.picklist(["bound", "full"]),
    until: count,
    covered: count,
    text: v.optional(text),
    first: v.optional(text),
    shortened: v.optional(count),
    ...modelCallUsage,
    timing,
  }),
  eventOf("respond_only", {
    reason: v.picklist(["errors", "iterations", "loop"]),
  }),
  eventOf("limit", {
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
    scope: v.optional(v.picklist(["turn", "session", "caller"])),
    limit: amount,
    used: amount,
    option: v.optional(v.string()),
    retryAfter: amount,
    ...usageAndCost,
  }),
  eventOf("ended", {}),
]) as unknown as v.GenericSchema<unknown, SessionEvent>;
