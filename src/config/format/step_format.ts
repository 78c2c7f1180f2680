/**
 * Schema of the steps of agent files.
 *
 * @module
 */
import * as v from "valibot";
import { isRecord } from "../../schema/option_shape.ts";
import type {
  AnswerFieldConfig,
  AnswerTypeConfig,
  ExampleConfig,
  RouteConfig,
  StepConfig,
} from "./agent_config.ts";
import {
  either,
  list,
  map,
  object,
  optional,
  required,
  type Schema,
  withDefault,
} from "./fields.ts";
import { anything, flag, flagOr, isText, label, name, text, textOr } from "./values.ts";

const answerField: Schema<string | AnswerFieldConfig> = v.lazy(() => answerForm);

/** Fields of a structured answer. */
export const answerFields: Schema<Readonly<Record<string, string | AnswerFieldConfig>>> = map(
  answerField,
);

const answerType = object<AnswerTypeConfig>({
  name: optional(text, "Name of the type"),
  params: required(answerFields, "Fields by name"),
});

const fullAnswerField = object<AnswerFieldConfig>({
  type: required(
    either<AnswerFieldConfig["type"]>(
      (value) => isRecord(value) ? answerType : Array.isArray(value) ? list(answerType) : text,
      text,
      answerType,
      list(answerType),
    ),
    "Type expression such as List[str]; nested fields; or several alternatives",
  ),
  description: optional(text, "Description for the model"),
  default: optional(anything, "Value if the field is left out"),
  optional: withDefault(flag, false, "If true, the field may be left out or null"),
  is_list: withDefault(flag, false, "If true, the field is a list of its type"),
});

const answerForm = textOr(fullAnswerField);

const route = object<RouteConfig>({
  target: required(label, "Id of the step it leads to", "to"),
  condition: required(text, "Condition, as shown to the model", "when"),
  guard: optional(label, "Export of a tool file: returns true if the route is offered"),
});

type ExampleDecision = Exclude<ExampleConfig["decision"], string>;

const exampleDecision = object<ExampleDecision>({
  action: required(name("RESPOND", "TOOL_CALL", "MOVE", "END"), "Action"),
  reasoning: withDefault(list(text), [], "Reasoning"),
  response: optional(anything, "Response, of RESPOND and END"),
  suggestions: optional(list(text), "Quick replies, of RESPOND"),
  step_id: optional(label, "Target, of MOVE"),
  tool_call: optional(
    object<NonNullable<ExampleDecision["tool_call"]>>({
      tool_name: required(label, "Name of the tool"),
      tool_kwargs: withDefault(map(anything), {}, "Arguments"),
    }),
    "Call, of TOOL_CALL",
  ),
});

const example = object<ExampleConfig>({
  context: required(text, "Situation, for example a sentence of the user"),
  decision: required(textOr(exampleDecision), "Decision to make, or a description of it"),
  visibility: withDefault(
    name("always", "never", "dynamic"),
    "dynamic",
    "Visibility: always, never, or dynamic, if the example is similar to the input",
  ),
});

const overrides = object<StepConfig["overrides"]>({
  persona: optional(text, "Persona that replaces the agent's"),
  llm: optional(label, "Name of one of the models"),
});

/** A step. */
export const step: Schema<StepConfig> = object<StepConfig>({
  step_id: required(label, "Id", "id"),
  description: required(text, "Task of the model", "desc"),
  routes: withDefault(list(route), [], "Routes to other steps", "paths"),
  available_tools: withDefault(list(label), [], "Names of tools", "tools"),
  answer_model: optional(
    textOr(answerFields),
    "Structured answers: fields by name, or the name of one of the schemas",
  ),
  auto_flow: withDefault(flag, false, "If true, the step never responds"),
  quick_suggestions: withDefault(flag, false, "If true, responses may include quick replies"),
  flow_id: optional(text, "Id of a flow; has no effect"),
  overrides: withDefault(overrides, {}, "Persona and model of this step"),
  examples: withDefault(list(example), [], "Examples for the model", "eg"),
  end: withDefault<boolean | string>(
    flagOr(isText, text),
    true,
    "If true, the model may end the session here; text is the condition",
  ),
  reasoning: optional(flag, "If true, decisions include reasoning"),
});

/** Schemas that occur more than once, by name. */
export const stepDefinitions: Readonly<Record<string, Schema<unknown>>> = {
  AnswerField: answerForm,
  AnswerFields: answerFields,
  Example: example,
  Route: route,
};
