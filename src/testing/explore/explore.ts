/**
 * Walking every path of an agent without a model.
 *
 * @module
 */
import { checkSeed, seededRandom } from "../../random.ts";
import type { Exploration } from "./exploration.ts";
import { Explorer } from "./explorer.ts";
import { coreToPlay } from "./played_core.ts";
import { type SampleOptions, sampleValues } from "./sampled_values.ts";

/** Options of {@linkcode explore}. */
export interface ExploreOptions extends SampleOptions {
  /** What the random walks and generated values follow from. Default: 1. */
  readonly seed?: number;
  /**
   * After every target was tried, random walks go on until there were so many
   * decisions. Default: 1,000.
   */
  readonly decisions?: number;
  /** Whether every path is checked, not only walked. Default: true. */
  readonly checks?: boolean;
}

/**
 * Plays every path of an agent: each step, each route, each tool with each
 * outcome, each guard both ways, by the shortest way there; then random walks.
 * A tool that needs approval is denied once, and has its other outcomes after an
 * approval; a function that decides about approval is played both ways. Models,
 * tools, guards and persons are played: nothing of the author's runs, and the
 * agent itself is not changed.
 *
 * On every path it is checked that nothing throws, every turn ends, the user
 * is answered or the session ends, the history is well formed, no call runs
 * twice, before it is approved or after it was denied, the session needs approval
 * exactly while a call waits for it, the state survives JSON after every commit,
 * and each request begins as the one before it ended.
 *
 * @param agent The agent.
 * @param options Samples for tools whose arguments cannot be generated, and bounds.
 * @returns What was reached, by which decisions, and what was missed or wrong.
 * @throws {ConfigError} if it is no agent, or the seed is no whole number.
 *
 * @example
 * ```ts
 * import { Agent, decide, MockLLM } from "@nomos/agent";
 * import { explore } from "@nomos/agent/testing";
 * import { assertEquals } from "@std/assert";
 *
 * const agent = new Agent({
 *   name: "barista",
 *   llm: new MockLLM(),
 *   start: "greet",
 *   steps: {
 *     greet: { description: "Greet them", routes: { order: "they want to order" } },
 *     order: { description: "Take the order" },
 *   },
 * });
 * const exploration = await explore(agent);
 * exploration.assertComplete();
 * assertEquals(exploration.paths.length, 4);
 * ```
 */
export async function explore(agent: object, options: ExploreOptions = {}): Promise<Exploration> {
  const core = coreToPlay(agent, "explore");
  checkSeed(options.seed);
  const random = seededRandom(options.seed ?? 1);
  const values = await sampleValues(core, options, random);
  const explorer = new Explorer(core, values, options.checks ?? true);
  await explorer.playTargets();
  await explorer.walk(random, options.decisions ?? 1_000);
  return explorer.exploration();
}
