/**
 * Arguments, answers and results with which an agent is played, found once.
 *
 * @module
 */
import { decide, type Decision } from "../../decision/decision.ts";
import { candidates } from "../../llm/auto/make_output.ts";
import type { Random } from "../../random.ts";
import { deleteNulls } from "../../schema/null_plan.ts";
import { openaiStrict } from "../../schema/profiles/openai_strict.ts";
import type { SchemaProfile } from "../../schema/schema_profile.ts";
import { issuePath, type StandardSchema } from "../../schema/standard_schema.ts";
import type { WireSchema } from "../../schema/wire_schema.ts";
import { toolInternals } from "../../tool/tool_internals.ts";
import type { AgentCore } from "../../turn/agent_core.ts";
import type { Move } from "./move.ts";

/** Values of the author, for what cannot be made up. */
export interface SampleOptions {
  /**
   * Arguments by the name of a tool: needed where a check of the schema cannot
   * be met by generating from its JSON Schema.
   */
  readonly samples?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** Structured answers by the id of a step, needed likewise. */
  readonly answers?: Readonly<Record<string, unknown>>;
  /** Results by the name of a tool. Default: the text "done". */
  readonly results?: Readonly<Record<string, unknown>>;
}

/** A value, or why there is none. */
interface Found {
  readonly value?: unknown;
  readonly problem?: string;
}

/** The values, ready to be played. */
export class SampledValues {
  readonly #args = new Map<string, Found>();
  readonly #answers = new Map<string, Found>();
  readonly #results: Readonly<Record<string, unknown>>;

  private constructor(results: Readonly<Record<string, unknown>>) {
    this.#results = results;
  }

  /** Finds all values that the paths of an agent need. */
  static async of(
    { graph }: AgentCore,
    { samples = {}, answers = {}, results = {} }: SampleOptions,
    random: Random,
  ): Promise<SampledValues> {
    const values = new SampledValues(results);
    for (const { id, llm, tools, answer } of graph.steps.values()) {
      const profile = llm.schemaProfile ?? openaiStrict;
      for (const tool of tools) {
        const { name } = tool;
        if (values.#args.has(name)) continue;
        const form = { schema: toolInternals(tool).schema, profile, owner: `tool "${name}"` };
        values.#args.set(name, await find(form, samples, name, random));
      }
      if (answer === undefined) continue;
      const form = { schema: answer, profile, owner: "answer" };
      values.#answers.set(id, await find(form, answers, id, random));
    }
    return values;
  }

  /** The decision that makes a choice in a step; `text` is said where the step answers with text. */
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

  /** Returns the result of a tool. */
  resultOf(tool: string): unknown {
    return Object.hasOwn(this.#results, tool) ? this.#results[tool] : "done";
  }

  /** Why a choice cannot be made in a step; undefined where it can. */
  problemOf(move: Move, step: string): string | undefined {
    if (move.action === "RESPOND") return this.#answers.get(step)?.problem;
    if (move.action !== "TOOL_CALL" || move.outcome === "invalid arguments") return undefined;
    return this.#args.get(move.tool)?.problem;
  }
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
  const { schema: json, definitions } = schema.lowered(profile, owner);
  const { nulls } = schema.form;
  let refusal = "nothing could be generated";
  for (const wire of candidates(json, random, { $defs: definitions })) {
    const value = nulls === undefined ? wire : deleteNulls(wire, nulls);
    const { issues } = await schema.validate(value);
    if (issues === undefined) return { value };
    refusal = describe(issues);
  }
  return { problem: `no value for ${owner} could be generated: ${refusal}: expected a sample` };
}

function describe(issues: readonly StandardSchema.Issue[]): string {
  const [first] = issues;
  if (first === undefined) return "it is refused";
  const path = issuePath(first).join(".");
  return path === "" ? first.message : `at ${path}: ${first.message}`;
}
