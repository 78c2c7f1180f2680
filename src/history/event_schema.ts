/**
 * Validation of events from untrusted input.
 *
 * @module
 */
import * as v from "valibot";
import { isPlainObject, type JsonObject, jsonValue } from "../json/json.ts";
import type { Usage } from "../llm/llm.ts";
import { TOKEN_COUNTS } from "../llm/usage.ts";
import type { SessionEvent } from "./event.ts";

const text = v.string();
const texts = v.array(text);
const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const finite = v.pipe(v.number(), v.finite());
/** Optional finite number. */
export const amount: v.GenericSchema<number | undefined> = v.optional(finite);
/** Schema of token counts. */
export const usageSchema: v.GenericSchema<unknown, Usage> = v.strictObject({
  ...v.entriesFromList(TOKEN_COUNTS, amount),
  isEstimated: v.optional(v.literal(true)),
}) as unknown as v.GenericSchema<unknown, Usage>;
const usageAndCost = { usage: v.optional(usageSchema), cost: amount };
const modelCallUsage = { ...usageAndCost, model: v.optional(text) };
const childUsage = {
  ...usageAndCost,
  head: v.optional(count),
  modelCalls: v.optional(count),
  toolCalls: v.optional(count),
};
const place = { callKey: text, call: count };
const args = v.pipe(jsonValue, v.custom<JsonObject>(isPlainObject));
const isInput = v.optional(v.literal(true));
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

const base64 = v.pipe(
  text,
  v.check(
    (data) => data.length % 4 === 0 && !/^$|[^A-Za-z0-9+/=]|=[^=]|===/.test(data),
    "expected base64",
  ),
);
const media = {
  type: v.picklist(["image", "file"]),
  mediaType: text,
  name: v.optional(text),
};
const parts = v.optional(v.array(v.union([
  v.strictObject({ type: v.literal("text"), text }),
  v.strictObject({ ...media, data: base64 }),
  v.strictObject({ ...media, url: text }),
])));

const base = {
  seq: count,
  time: finite,
  joined: v.optional(v.literal(true)),
};

/** Schema of an event. Unknown fields are refused. */
export const eventSchema: v.GenericSchema<unknown, SessionEvent> = v.variant("type", [
  v.strictObject({ ...base, type: v.literal("user"), text, parts, inputId: v.optional(text) }),
  v.strictObject({ ...base, type: v.literal("data_set"), data: args }),
  v.strictObject({
    ...base,
    type: v.literal("decision"),
    step: text,
    decision,
    unwrapped: v.optional(v.picklist(["fence", "think", "bom"])),
    ...modelCallUsage,
  }),
  v.strictObject({
    ...base,
    type: v.literal("tool_started"),
    ...place,
    tool: text,
    wasDeferred: v.optional(v.literal(true)),
  }),
  v.strictObject({ ...base, type: v.literal("tool_deferred"), ...place, tool: text }),
  v.strictObject({
    ...base,
    type: v.literal("tool_finished"),
    ...place,
    tool: text,
    outcome: v.picklist(["ok", "error", "redirected", "denied", "not_run", "unknown"]),
    text,
    parts,
    args: v.optional(args),
    data: v.optional(v.strictObject({ set: v.optional(args), removed: v.optional(texts) })),
    ...childUsage,
  }),
  v.strictObject({
    ...base,
    type: v.literal("tool_suspended"),
    ...place,
    tool: text,
    isWaiting: v.optional(v.literal(true)),
    ...childUsage,
  }),
  v.strictObject({
    ...base,
    type: v.literal("approval_requested"),
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
  v.strictObject({
    ...base,
    type: v.literal("approval_given"),
    ...place,
    verdict: v.picklist(["approved", "denied", "settled", "retried", "expired"]),
    text: v.optional(text),
    args: v.optional(args),
    isInput,
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
    ...modelCallUsage,
  }),
  v.strictObject({
    ...base,
    type: v.literal("model_failed"),
    step: text,
    code: text,
    usage: usageSchema,
    cost: amount,
  }),
  v.strictObject({
    ...base,
    type: v.literal("summary"),
    step: text,
    reason: v.picklist(["bound", "full"]),
    until: count,
    covered: count,
    text: v.optional(text),
    first: v.optional(text),
    shortened: v.optional(count),
    ...modelCallUsage,
  }),
  v.strictObject({
    ...base,
    type: v.literal("respond_only"),
    reason: v.picklist(["errors", "iterations", "loop"]),
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
    scope: v.optional(v.picklist(["turn", "session", "caller"])),
    limit: amount,
    used: amount,
    option: v.optional(v.string()),
    retryAfter: amount,
    ...usageAndCost,
  }),
  v.strictObject({ ...base, type: v.literal("ended") }),
]) as unknown as v.GenericSchema<unknown, SessionEvent>;
