/**
 * Schema of agent files: every key of the Nomos format in both spellings, and the keys that only
 * this engine has.
 *
 * @module
 */
import * as v from "valibot";
import type {
  AgentConfig,
  ArgDefConfig,
  ExternalToolConfig,
  LimitConfig,
  ModelConfig,
  ToolDefConfig,
} from "./agent_config.ts";
import {
  defaultsOf,
  either,
  list,
  map,
  object,
  optional,
  required,
  type Schema,
  withDefault,
} from "./fields.ts";
import { isSingleModel } from "./model_names.ts";
import { server } from "./server_config.ts";
import { answerFields, step, stepDefinitions } from "./step_format.ts";
import {
  anything,
  duration,
  flag,
  flagOr,
  isText,
  label,
  name,
  number,
  text,
  textLike,
  whole,
} from "./values.ts";

const finite: Schema<number> = v.pipe(v.number("a number"), v.finite("a finite number"));
const numberOrText: Schema<string | number> = either<string | number>(
  (value) => typeof value === "number" ? finite : text,
  text,
  finite,
);
const scalar: Schema<string | number | boolean> = either<string | number | boolean>(
  (value) => typeof value === "boolean" ? flag : numberOrText,
  text,
  finite,
  v.boolean("true or false"),
);

/** Schema of a model. */
export const model: Schema<ModelConfig> = object<ModelConfig>({
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

const flow = object<AgentConfig["flows"][number]>({
  flow_id: required(label, "Id", "id"),
  enters: required(list(label), "Ids of the steps that enter it"),
  exits: required(list(label), "Ids of the steps that leave it"),
  description: optional(text, "Description", "desc"),
  components: withDefault(map(anything), {}, "Components by name"),
});

const memory = object<NonNullable<AgentConfig["memory"]>>({
  type: withDefault(name("base", "summarization"), "base", "Kind of memory"),
  kwargs: optional(map(anything), "Settings"),
});

const externalTool = object<ExternalToolConfig>({
  tag: required(label, "@pkg/ with a package or a relative module, a dot and an export"),
  name: optional(label, "Name of the tool"),
  kwargs: optional(map(numberOrText), "Settings of the tool"),
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

const tools = object<AgentConfig["tools"]>({
  tool_files: withDefault(list(label), [], "Modules whose exports are tools", "files"),
  external_tools: withDefault(list(externalTool), [], "Tools of packages", "ext"),
  tool_defs: withDefault(map(toolDef), {}, "Descriptions and arguments of tools by name", "defs"),
});

const limit = object<LimitConfig>({
  tokens: optional(whole(0), "Maximum number of tokens, of prompts and answers"),
  cost: optional(number(0), "Maximum price of model calls, in US dollars"),
  model_calls: optional(whole(0), "Maximum number of model calls; without it, 100 for a turn"),
  tool_calls: optional(whole(0), "Maximum number of tool calls"),
  time: optional(duration, "Maximum duration, such as 60s"),
}, true);

const limits = object<AgentConfig["limits"]>({
  turn: optional(limit, "Limit of each turn"),
  session: optional(limit, "Limit of all turns of a session together"),
}, true);

const history = object<NonNullable<AgentConfig["history"]>>({
  max_tokens: optional(whole(1), "Maximum size of a request, in tokens; none without it"),
  keep_turns: optional(whole(0), "Number of latest turns that stay word for word; 6 without it"),
  keep_first: optional(flag, "If true, the first input stays in every request"),
  summarize: optional(
    flagOr(isText, label),
    "Name of the model that summarizes older turns; true for that of the step, false for no summary",
  ),
}, true);

// Only what Deno takes as one name: it divides at every comma, and takes sockets for hosts too.
const permission = (form: RegExp, expected: string) =>
  flagOr((value) => typeof value !== "boolean", list(textLike(form, expected)));
const paths = permission(/^[^,\0]+$/, "text that is not empty and has no comma");
const hosts = permission(
  /^(?:\*|[\d.]+\/\d+|(?:(?:\*\.)?[\w-]+(?:\.[\w-]+)*\.?|\[[\da-fA-F:.]+\])(?::\d{1,5})?)$/,
  "a host, such as api.example.com or localhost:8080",
);
const names = permission(/^[^\s,=\0]+$/, "a name");
const permissions = object<AgentConfig["permissions"]>({
  read: optional(paths, "Files and folders that may be read"),
  write: optional(paths, "Files and folders that may be written"),
  net: optional(hosts, "Hosts that may be reached"),
  env: optional(names, "Environment variables that may be read"),
  run: optional(paths, "Programs that may be started"),
  ffi: optional(paths, "Libraries that may be loaded"),
  sys: optional(names, "System information that may be read"),
  import: optional(hosts, "Hosts that code may be imported from"),
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
    number(0, 1),
    0.5,
    "Minimum similarity of an example to the input",
  ),
  show_steps_desc: withDefault(flag, false, "Option of Nomos that has no effect"),
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
  memory: optional(memory, "Memory of Nomos; has no effect: use history"),
  flows: withDefault(list(flow), [], "Flows; refused unless they are ignored"),
  schemas: withDefault(map(label), {}, "Paths of JSON Schema files by name"),
  server: withDefault(server, defaultsOf(server), "HTTP server; has no effect yet"),
  tools: withDefault(tools, defaultsOf(tools), "Tools"),
  logging: optional(map(anything), "Logging; has no effect"),
  limits: withDefault(limits, {}, "Limits of turns and sessions"),
  history: optional(history, "Bounds of the history that requests show"),
  data: optional(answerFields, "Data of a session, by name"),
  permissions: withDefault(permissions, {}, "Permissions of the code of tools"),
}, true);

/** Schemas that occur more than once in the JSON Schema, by the names that it has for them. */
export const definitions: Readonly<Record<string, Schema<unknown>>> = {
  ...stepDefinitions,
  ArgDef: argDef,
  ExternalTool: externalTool,
  Flag: flag,
  Flow: flow,
  Limit: limit,
  Model: model,
  Paths: paths,
  Hosts: hosts,
  Names: names,
  ToolDef: toolDef,
};
