/**
 * Random agents, from a seed.
 *
 * @module
 */
import * as fc from "fast-check";
import { type AgentOptions, Tool } from "@nomos/agent";
import type { SchemaProfile } from "@nomos/agent/llm";
import { type Feature, objectSamples, type Sample } from "../../schema/random_valibot.ts";
import type { Output } from "./illegal_outputs.ts";

/** Options of an agent, and decisions that are legal in its steps. */
export interface AgentPlan {
  readonly name: string;
  readonly options: Pick<AgentOptions, "steps" | "reasoning">;
  /** Outputs of a model, by step id. */
  readonly decisions: Readonly<Record<string, readonly Output[]>>;
}

/** Step ids, plain ones and some with characters that JSON or a grammar escapes. */
const IDS = ["pay", "serve order", "a/b", 'the "bar"', "tschüß", "back\\slash", "☕"];
/** Texts of a model. */
const TEXTS = ["Hello", 'It said "so"\n\ttwice, \\ and / too', "Grüße ☕ \u2028"];

/**
 * Returns `count` plans whose tools have these features, with decisions in the form of a
 * profile; equal seeds return equal plans.
 */
export function planAgents(
  count: number,
  seed: number,
  profile: SchemaProfile,
  features: readonly Feature[],
): AgentPlan[] {
  const isNulled = profile.optional !== "omitted";
  return fc.sample(planOf(features, isNulled), { numRuns: count, seed });
}

/** Schema with some of its values. */
interface Sampled {
  readonly schema: Sample["schema"];
  readonly values: readonly unknown[];
}

function sampled(features: readonly Feature[], isNulled: boolean): fc.Arbitrary<Sampled> {
  return objectSamples(features).chain(({ schema, values }) =>
    fc.array(values, { minLength: 3, maxLength: 5 }).map((values) => {
      return { schema, values: values.map((value) => isNulled ? value.nulled : value.authored) };
    })
  );
}

/** Step; its routes are indices among the other steps. */
interface StepPlan {
  readonly tools: readonly Sampled[];
  readonly answer: Sampled | null;
  readonly routes: readonly number[];
  readonly end: boolean;
  readonly suggestions: boolean;
}

function planOf(features: readonly Feature[], isNulled: boolean): fc.Arbitrary<AgentPlan> {
  const step = fc.record({
    tools: fc.array(sampled(features, isNulled), { maxLength: 3 }),
    answer: fc.option(sampled(features, isNulled)),
    routes: fc.uniqueArray(fc.nat(2), { maxLength: 3 }),
    end: fc.boolean(),
    suggestions: fc.boolean(),
  });
  return fc.record({
    ids: fc.shuffledSubarray(IDS, { minLength: 4, maxLength: 4 }),
    steps: fc.array(step, { minLength: 1, maxLength: 4 }),
    reasoning: fc.boolean(),
    number: fc.nat(),
  }).map(({ ids, steps, reasoning, number }): AgentPlan => {
    const known = ids.slice(0, steps.length);
    const built = steps.map((step, index) => {
      const others = known.filter((_, other) => other !== index);
      const targets = others.filter((_, other) => step.routes.includes(other));
      return [known[index]!, buildStep(step, `tool_${index}-`, targets, isNulled)] as const;
    });
    return {
      name: `agent ${number}`,
      options: { reasoning, steps: Object.fromEntries(built.map(([id, { step }]) => [id, step])) },
      decisions: Object.fromEntries(built.map(([id, { decisions }]) => [
        id,
        decisions.map((decision) => ({ ...(reasoning && { reasoning: TEXTS }), decision })),
      ])),
    };
  });
}

/** Builds a step whose tools have names that start with `prefix`, with decisions for it. */
function buildStep(
  { tools, answer, end, suggestions }: StepPlan,
  prefix: string,
  targets: readonly string[],
  isNulled: boolean,
) {
  const step = {
    description: "Go on",
    tools: tools.map(({ schema: args }, nth) =>
      new Tool({ name: `${prefix}${nth}`, description: "Do it", args, run: () => "done" })
    ),
    routes: Object.fromEntries(targets.map((to) => [to, "it is time"])),
    end,
    ...(answer === null ? { suggestions } : { answer: answer.schema }),
  };
  const replies = suggestions && answer === null ? { suggestions: ["Yes", 'No, "no"'] } : {};
  const calls = tools.flatMap(({ values }, nth) =>
    values.map((args) => ({ tool: `${prefix}${nth}`, args }))
  );
  const decisions: Output["decision"][] = [
    ...(answer?.values ?? TEXTS).map((response) => ({ action: "RESPOND", response, ...replies })),
    ...calls.map((call) => ({ action: "TOOL_CALL", calls: [call] })),
    ...(calls.length > 1 ? [{ action: "TOOL_CALL", calls }] : []),
    ...targets.map((step) => ({ action: "MOVE", step })),
  ];
  if (end) {
    decisions.push({ action: "END", response: "Bye" });
    decisions.push({ action: "END", ...(isNulled && { response: null }) });
  }
  return { step, decisions };
}
