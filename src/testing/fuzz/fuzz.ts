/**
 * Playing an agent against a hostile world.
 *
 * @module
 */
import * as fc from "fast-check";
import { MisuseError, quote } from "../../errors.ts";
import { checkSeed, seededRandom } from "../../random.ts";
import { fuzzCases } from "./fuzz_arbitrary.ts";
import type { FuzzCase } from "./fuzz_case.ts";
import type { PathProblem } from "../play/path_checks.ts";
import { coreToPlay } from "../play/played_core.ts";
import { SampledValues, type SampleOptions } from "../play/sampled_values.ts";
import { CasePlayer } from "./play_case.ts";

/** Options of {@linkcode fuzz}. */
export interface FuzzOptions extends SampleOptions {
  /** How many cases are played. Default: 100. */
  readonly runs?: number;
  /** What the cases follow from. Default: 1. */
  readonly seed?: number;
}

/** A case in which an agent did what no agent should. */
export class FuzzError extends MisuseError {
  /** `"FUZZ_FAILED"` */
  readonly code = "FUZZ_FAILED";
  /** What was wrong in the smallest case that was found. */
  readonly problems: readonly PathProblem[];
  /** That case. */
  readonly fuzzCase: FuzzCase;

  /** Makes the error, with a ready test as its message. */
  constructor(agent: string, fuzzCase: FuzzCase, problems: readonly PathProblem[]) {
    const lines = problems.map(({ check, message }) => `\n- ${check}: ${message}`);
    super(
      `Agent ${quote(agent)} failed a case:${lines.join("")}\n` +
        `As a test:\n\n${testOf(agent, fuzzCase)}`,
    );
    this.fuzzCase = fuzzCase;
    this.problems = problems;
  }
}

/**
 * Plays an agent with arbitrary legal decisions, mixed with outputs that are
 * none, tools that throw, hang or give what is no JSON, aborts at any event and
 * turns asked for twice; with models that stream, begin again and break off, small
 * limits, verdicts that come twice, too late or for the wrong call, and processes
 * that die at any event, whose sessions go on elsewhere. What is checked is what
 * `explore()` checks, and that a `once` tool never runs twice, limits are kept,
 * and the deltas of a stream together are what the decision says. A failing
 * case is made as small as possible. Models, tools and persons are played, guards
 * let everything pass: nothing of the author's runs.
 *
 * @param agent The agent.
 * @param options How long, and samples where arguments cannot be generated.
 * @throws {FuzzError} with the smallest failing case as a ready test.
 * @throws {ConfigError} if it is no agent, or the seed is no whole number.
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
  const core = coreToPlay(agent, "fuzz");
  checkSeed(options.seed);
  const { runs = 100, seed = 1 } = options;
  const player = new CasePlayer(core, await SampledValues.of(core, options, seededRandom(seed)));
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

/** A case as a test that can be kept. */
function testOf(agent: string, fuzzCase: FuzzCase): string {
  const name = JSON.stringify(`agent ${agent} survives what fuzz() found`);
  return `Deno.test(${name}, async () => {
  const found = ${JSON.stringify(fuzzCase)} as const;
  assertEquals(await playFuzzCase(agent, found), []);
});`;
}
