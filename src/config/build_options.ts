/**
 * Options of an agent, from the content of its file.
 *
 * @module
 */
import type { AgentOptions } from "../agent/agent_options.ts";
import type { Limit, Limits } from "../cost/limits.ts";
import { decide, type Decision } from "../decision/decision.ts";
import { ConfigError } from "../errors.ts";
import type { HistoryOptions } from "../graph/history_options.ts";
import type { Example, RouteOptions, StepOptions } from "../graph/step.ts";
import type { StandardSchema } from "../schema/standard_schema.ts";
import type { Inspection } from "./check/inspection.ts";
import type { AgentConfig, ExampleConfig, LimitConfig, StepConfig } from "./format/agent_config.ts";
import { createAnswer, findAnswerSchema } from "./format/answer_schema.ts";
import { buildFields, withDefaults } from "./format/field_schema.ts";
import { toAgentName } from "./format/model_names.ts";
import { readDuration } from "./format/values.ts";
import type { LoadedModels } from "./model/load_models.ts";
import type { LoadedSchemas } from "./schema_files.ts";
import type { SourcePath } from "./text/source.ts";
import type { LoadedTools } from "./tool/load_tools.ts";

/** Loaded parts of an agent. */
export interface Parts extends LoadedTools {
  readonly schemas: LoadedSchemas;
  readonly models: LoadedModels;
}

/** Options that an agent file determines. */
type FileOptions = Omit<AgentOptions, "llm"> & { readonly llm: LoadedModels };

/**
 * Builds the options of an agent, and reports the answers that cannot be built.
 *
 * @param config Content with the values of its variables.
 */
export function buildAgentOptions(
  inspection: Inspection,
  config: AgentConfig,
  parts: Parts,
): FileOptions {
  const { tools, models } = parts;
  const steps = Object.fromEntries(config.steps.map((step, index) => {
    return [step.step_id, buildStep(inspection, ["steps", index], step, parts)];
  }));
  return {
    name: config.name,
    llm: models,
    start: config.start_step_id,
    steps: steps as AgentOptions["steps"],
    tools: tools as NonNullable<AgentOptions["tools"]>,
    ...config.system_message !== undefined && { system: config.system_message },
    ...config.persona !== undefined && { persona: config.persona },
    reasoning: config.reasoning,
    maxErrors: config.max_errors,
    maxIterations: config.max_iter,
    maxExamples: config.max_examples,
    exampleThreshold: config.threshold,
    limits: buildLimits(config),
    ...config.history !== undefined && { history: buildHistory(config.history, models) },
    ...config.data !== undefined && {
      data: withDefaults(buildFields(config.data)),
    },
  };
}

function buildStep(
  inspection: Inspection,
  path: SourcePath,
  step: StepConfig,
  { functions, schemas }: Parts,
): StepOptions<string, never> {
  const { overrides, answer_model } = step;
  const answer = answer_model === undefined
    ? undefined
    : buildAnswer(inspection, [...path, "answer_model"], answer_model, schemas);
  const routes = step.routes.map(({ target, condition, guard }) => {
    const found = guard === undefined ? undefined : functions.get(guard);
    return [target, {
      when: condition,
      ...found !== undefined && { guard: found as NonNullable<RouteOptions<never>["guard"]> },
    }] as const;
  });
  const known = new Set(step.available_tools);
  return {
    description: step.description,
    routes: Object.fromEntries(routes),
    tools: [...known],
    ...answer !== undefined && { answer },
    auto: step.auto_flow,
    end: step.end,
    suggestions: step.quick_suggestions,
    ...overrides.persona !== undefined && { persona: overrides.persona },
    ...overrides.llm !== undefined && { llm: toAgentName(overrides.llm) },
    examples: step.examples.map(buildExample),
    ...step.reasoning !== undefined && { reasoning: step.reasoning },
  };
}

function buildAnswer(
  inspection: Inspection,
  path: SourcePath,
  answer: NonNullable<StepConfig["answer_model"]>,
  schemas: LoadedSchemas,
): StandardSchema | undefined {
  try {
    if (typeof answer !== "string") {
      // The types were checked with the text of the file.
      const schema = buildFields(answer);
      return createAnswer(schema, withDefaults(schema));
    }
    const schema = findAnswerSchema(answer, schemas, inspection.reportBelow(path));
    return schema && createAnswer(schema);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    inspection.report(path, { message: error.message });
    return undefined;
  }
}

function buildExample({ context, decision, visibility }: ExampleConfig): Example {
  return {
    context,
    decision: typeof decision === "string" ? decision : buildDecision(decision),
    show: visibility === "dynamic" ? "similar" : visibility,
  };
}

function buildDecision(
  { action, reasoning, response, suggestions, step_id, tool_call }: Exclude<
    ExampleConfig["decision"],
    string
  >,
): Decision {
  const options = { reasoning };
  switch (action) {
    case "RESPOND":
      return decide.respond(response ?? "", { ...options, ...suggestions && { suggestions } });
    case "MOVE":
      return decide.move(step_id ?? "", options);
    case "TOOL_CALL":
      return decide.call(tool_call?.tool_name ?? "", tool_call?.tool_kwargs, options);
    case "END":
      return decide.end(typeof response === "string" ? response : undefined, options);
    default:
      return action satisfies never;
  }
}

function buildLimits({ limits: { turn, session } }: AgentConfig): Limits {
  return {
    ...turn !== undefined && { turn: buildLimit(turn) },
    ...session !== undefined && { session: buildLimit(session) },
  };
}

function buildLimit({ tokens, cost, model_calls, tool_calls, time }: LimitConfig): Limit {
  const milliseconds = readDuration(time);
  return {
    ...tokens !== undefined && { tokens },
    ...cost !== undefined && { cost },
    ...model_calls !== undefined && { modelCalls: model_calls },
    ...tool_calls !== undefined && { toolCalls: tool_calls },
    ...milliseconds !== undefined && { time: milliseconds },
  };
}

function buildHistory(
  { max_tokens, keep_turns, keep_first, summarize }: NonNullable<AgentConfig["history"]>,
  models: LoadedModels,
): HistoryOptions {
  const writer = typeof summarize === "string"
    ? models[toAgentName(summarize)]
    : summarize === false
    ? summarize
    : undefined;
  return {
    ...max_tokens !== undefined && { maxTokens: max_tokens },
    ...keep_turns !== undefined && { keepTurns: keep_turns },
    ...keep_first !== undefined && { keepFirst: keep_first },
    ...writer !== undefined && { summarize: writer },
  };
}

/** Keys of a step's options in agent files. */
const STEP_KEYS: Readonly<Record<string, SourcePath>> = {
  routes: ["routes"],
  tools: ["available_tools"],
  answer: ["answer_model"],
  examples: ["examples"],
  llm: ["overrides", "llm"],
};

/** Returns the path in the file of a problem that the agent reported. */
export function locateProblem(path: string, { steps }: AgentConfig): SourcePath {
  const index = steps.findIndex(({ step_id }) => {
    return path === `steps.${step_id}` || path.startsWith(`steps.${step_id}.`);
  });
  if (index < 0) return [];
  const [key = ""] = path.slice(`steps.${steps[index]!.step_id}.`.length).split(".");
  return ["steps", index, ...STEP_KEYS[key] ?? []];
}
