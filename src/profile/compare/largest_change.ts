/**
 * The reason why figures are worse.
 *
 * @module
 */
import type { Figures } from "../agent_profile.ts";
import { keyOfPart, type PromptPart } from "../attribute/prompt_part.ts";
import { formatCount, formatNumber } from "../draw/table.ts";
import type { ProfileBase } from "./profile_base.ts";

/** Change of one part of a play. */
interface Change {
  /** Change as a fraction of all that is of its kind. */
  readonly weight: number;
  /** Figures that it makes worse. */
  readonly figures: readonly (keyof Figures)[];
  readonly text: string;
}

/**
 * Returns a sentence about the change that made a play worse most; undefined if none is known.
 *
 * @param worse Figures that got worse.
 */
export function findLargestChange(
  base: ProfileBase,
  now: ProfileBase,
  worse: readonly (keyof Figures)[],
): string | undefined {
  const changes = [
    ...listPartChanges(base, now),
    ...listCallChanges(
      callsOf(base),
      callsOf(now),
      base.figures,
      "model_calls",
      "model call",
      "in step",
    ),
    ...listCallChanges(base.tools, now.tools, base.figures, "tool_calls", "tool call", "of"),
    ...listStableChange(base, now),
  ].filter(({ weight, figures }) => weight > 0 && figures.some((name) => worse.includes(name)));
  return changes.sort((a, b) => b.weight - a.weight)[0]?.text;
}

function* listPartChanges(base: ProfileBase, now: ProfileBase): Generator<Change> {
  const before = new Map(base.parts.map((row) => [keyOfPart(row), row.chars]));
  const total = base.parts.reduce((sum, { chars }) => sum + chars, 0);
  for (const row of now.parts) {
    const was = before.get(keyOfPart(row)) ?? 0;
    const { part, name, chars, requests } = row;
    const by = name === undefined
      ? ""
      : part === "tool results"
      ? `, by ${name}, whose result is read in ${formatNumber(requests, "request")}`
      : `, of step ${name}, in ${formatNumber(requests, "request")}${
        describeOffers(base, now, name)
      }`;
    const text = `${part}, ${formatCount(was)} → ${formatCount(chars)} characters${by}`;
    yield { weight: (chars - was) / total, figures: figuresOf(part), text };
  }
}

/** Returns the figures in which the characters of a part are. */
function figuresOf(part: PromptPart["part"]): Change["figures"] {
  const prompt = ["prompt_chars", "max_prompt_chars"] as const;
  switch (part) {
    case "schema":
      return ["schema_chars"];
    case "answers":
      return ["answer_chars"];
    case "tool results":
      return ["result_chars", ...prompt];
    case "summarized":
      return ["schema_chars", "answer_chars", ...prompt];
    default:
      return prompt;
  }
}

/** Returns what the requests of a step did not offer before, as the end of a sentence. */
function describeOffers(base: ProfileBase, now: ProfileBase, step: string): string {
  // Steps of agents that run as tools have the agent's name before theirs.
  const keys = Object.keys(now.steps).filter((key) =>
    (key === step || key.endsWith(`: ${step}`)) && Object.hasOwn(base.steps, key)
  );
  const added = keys.flatMap((key) => {
    const { offers: before } = base.steps[key]!;
    return now.steps[key]!.offers.filter((offer) => !before.includes(offer));
  });
  return added.length === 0 ? "" : `, which offer ${added.join(", ")} now`;
}

function callsOf({ steps }: ProfileBase): Record<string, number> {
  return Object.fromEntries(Object.entries(steps).map(([step, { calls }]) => [step, calls]));
}

function* listCallChanges(
  base: Readonly<Record<string, number>>,
  now: Readonly<Record<string, number>>,
  figures: Figures,
  figure: "model_calls" | "tool_calls",
  noun: string,
  where: string,
): Generator<Change> {
  for (const [name, calls] of Object.entries(now)) {
    const was = Object.hasOwn(base, name) ? base[name]! : 0;
    const text = `${formatCount(was)} → ${formatNumber(calls, noun)} ${where} ${name}`;
    yield { weight: (calls - was) / Math.max(1, figures[figure]), figures: [figure], text };
  }
}

function* listStableChange(
  { figures: base }: ProfileBase,
  { figures: now }: ProfileBase,
): Generator<Change> {
  const share = ({ stable_chars: stable, prompt_chars: all }: typeof base) =>
    `${(100 * stable / all).toFixed(1)} %`;
  const text = `the stable share of the prompts, ${share(base)} → ${share(now)}: texts that vary ` +
    "stand before the history, or rewrite it";
  const weight = (base.stable_chars - now.stable_chars) / base.prompt_chars;
  yield { weight, figures: ["stable_chars"], text };
}
