/**
 * Comparison of a profile with the figures of an earlier one.
 *
 * @module
 */
import type { AgentProfile, Figures } from "../agent_profile.ts";
import { FIGURES } from "../attribute/profile_rows.ts";
import { findLargestChange } from "./largest_change.ts";
import {
  type Allowance,
  checkAllowances,
  checkBase,
  type ProfileBase,
  readAllowance,
  requireScript,
  takeBase,
} from "./profile_base.ts";

/** Result of a comparison. Times are not compared. */
export interface Comparison {
  /** Name of the agent. */
  readonly agent: string;
  /**
   * `"worse"`: a figure is worse than allowed; `"better"`: none is, and one is better; `"equal"`:
   * otherwise; `"another script"`: the plays cannot be compared.
   */
  readonly verdict: "equal" | "better" | "worse" | "another script";
  /** All figures; none if the scripts differ. */
  readonly figures: readonly {
    /** Name of the figure. */
    readonly figure: keyof AgentProfile["figures"];
    /** Value of the base. `stable_chars` is a share of `prompt_chars`, from 0 to 1. */
    readonly base: number;
    /** Value now. */
    readonly now: number;
    /** Amount by which it may be worse. */
    readonly allowed: number | string;
    /** `"worse"`: worse than allowed; `"within"`: worse, and allowed. */
    readonly verdict: "equal" | "better" | "within" | "worse";
  }[];
  /** Sentence about the largest change for the worse; absent if there is none. */
  readonly reason?: string;
  /** Sentences about what the profile cannot know, such as the counts that differ between its plays. */
  readonly unknown: readonly string[];
  /** Versions of the package, if they differ: the texts of requests may differ with them. */
  readonly packages?: { readonly base: string; readonly now: string };
}

/** Figure of two plays. */
export type FigureChange = Comparison["figures"][number];

/**
 * Compares a profile with the figures of an earlier one. Only counts are compared, and only a
 * change for the worse counts: more of anything, or a smaller share of the prompts that is stable
 * while more of them varies.
 *
 * @param base Figures that {@linkcode takeBase} returned, also from a JSON file.
 * @param allow How much worse figures may be, beside what the base allows. Default: not at all.
 * @throws {ConfigError} if no written script was played by a mock, or `base` or an allowance is
 *   invalid.
 *
 * @example A conversation that needs one more call than before
 * ```ts
 * import { Agent, decide, MockLLM, Tool } from "@nomos/agent";
 * import { compareWithBase, profileAgent, takeBase } from "@nomos/agent/profile";
 * import { assertEquals } from "@std/assert";
 * import * as v from "valibot";
 *
 * const create = (menu: string) => {
 *   const args = v.object({});
 *   const getMenu = new Tool({ name: "get_menu", description: "The menu", args, run: () => menu });
 *   const steps = { order: { description: "Take the order", tools: [getMenu] } };
 *   return new Agent({ name: "barista", llm: new MockLLM(), start: "order", steps });
 * };
 * const decisions = [decide.call("get_menu"), decide.respond("Latte")];
 * const script = [{ input: "What do you have?", decisions }];
 * const base = takeBase(await profileAgent(create("latte"), script));
 * const now = await profileAgent(create("latte, in three sizes"), script);
 * const { verdict, reason } = compareWithBase(now, base);
 * assertEquals(verdict, "worse");
 * assertEquals(
 *   reason,
 *   "tool results, 25 → 41 characters, by get_menu, whose result is read in 1 request",
 * );
 * ```
 */
export function compareWithBase(
  profile: AgentProfile,
  base: ProfileBase,
  allow: ProfileBase["allow"] = {},
): Comparison {
  checkAllowances(allow);
  checkBase(base);
  const { agent, unknown } = profile;
  if (requireScript(profile, "compare") !== base.script) {
    return { agent, verdict: "another script", figures: [], unknown };
  }
  const now = takeBase(profile);
  const allowed = { ...base.allow, ...allow };
  const figures = FIGURES.map((figure) => compareFigure(figure, base, now, allowed[figure]));
  const worse = figures.filter(({ verdict }) => verdict === "worse").map(({ figure }) => figure);
  const isWorse = worse.length > 0;
  const isBetter = figures.some(({ verdict }) => verdict === "better");
  const reason = isWorse ? findLargestChange(base, now, worse) : undefined;
  return {
    agent,
    verdict: isWorse ? "worse" : isBetter ? "better" : "equal",
    figures,
    unknown,
    ...(reason !== undefined && { reason }),
    ...(base.package !== now.package && { packages: { base: base.package, now: now.package } }),
  };
}

function compareFigure(
  figure: keyof Figures,
  { figures: before }: ProfileBase,
  { figures: after }: ProfileBase,
  allowed: Allowance = 0,
): FigureChange {
  const isShare = figure === "stable_chars";
  const base = isShare ? shareOf(before) : before[figure];
  const now = isShare ? shareOf(after) : after[figure];
  const loss = isShare ? base - now : now - base;
  const { share, extra } = readAllowance(allowed)!;
  // A number is percentage points of a share.
  const most = base * share + (isShare ? extra / 100 : extra) + EPSILON;
  // A shorter history makes the stable share smaller, and nothing worse.
  const isWorse = loss > most && !(isShare && countVarying(after) <= countVarying(before));
  const verdict = loss === 0 ? "equal" : loss < 0 ? "better" : isWorse ? "worse" : "within";
  return { figure, base, now, allowed, verdict };
}

/** Rounding errors of an allowance. */
const EPSILON = 1e-12;

function shareOf({ stable_chars: stable, prompt_chars: all }: Figures): number {
  return all === 0 ? 1 : stable / all;
}

/** Returns the characters of messages that no cache can serve. */
function countVarying({ stable_chars: stable, prompt_chars: all }: Figures): number {
  return all - stable;
}
