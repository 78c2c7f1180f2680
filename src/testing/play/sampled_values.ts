/**
 * Arguments, answers and results for a played agent.
 *
 * @module
 */
import { decide, type Decision } from "../../decision/decision.ts";
import { generateCandidates } from "../../llm/auto/make_output.ts";
import type { Random } from "../../random.ts";
import { deleteNulls } from "../../schema/null_deletion.ts";
import { profileOf } from "../../schema/profiles/openai_strict.ts";
import type { SchemaProfile } from "../../schema/schema_profile.ts";
import { issuePath, type StandardSchema } from "../../schema/standard_schema.ts";
import type { WireSchema } from "../../schema/wire_schema.ts";
import { toolInternals } from "../../tool/tool_internals.ts";
import type { AgentCore } from "../../turn/agent_core.ts";
import type { Move } from "./move.ts";

/** Sample values for schemas whose values cannot be generated. */
export interface SampleOptions {
  /**
   * Arguments by tool name. Needed if a custom check refuses all values that are
   * generated from the JSON Schema.
   */
  readonly samples?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** Structured answers by step id. Needed if a custom check refuses all generated answers. */
  readonly answers?: Readonly<Record<string, unknown>>;
  /** Results by tool name. Default: the text `"done"`. */
  readonly results?: Readonly<Record<string, unknown>>;
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

  private constructor(results: Readonly<Record<string, unknown>>) {
    this.#results = results;
  }

  /** Finds a valid value for the arguments of each tool and for each structured answer. */
  static async of(
    { graph }: AgentCore,
    { samples = {}, answers = {}, results = {} }: SampleOptions,
    random: Random,
  ): Promise<SampledValues> {
    const values = new SampledValues(results);
    for (const { id, llm, tools, answer } of graph.steps.values()) {
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
