/**
 * Schema of agent files: every key of the Nomos format in both spellings, and the keys that only
 * this engine has.
 *
 * @module
 */
import * as v from "valibot";
import type {
  AgentConfig,
  AnswerFieldConfig,
  AnswerTypeConfig,
  ArgDefConfig,
  ExampleConfig,
  ExampleDecisionConfig,
  ExternalToolConfig,
  FlowConfig,
  LimitConfig,
  LimitsConfig,
  MemoryConfig,
  ModelConfig,
  OverridesConfig,
  PermissionsConfig,
  RouteConfig,
  StepConfig,
  ToolDefConfig,
  ToolsConfig,
} from "./agent_config.ts";
import { duration } from "./duration.ts";
import {
  defaultsOf,
  either,
  flag,
  label,
  list,
  map,
  name,
  number,
  object,
  optional,
  required,
  type Schema,
  text,
  whole,
  withDefault,
} from "./fields.ts";
import { server } from "./server_config.ts";
import { isRecord } from "../schema/option_shape.ts";

const anything: Schema<NonNullable<unknown>> = v.unknown() as Schema<NonNullable<unknown>>;

/** Creates the schema of text or something else. */
function textOr<Output>(other: Schema<Output>): Schema<string | Output> {
  return either<string | Output>((value) => typeof value === "string" ? text : other, text, other);
}

/** Creates the schema of a boolean or something else. */
function flagOr<Output>(isOther: (value: unknown) => boolean, other: Schema<Output>) {
  return either<boolean | Output>((value) => isOther(value) ? other : flag, flag, other);
}

const isText = (value: unknown) => typeof value === "string" && !/^(?:yes|no|on|off)$/i.test(value);

const scalar: Schema<string | number | boolean> = either<string | number | boolean>(
  (value) => typeof value === "number" ? anyNumber : typeof value === "boolean" ? flag : text,
  text,
  v.number("a number"),
  v.boolean(),
);
const anyNumber: Schema<number> = v.pipe(v.number("a number"), v.finite("a finite number"));

const answerField: Schema<string | AnswerFieldConfig> = v.lazy(() => textOr(fullAnswerField));

const answerFields = map(answerField);

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
    "Type expression such as List[str]; nested fields; or several of them",
  ),
  description: optional(text, "Description for the model"),
  default: optional(anything, "Value if the field is left out"),
  optional: withDefault(flag, false, "If true, the field may be left out or null"),
  is_list: withDefault(flag, false, "If true, the field is a list of its type"),
});

const route = object<RouteConfig>({
  target: required(label, "Id of the step it leads to", "to"),
  condition: required(text, "Condition, as shown to the model", "when"),
  guard: optional(label, "Export of a tool file: returns true if the route is offered"),
});

const exampleDecision = object<ExampleDecisionConfig>({
  action: required(name("RESPOND", "TOOL_CALL", "MOVE", "END"), "Action"),
  reasoning: withDefault(list(text), [], "Reasoning"),
  response: optional(anything, "Response, of RESPOND and END"),
  suggestions: optional(list(text), "Quick replies, of RESPOND"),
  step_id: optional(label, "Target, of MOVE"),
  tool_call: optional(
    object<NonNullable<ExampleDecisionConfig["tool_call"]>>({
      tool_name: required(label, "Name of the tool"),
      tool_kwargs: withDefault(map(v.unknown() as Schema<unknown>), {}, "Arguments"),
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
    "When the example is shown: dynamic if it is similar to the input",
  ),
});

const overrides = object<OverridesConfig>({
  persona: optional(text, "Persona that replaces the agent's"),
  llm: optional(label, "Name of one of the models"),
});

const step = object<StepConfig>({
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

/** Schema of a model. */
const model = object<ModelConfig>({
  provider: required(
    name(
      "azure",
      "openai",
      "mistral",
      "google",
      "ollama",
      "huggingface",
      "anthropic",
      "groq",
      "cohere",
    ),
    "Vendor",
  ),
  model: required(label, "Name of the model"),
  embedding_model: optional(label, "Embedding model"),
  kwargs: withDefault(map(scalar), {}, "Settings, such as temperature, max_tokens and base_url"),
});

const models = map(model);

const flow = object<FlowConfig>({
  flow_id: required(label, "Id", "id"),
  enters: required(list(label), "Ids of the steps that enter it"),
  exits: required(list(label), "Ids of the steps that leave it"),
  description: optional(text, "Description", "desc"),
  components: withDefault(map(v.unknown() as Schema<unknown>), {}, "Components by name"),
});

const memory = object<MemoryConfig>({
  type: withDefault(name("base", "summarization"), "base", "Kind of memory"),
  kwargs: optional(map(v.unknown() as Schema<unknown>), "Settings"),
});

const externalTool = object<ExternalToolConfig>({
  tag: required(label, "@pkg/ with a package or a relative module, a dot and an export"),
  name: optional(label, "Name of the tool"),
  kwargs: optional(
    map(either<string | number>((value) => typeof value === "number" ? anyNumber : text, text)),
    "Settings of the tool",
  ),
  map: optional(map(text), "Endpoints by the name of their tool"),
});

const argDef = object<ArgDefConfig>({
  key: required(label, "Name"),
  desc: optional(text, "Description for the model"),
  type: optional(label, "Type expression such as List[str]"),
  default: optional(scalar, "Value if the model leaves it out"),
});

const toolDef = object<ToolDefConfig>({
  desc: optional(text, "Description for the model"),
  args: withDefault(list(argDef), [], "Arguments"),
  timeout: optional(duration, "Time after which a call fails, such as 5s"),
  approval: optional(
    flagOr(isText, label),
    "If true, a person must allow each call; or the name of an export that decides it",
  ),
  once: optional(flag, "If true, a call never runs twice"),
});

const tools = object<ToolsConfig>({
  tool_files: withDefault(list(label), [], "Modules whose exports are tools", "files"),
  external_tools: withDefault(list(externalTool), [], "Tools of packages", "ext"),
  tool_defs: withDefault(map(toolDef), {}, "Descriptions and arguments of tools by name", "defs"),
});

const limit = object<LimitConfig>({
  tokens: optional(whole(0), "Tokens of prompts and answers"),
  cost: optional(number(0), "US dollars"),
  model_calls: optional(whole(0), "Model calls"),
  tool_calls: optional(whole(0), "Tool calls"),
  time: optional(duration, "Time, such as 60s"),
}, true);

const limits = object<LimitsConfig>({
  turn: optional(limit, "Limit of each turn"),
  session: optional(limit, "Limit of all turns of a session together"),
}, true);

const permission = flagOr((value) => typeof value !== "boolean", list(label));
const permissions = object<PermissionsConfig>({
  read: optional(permission, "Files and folders that may be read"),
  write: optional(permission, "Files and folders that may be written"),
  net: optional(permission, "Hosts that may be reached"),
  env: optional(permission, "Environment variables that may be read"),
  run: optional(permission, "Programs that may be started"),
  ffi: optional(permission, "Libraries that may be loaded"),
  sys: optional(permission, "System information that may be read"),
  import: optional(permission, "Hosts that code may be imported from"),
}, true);

/** Schema of a whole file. */
export const format: Schema<AgentConfig> = object<AgentConfig>({
  name: required(label, "Name of the agent"),
  persona: optional(text, "Persona of the agent"),
  system_message: optional(text, "General instruction to the model"),
  start_step_id: required(label, "Id of the first step", "start"),
  steps: required(list(step), "Steps"),
  max_errors: withDefault(whole(0), 3, "Maximum number of errors in a row in a turn"),
  max_iter: withDefault(whole(1), 10, "Maximum number of decisions in a turn"),
  max_examples: withDefault(whole(0), 5, "Maximum number of examples in a request"),
  threshold: withDefault(
    v.pipe(number(0), v.maxValue(1, "a number from 0 to 1")),
    0.5,
    "Minimum similarity of an example to the input",
  ),
  show_steps_desc: withDefault(flag, false, "Has no effect"),
  reasoning: withDefault(flag, true, "If true, decisions include reasoning"),
  llm: optional(
    either<ModelConfig | Readonly<Record<string, ModelConfig>>>(
      (value) => isSingleModel(value) ? model : models,
      model,
      models,
    ),
    "Model of all steps, or several by name, one of them global or default",
  ),
  embedding_model: optional(model, "Model that embeds examples and inputs"),
  memory: optional(memory, "Summaries of long histories; not in effect yet"),
  flows: withDefault(list(flow), [], "Flows; refused unless they are ignored"),
  schemas: withDefault(map(label), {}, "Paths of JSON Schema files by name"),
  server: withDefault(server, defaultsOf(server), "HTTP server; not in effect yet"),
  tools: withDefault(tools, defaultsOf(tools), "Tools"),
  logging: optional(map(v.unknown() as Schema<unknown>), "Logging; not in effect"),
  limits: withDefault(limits, {}, "Limits of turns and sessions"),
  data: optional(answerFields, "Data of a session; not supported yet"),
  permissions: withDefault(permissions, {}, "Permissions of the code of tools"),
}, true);

/** Returns true if a value of `llm` is one model, not several by name. */
export function isSingleModel(value: unknown): boolean {
  return isRecord(value) && (typeof value.provider === "string" || typeof value.model === "string");
}
