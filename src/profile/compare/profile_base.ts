/**
 * Figures of an earlier profile, with which later ones are compared.
 *
 * @module
 */
import * as v from "valibot";
import { ConfigError, reasonOf } from "../../errors.ts";
import { oneLine } from "../../json/text.ts";
import { checkOptions, type OptionRule } from "../../llm/option_rules.ts";
import type { AgentProfile } from "../agent_profile.ts";
import { FIGURES } from "../attribute/profile_rows.ts";

/** Figures of a profile: counts alone, so that equal plays of a script have equal text. Plain JSON. */
export interface ProfileBase {
  /** Version of this form. */
  readonly version: 1;
  /** Version of the package with which the script was played. */
  readonly package: string;
  /** Name of the agent. */
  readonly agent: string;
  /** SHA-256 of the script. */
  readonly script: string;
  /** Figures of the play. */
  readonly figures: AgentProfile["figures"];
  /**
   * Amounts by which the figures of later plays may be worse: numbers, or percentages such as
   * `"2%"`. Default: none.
   */
  readonly allow: { readonly [Name in keyof AgentProfile["figures"]]?: number | string };
  /** Characters of the parts of prompts and answers, and the number of requests that have them. */
  readonly parts: readonly Pick<
    AgentProfile["parts"][number],
    "part" | "name" | "chars" | "requests"
  >[];
  /** Model calls by step, and the tools and routes that they offered. */
  readonly steps: Readonly<
    Record<string, { readonly calls: number; readonly offers: readonly string[] }>
  >;
  /** Calls by tool. */
  readonly tools: Readonly<Record<string, number>>;
}

/** Amount by which a figure may be worse. */
export type Allowance = number | string;

/**
 * Takes the figures of a profile, to be written to a JSON file and compared with later.
 *
 * @param allow How much worse later figures may be. Default: not at all.
 * @throws {ConfigError} if no written script was played by a mock, or an allowance is invalid.
 */
export function takeBase(profile: AgentProfile, allow: ProfileBase["allow"] = {}): ProfileBase {
  const { package: version, agent, figures, parts, steps, tools } = profile;
  const script = requireScript(profile, "save");
  checkAllowances(allow);
  return {
    version: 1,
    package: version,
    agent,
    script,
    figures,
    allow,
    parts: parts.map(({ part, name, chars, requests }) => ({
      part,
      ...(name !== undefined && { name }),
      chars,
      requests,
    })),
    steps: Object.fromEntries(steps.map(({ step, agent: of, calls, offers = [] }) => {
      return [of === undefined ? step : `${of}: ${step}`, { calls, offers }];
    })),
    tools: Object.fromEntries(tools.map(({ tool, calls }) => [tool, calls])),
  };
}

/** Formats figures as the text of a file, one line for each. */
export function formatBase(base: ProfileBase): string {
  return `${JSON.stringify(base, null, 2)}\n`;
}

const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const baseSchema = v.object({
  version: v.literal(1),
  package: v.string(),
  agent: v.string(),
  script: v.string(),
  figures: v.object(Object.fromEntries(FIGURES.map((name) => [name, count]))),
  allow: v.record(v.string(), v.union([v.number(), v.string()])),
  parts: v.array(
    v.object({ part: v.string(), name: v.optional(v.string()), chars: count, requests: count }),
  ),
  steps: v.record(v.string(), v.object({ calls: count, offers: v.array(v.string()) })),
  tools: v.record(v.string(), count),
});

/**
 * Reads figures from the text of a file.
 *
 * @throws {ConfigError} if {@linkcode formatBase} did not write the text.
 */
export function readBase(text: string): ProfileBase {
  let base: ProfileBase;
  try {
    base = JSON.parse(text);
  } catch (cause) {
    throw new ConfigError(`${NO_BASE}: ${oneLine(reasonOf(cause))}: ${EXPECTED_BASE}`, { cause });
  }
  checkBase(base);
  return base;
}

const NO_BASE = "Cannot read the figures to compare with";
const EXPECTED_BASE = 'expected those of takeBase(), as a file of "--save" has them';

/**
 * Checks figures, which may come from a file.
 *
 * @throws {ConfigError} if {@linkcode takeBase} did not return them.
 */
export function checkBase(base: ProfileBase): void {
  const { success, issues } = v.safeParse(baseSchema, base);
  if (success) return checkAllowances(base.allow);
  const [{ message, path }] = issues;
  const place = path === undefined ? "" : `at ${path.map(({ key }) => key).join(".")}: `;
  throw new ConfigError(`${NO_BASE}: ${place}${message}: ${EXPECTED_BASE}`);
}

/** Returns the hash of the script of a profile that may be compared. */
export function requireScript({ source, script }: AgentProfile, verb: "save" | "compare"): string {
  const attempt = `Cannot ${verb} the figures of this profile`;
  if (source !== "mock") {
    const what = source === "log" ? "a stored session" : "a real model";
    throw new ConfigError(
      `${attempt}: it is of ${what}, whose counts vary: expected a script that a mock plays`,
    );
  }
  if (script !== undefined) return script;
  throw new ConfigError(
    `${attempt}: the agent played by itself, so that a new route or tool changes all counts: ` +
      "expected a script with inputs and decisions",
  );
}

/** Allowance as a share of the base, and as a number beyond it. */
export interface ReadAllowance {
  readonly share: number;
  readonly extra: number;
}

/** Reads an allowance. */
export function readAllowance(allowance: Allowance = 0): ReadAllowance | undefined {
  const match = /^(\d+(?:\.\d+)?)(%?)$/.exec(`${allowance}`);
  if (match === null) return undefined;
  const amount = Number(match[1]);
  return match[2] === "%" ? { share: amount / 100, extra: 0 } : { share: 0, extra: amount };
}

const ALLOWANCE: OptionRule = {
  expected: 'a number from 0, or a percentage such as "2%"',
  accepts: (value) => readAllowance(value as Allowance) !== undefined,
};

/**
 * Checks allowances, which may come from a file or a command line.
 *
 * @throws {ConfigError} if there is no such figure, or an allowance is neither a number nor a percentage.
 */
export function checkAllowances(allow: Readonly<Record<string, unknown>>): void {
  const rules = Object.fromEntries(FIGURES.map((figure) => [figure, ALLOWANCE]));
  checkOptions("allow figures to be worse", allow, rules);
}
