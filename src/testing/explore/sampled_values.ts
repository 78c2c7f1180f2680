/**
 * What an agent is played with: arguments, answers and results, found once.
 *
 * @module
 */
import type { AgentCore } from "../../turn/agent_core.ts";
import { deleteNulls } from "../../schema/null_plan.ts";
import { openaiStrict, type SchemaProfile } from "../../schema/schema_profile.ts";
import { issuePath, type StandardIssue } from "../../schema/standard_schema.ts";
import type { WireSchema } from "../../schema/wire_schema.ts";
import { sampleValue } from "../../llm/auto/sample_value.ts";
import type { Random } from "../../random.ts";
import { schemaOf } from "../../tool/tool.ts";
import type { ToolOutcome } from "./target.ts";

/** What an author gives where it cannot be made up. */
export interface SampleOptions {
  /**
   * Arguments by the name of a tool: needed where a check of the schema cannot
   * be met by generating from its JSON Schema.
   */
  readonly samples?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** Structured answers by the id of a step, needed likewise. */
  readonly answers?: Readonly<Record<string, unknown>>;
  /** What tools give, by name. Default: the text "done". */
  readonly results?: Readonly<Record<string, unknown>>;
}

/** The values, ready to be played. */
export interface Sampled {
  /** Arguments that the tool's schema accepts, in the author's form. */
  argsOf(tool: string): Record<string, unknown>;
  /** An answer that the step's schema accepts. */
  answerOf(step: string): unknown;
  /** What the tool gives. */
  resultOf(tool: string): unknown;
  /** Why a tool cannot be called with an outcome; undefined where it can. */
  problemOf(tool: string, outcome: ToolOutcome): string | undefined;
  /** Why a step cannot be answered in; undefined where it can. */
  answerProblemOf(step: string): string | undefined;
}

/** A value, or why there is none. */
type Found = { readonly value: unknown } | { readonly problem: string };

/** Values that are tried before one gives up. */
const CANDIDATES = 20;

/** Finds all values that the paths of an agent need. */
export async function sampleValues(
  { graph }: AgentCore,
  { samples = {}, answers = {}, results = {} }: SampleOptions,
  random: Random,
): Promise<Sampled> {
  const args = new Map<string, Found>();
  const answered = new Map<string, Found>();
  for (const step of graph.steps.values()) {
    const profile = step.llm.schemaProfile ?? openaiStrict;
    for (const tool of step.tools) {
      if (args.has(tool.name)) continue;
      const form = { schema: schemaOf(tool), profile, owner: `tool "${tool.name}"` };
      args.set(tool.name, await find(form, samples, tool.name, random));
    }
    if (step.answer === undefined) continue;
    const form = { schema: step.answer, profile, owner: "answer" };
    answered.set(step.id, await find(form, answers, step.id, random));
  }
  const problem = (found: Found | undefined) =>
    found !== undefined && "problem" in found ? found.problem : undefined;
  const value = (found: Found | undefined) =>
    found !== undefined && "value" in found ? found.value : undefined;
  return {
    argsOf: (tool) => structuredClone(value(args.get(tool))) as Record<string, unknown>,
    answerOf: (step) =>
      answered.has(step) ? structuredClone(value(answered.get(step))) : `This is step ${step}`,
    resultOf: (tool) => Object.hasOwn(results, tool) ? results[tool] : "done",
    problemOf: (tool, outcome) =>
      outcome === "invalid arguments" ? undefined : problem(args.get(tool)),
    answerProblemOf: (step) => problem(answered.get(step)),
  };
}

/** A schema for a model. */
interface Form {
  readonly schema: WireSchema;
  readonly profile: SchemaProfile;
  /** Whose it is, for messages. */
  readonly owner: string;
}

/** A value that a schema accepts: the author's, or one that is generated. */
async function find(
  { schema, profile, owner }: Form,
  given: Readonly<Record<string, unknown>>,
  key: string,
  random: Random,
): Promise<Found> {
  if (Object.hasOwn(given, key)) {
    const value = given[key];
    const { issues } = await schema.validate(value);
    if (issues === undefined) return { value };
    return { problem: `the sample of ${owner} is refused: ${describe(issues)}` };
  }
  const { schema: json, definitions, nulls } = schema.lowered(profile, owner);
  const root = { $defs: definitions };
  let refusal = "nothing could be generated";
  for (let size = 0; size < CANDIDATES; size++) {
    const wire = sampleValue(json, random, size, root);
    if (wire === undefined) continue;
    const value = nulls === undefined ? wire : deleteNulls(wire, nulls);
    const { issues } = await schema.validate(value);
    if (issues === undefined) return { value };
    refusal = describe(issues);
  }
  return { problem: `no value for ${owner} could be generated: ${refusal}: expected a sample` };
}

function describe(issues: readonly StandardIssue[]): string {
  const [first] = issues;
  if (first === undefined) return "it is refused";
  const path = issuePath(first).join(".");
  return path === "" ? first.message : `at ${path}: ${first.message}`;
}
