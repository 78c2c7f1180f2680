/**
 * Arguments, answers and results for a played agent.
 *
 * @module
 */
import { decide, type Decision } from "../../decision/decision.ts";
import { quote } from "../../errors.ts";
import { generateCandidates } from "../../llm/auto/make_output.ts";
import type { OptionRule, OptionRules } from "../../llm/option_rules.ts";
import type { Random } from "../../random.ts";
import { deleteNulls } from "../../schema/null_deletion.ts";
import { isRecord } from "../../schema/option_shape.ts";
import { profileOf } from "../../schema/profiles/openai_strict.ts";
import type { SchemaProfile } from "../../schema/schema_profile.ts";
import { checkContext } from "../../schema/session_values.ts";
import { issuePath, type StandardSchema } from "../../schema/standard_schema.ts";
import type { WireSchema } from "../../schema/wire_schema.ts";
import type { SessionOptions } from "../../session/session_options.ts";
import type { GuardContext } from "../../tool/tool_context.ts";
import { toolInternals } from "../../tool/tool_internals.ts";
import type { AgentCore } from "../../turn/agent_core.ts";
import { readInitialData } from "../../turn/session_data.ts";
import type { Move } from "./move.ts";

/** Sample values for what cannot be generated. */
export interface SampleOptions {
  /**
   * Arguments by tool name. Needed if a custom check refuses all values that are generated from the
   * JSON Schema. Default: generated.
   */
  readonly samples?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /**
   * Structured answers by step id. Needed if a custom check refuses all generated answers. Default:
   * generated.
   */
  readonly answers?: Readonly<Record<string, unknown>>;
  /** Results by tool name. Default: the text `"done"`. */
  readonly results?: Readonly<Record<string, unknown>>;
  /**
   * Contexts with which your guards and texts are called; sessions have the first. A text that throws
   * with each of them is a problem. Default: one that is undefined.
   */
  readonly contexts?: readonly unknown[];
  /**
   * Data with which your guards and texts are called, each completed by the defaults of the schema.
   * Sessions begin with the first; played tools that have a `data` schema set the others. Default:
   * the defaults alone.
   */
  readonly data?: readonly Readonly<Record<string, unknown>>[];
}

const OBJECT: OptionRule = { expected: "an object", accepts: isRecord };
const LIST: OptionRule = { expected: "a list", accepts: Array.isArray };

/** Rules of {@linkcode SampleOptions}. */
export const SAMPLE_RULES: OptionRules<SampleOptions> = {
  samples: OBJECT,
  answers: OBJECT,
  results: OBJECT,
  contexts: LIST,
  data: LIST,
};

/** Verb for messages. */
type Purpose = "explore" | "fuzz";

/** Data and context with which guards and texts are called. */
export type GivenSample = Pick<GuardContext, "data" | "context">;

/**
 * Returns every pair of a sample context and sample data.
 *
 * @throws {ConfigError} if one does not match the agent's schemas.
 */
function listGiven(
  core: AgentCore,
  { contexts = [], data = [] }: SampleOptions,
  purpose: Purpose,
): GivenSample[] {
  const attempt = `Cannot ${purpose} agent ${quote(core.name)}`;
  for (const context of contexts) checkContext(core.graph.contexts, context, attempt);
  const read = (sample: unknown) => readInitialData(core, sample, attempt);
  const datas = data.length === 0 ? [read(undefined)] : data.map(read);
  return (contexts.length === 0 ? [undefined] : contexts)
    .flatMap((context) => datas.map((data) => ({ data, context })));
}

/** A value, or the reason why there is none. */
interface FoundValue {
  readonly value?: unknown;
  readonly problem?: string;
}

/** Valid arguments, answers and results for all tools and steps of an agent. */
export class SampledValues {
  readonly #args = new Map<string, FoundValue>();
  readonly #answers = new Map<string, FoundValue>();
  readonly #results: Readonly<Record<string, unknown>>;
  /** Data and contexts with which guards and texts are called. */
  readonly given: readonly GivenSample[];
  /** Data and context of played sessions. */
  readonly session: SessionOptions;

  private constructor(
    { graph }: AgentCore,
    results: Readonly<Record<string, unknown>>,
    given: readonly GivenSample[],
  ) {
    this.#results = results;
    this.given = given;
    const { data, context } = given[0]!;
    this.session = { context, ...(graph.data !== undefined && { data }) };
  }

  /**
   * Finds a valid value for the arguments of each tool and for each structured answer.
   *
   * @throws {ConfigError} if a sample of the context or the data does not match the agent's schemas.
   */
  static async of(
    core: AgentCore,
    options: SampleOptions,
    random: Random,
    purpose: Purpose,
  ): Promise<SampledValues> {
    const { samples = {}, answers = {}, results = {} } = options;
    const values = new SampledValues(core, results, listGiven(core, options, purpose));
    for (const { id, llm, tools, answer } of core.graph.steps.values()) {
      const profile = profileOf(llm);
      for (const tool of tools) {
        const { name } = tool;
        if (values.#args.has(name)) continue;
        const form = { schema: toolInternals(tool).schema, profile, owner: `tool "${name}"` };
        values.#args.set(name, await findValue(form, samples, name, random));
      }
      if (answer === undefined) continue;
      const form = { schema: answer, profile, owner: "answer" };
      values.#answers.set(id, await findValue(form, answers, id, random));
    }
    return values;
  }

  /** Returns the decision for a move in a step; `text` is used for text answers. */
  decisionFor(move: Move, step: string, text?: string): Decision {
    switch (move.action) {
      case "RESPOND": {
        const answer = this.#answers.get(step) ?? { value: text ?? `This is step ${step}` };
        return decide.respond(structuredClone(answer.value));
      }
      case "END":
        return decide.end(text);
      case "MOVE":
        return decide.move(move.step);
      case "TOOL_CALL": {
        const args = structuredClone(this.#args.get(move.tool)?.value);
        return decide.call(move.tool, args as Record<string, unknown>);
      }
    }
  }

  /** Returns the result of a tool, `"done"` by default. */
  resultOf(tool: string): unknown {
    return Object.hasOwn(this.#results, tool) ? this.#results[tool] : "done";
  }

  /** Returns the reason why a move is impossible in a step; undefined if it is possible. */
  problemOf(move: Move, step: string): string | undefined {
    if (move.action === "RESPOND") return this.#answers.get(step)?.problem;
    if (move.action !== "TOOL_CALL" || move.outcome === "invalid arguments") return undefined;
    return this.#args.get(move.tool)?.problem;
  }
}

/** A schema and the profile for which it is lowered. */
interface SampledSchema {
  readonly schema: WireSchema;
  readonly profile: SchemaProfile;
  /** Owner of the schema, for error messages. */
  readonly owner: string;
}

/** Finds a value that the schema accepts: the given sample, or a generated one. */
async function findValue(
  { schema, profile, owner }: SampledSchema,
  samples: Readonly<Record<string, unknown>>,
  key: string,
  random: Random,
): Promise<FoundValue> {
  if (Object.hasOwn(samples, key)) {
    const value = samples[key];
    const { issues } = await schema.validate(value);
    if (issues === undefined) return { value };
    return { problem: `the sample for ${owner} is refused: ${describe(issues)}` };
  }
  const { schema: json, definitions } = schema.lower(profile, owner);
  let refusal = "nothing could be generated";
  for (const wire of generateCandidates(json, random, { $defs: definitions })) {
    const value = deleteNulls(wire, schema);
    const { issues } = await schema.validate(value);
    if (issues === undefined) return { value };
    refusal = describe(issues);
  }
  const option = owner === "answer" ? "answers" : "samples";
  return {
    problem: `no valid value for ${owner} could be generated: ${refusal}: ` +
      `expected one in ${option}: { ${JSON.stringify(key)}: … }`,
  };
}

function describe(issues: readonly StandardSchema.Issue[]): string {
  const [first] = issues;
  if (first === undefined) return "it is refused";
  const path = issuePath(first).join(".");
  return path === "" ? first.message : `at ${path}: ${first.message}`;
}
