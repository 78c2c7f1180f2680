/**
 * Fuzzing of an agent with hostile models, tools, users and crashes.
 *
 * @module
 */
import * as fc from "fast-check";
import { MisuseError, quote } from "../../errors.ts";
import { checkOptions, WHOLE, wholeFrom } from "../../llm/option_rules.ts";
import { seededRandom } from "../../random.ts";
import type { PathProblem } from "../play/path_checks.ts";
import { requireCore } from "../play/played_core.ts";
import { SAMPLE_RULES, SampledValues, type SampleOptions } from "../play/sampled_values.ts";
import { fuzzCases } from "./fuzz_arbitrary.ts";
import type { FuzzCase } from "./fuzz_case.ts";
import { CasePlayer } from "./play_case.ts";

/** Options of {@linkcode fuzz}. */
export interface FuzzOptions extends SampleOptions {
  /** Number of cases. Default: 100. */
  readonly runs?: number;
  /** Seed of the cases, a whole number. Default: 1. */
  readonly seed?: number;
}

/** Thrown if a check fails on a fuzz case. The message contains the case as a test. */
export class FuzzError extends MisuseError {
  /** `"FUZZ_FAILED"` */
  readonly code = "FUZZ_FAILED";
  /** Checks that failed on the smallest failing case. */
  readonly problems: readonly PathProblem[];
  /** The smallest failing case. Pass it to `playFuzzCase()` to play it again. */
  readonly fuzzCase: FuzzCase;

  /** Creates the error for an agent by name. */
  constructor(agent: string, fuzzCase: FuzzCase, problems: readonly PathProblem[]) {
    const lines = problems.map(({ check, message }) => `\n- ${check}: ${message}`);
    super(
      `Agent ${quote(agent)} failed ${problems.length} checks on a fuzz case:${lines.join("")}\n` +
        `To keep it as a test:\n\n${formatTest(agent, fuzzCase)}`,
    );
    this.fuzzCase = fuzzCase;
    this.problems = problems;
  }
}

/**
 * Plays an agent with random legal decisions, mixed with failures:
 * - malformed and huge outputs, failing models, and streams that restart, stop or break
 * - tools that throw, hang or return values that are not JSON
 * - aborts after any event, and a second turn on a busy session
 * - small limits, and verdicts that are repeated, late or for the wrong call
 * - crashes after any event, after which another process continues the session
 *
 * Each case is checked as `explore()` checks its paths. In addition, a `once`
 * tool never runs twice, limits are respected, and the deltas of a stream add up
 * to the decision. A failing case is shrunk to a small one. All guards are open.
 * Your models, tools and guards do not run.
 *
 * @param agent The agent to fuzz.
 * @param options Number of cases, seed, and samples for values that cannot be generated.
 * @throws {FuzzError} with the smallest failing case, as a test in its message.
 * @throws {ConfigError} if `agent` is not an agent or the seed is not a whole number.
 *
 * @example
 * ```ts
 * import { Agent, MockLLM } from "@nomos/agent";
 * import { fuzz } from "@nomos/agent/testing";
 *
 * const agent = new Agent({
 *   name: "robust",
 *   llm: new MockLLM(),
 *   start: "talk",
 *   steps: { talk: { description: "Talk" } },
 * });
 * await fuzz(agent, { runs: 20 });
 * ```
 */
export async function fuzz(agent: object, options: FuzzOptions = {}): Promise<void> {
  const core = requireCore(agent, "fuzz");
  checkOptions(`fuzz agent ${quote(core.name)}`, options, {
    ...SAMPLE_RULES,
    seed: WHOLE,
    runs: wholeFrom(0),
  });
  const { runs = 100, seed = 1 } = options;
  const values = await SampledValues.of(core, options, seededRandom(seed), "fuzz");
  const player = new CasePlayer(core, values);
  const result = await fc.check(
    fc.asyncProperty(fuzzCases(core), async (fuzzCase) => {
      const problems = await player.play(fuzzCase);
      if (problems.length > 0) throw new Error("It failed");
    }),
    { numRuns: runs, seed },
  );
  const [smallest] = result.counterexample ?? [];
  if (smallest !== undefined) {
    throw new FuzzError(core.name, smallest, await player.play(smallest));
  }
}

/** Formats a case as the source of a test. */
function formatTest(agent: string, fuzzCase: FuzzCase): string {
  const name = JSON.stringify(`agent ${agent} survives a case found by fuzz()`);
  return `Deno.test(${name}, async () => {
  const found = ${JSON.stringify(fuzzCase)} as const;
  assertEquals(await playFuzzCase(agent, found), []);
});`;
}
