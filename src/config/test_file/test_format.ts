/**
 * Schema of files of tests: every key of the Nomos format, and the keys that only this engine has.
 * Unknown keys are refused, because a check whose key is misspelled would pass silently.
 *
 * @module
 */
import { isRecord } from "../../schema/option_shape.ts";
import { type ScriptEntryConfig, scriptFields } from "../conversation/script_entry.ts";
import {
  either,
  type Fields,
  list,
  map,
  object,
  optional,
  required,
  type Schema,
  withDefault,
} from "../format/fields.ts";
import { model } from "../format/format.ts";
import {
  anything,
  flag,
  flagOr,
  isText,
  label,
  name,
  number,
  text,
  whole,
} from "../format/values.ts";
import type {
  CheckConfig,
  ConversationTestConfig,
  HistoryItemConfig,
  TestConfig,
  TestContextConfig,
  TestFileConfig,
  UnitTestConfig,
} from "./test_config.ts";

const HISTORY_TYPES = ["message", "step_identifier", "summary"] as const;

/** Schemas of the items of a history, by their type. */
const items: Readonly<Record<string, Schema<HistoryItemConfig>>> = {
  message: object<HistoryItemConfig & { readonly type: "message" }>({
    type: required(name("message"), "Message of a conversation"),
    role: required(label, "Author: user, or else the agent"),
    content: required(text, "Text"),
  }, true),
  step_identifier: object<HistoryItemConfig & { readonly type: "step_identifier" }>({
    type: required(name("step_identifier"), "Move to a step"),
    step_id: required(label, "Id of the step"),
  }, true),
  summary: object<HistoryItemConfig & { readonly type: "summary" }>({
    type: required(name("summary"), "Summary of what came before"),
    summary: required(list(text), "Sentences"),
  }, true),
};

/** Schema that refuses an item of another type. */
const otherItem = object<{ readonly type: typeof HISTORY_TYPES[number] }>({
  type: required(name(...HISTORY_TYPES), "Type"),
}) as Schema<unknown> as Schema<HistoryItemConfig>;

const historyItem = either<HistoryItemConfig>(
  (value) => {
    const type = isRecord(value) ? String(value.type) : "";
    return Object.hasOwn(items, type) ? items[type]! : otherItem;
  },
  ...Object.values(items),
);

const context = object<TestContextConfig>({
  current_step_id: optional(label, "Id of the step in which the session is"),
  history: withDefault(list(historyItem), [], "Events before the first input"),
  data: optional(map(anything), "Data of the session, by name"),
}, true);

const scriptEntry = object<ScriptEntryConfig>(scriptFields, true);

const check = object<CheckConfig>({
  calls: optional(list(label), "Tools that are called, in this order; others may be called too"),
  never_calls: optional(list(label), "Tools that are never called"),
  moves: optional(list(label), "All steps in which the session is, in order"),
  step: optional(label, "Step in which the session is at the end"),
  says: optional(label, "Text that an answer contains, or a regular expression: /latte/i"),
  ends: optional(flag, "If true, the session ends; if false, it does not"),
  model_calls: optional(whole(0), "Maximum number of model calls"),
  tool_calls: optional(whole(0), "Maximum number of tool calls"),
  tokens: optional(whole(0), "Maximum number of tokens, of prompts and answers"),
  cost: optional(number(0), "Maximum cost, in US dollars"),
}, true);

const shared: Fields<TestConfig> = {
  context: optional(context, "Place in a conversation at which the test begins"),
  script: optional(list(scriptEntry), "Decisions of the agent's model, so that none is called"),
  tape: optional(label, "Cassette of the agent's model, relative to this file"),
  check: optional(check, "Checks that need no model"),
  expectation: optional(label, "Expectation in words, which a model judges"),
  approvals: optional(
    flagOr(isText, text) as Schema<string | boolean>,
    "Verdict on each call that waits for approval: true, false, or the reason of a denial",
  ),
  runs: withDefault(whole(1), 1, "Number of runs"),
  passes: optional(whole(1), "Minimum number of runs that pass; all of them without it"),
};

const unit = object<UnitTestConfig>({
  input: required(text, "Input of the user"),
  ...shared,
  invalid: withDefault(flag, false, "If true, the expectation must not be met"),
  verbose: withDefault(flag, false, "Option of Nomos that has no effect"),
}, true);

const conversation = object<ConversationTestConfig>({
  user: optional(list(text), "Inputs of the user, in order"),
  scenario: optional(label, "The user and what they want; a model plays them unless there is user"),
  max_steps: optional(whole(1), "Maximum number of inputs that a model makes up; 10 without it"),
  ...shared,
}, true);

/** Schema of a file of tests. */
export const testFormat: Schema<TestFileConfig> = object<TestFileConfig>({
  llm: optional(model, "Model that judges and plays users; that of the agent without it"),
  unit: withDefault(map(unit), {}, "Tests of one turn, by name"),
  e2e: withDefault(map(conversation), {}, "Tests of a conversation, by name"),
}, true);

/** Schemas that occur more than once in the JSON Schema, by the names that it has for them. */
export const testDefinitions: Readonly<Record<string, Schema<unknown>>> = {
  Check: check,
  Context: context,
  Flag: flag,
  ScriptEntry: scriptEntry,
};
