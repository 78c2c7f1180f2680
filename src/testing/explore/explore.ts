/**
 * Walking every path of an agent without a model.
 *
 * @module
 */
import { checkSeed, pick, type Random, seededRandom } from "../../random.ts";
import type { Graph } from "../../graph/graph.ts";
import { type Move, openMoves, outcomesOf } from "../play/move.ts";
import { coreToPlay } from "../play/played_core.ts";
import { SampledValues, type SampleOptions } from "../play/sampled_values.ts";
import { Director, WALK_LENGTH } from "./director.ts";
import { Exploration, type MissedTarget } from "./exploration.ts";
import { type Goal, goalsOf, waysIn } from "./target.ts";

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
  const values = await SampledValues.of(core, options, random);
  const director = new Director(core, values, options.checks ?? true);
  const missed = await playTargets(core.graph, values, director);
  await walk(core.graph, values, director, random, options.decisions ?? 1_000);
  const { paths, played, decisions } = director;
  return new Exploration(core.name, core.graph, { paths, missed, played, decisions });
}

/** Plays a shortest path to each target that no path before reached, and returns what was missed. */
async function playTargets(
  graph: Graph,
  values: SampledValues,
  director: Director,
): Promise<MissedTarget[]> {
  const ways = waysIn(graph);
  const missed: MissedTarget[] = [];
  const play = async ({ target, end }: Goal): Promise<string | undefined> => {
    const way = ways.get(target.step);
    if (way === undefined) return "no way leads there from the first step";
    const problem = end[0]?.move && values.problemOf(end[0].move, target.step);
    return problem ?? await director.play([...way.map((move) => ({ move })), ...end]);
  };
  // Nearest first.
  for (const goal of goalsOf(graph, [...ways.keys()])) {
    const { target } = goal;
    if (director.hasReached(target)) continue;
    const why = await play(goal);
    if (director.hasReached(target)) continue;
    missed.push({ target, why: why ?? "the path that should have reached it did not" });
  }
  return missed;
}

/** Walks at random, each time from any step, until so many decisions were made. */
async function walk(
  graph: Graph,
  values: SampledValues,
  director: Director,
  random: Random,
  decisions: number,
): Promise<void> {
  const ways = [...waysIn(graph).values()];
  const toolsOf = (step: string) => graph.steps.get(step)!.tools;
  const outcomes = outcomesOf(...[...graph.steps.keys()].flatMap(toolsOf));
  const mayAsk = outcomes.includes("denied");
  const isPlayable = (move: Move, step: string) =>
    values.problemOf(move, step) === undefined &&
    (move.action !== "TOOL_CALL" ||
      outcomesOf(toolsOf(step).find(({ name }) => name === move.tool)!).includes(move.outcome));
  while (director.decisions < decisions) {
    const before = director.decisions;
    let left = WALK_LENGTH;
    await director.play(pick(ways, random)!.map((move) => ({ move })), (step, legal) => {
      if (left-- <= 0) return undefined;
      const outcome = pick(outcomes, random)!;
      const isAsked = outcome === "denied" || !mayAsk || random() < 0.5;
      const moves = openMoves(legal, { outcome, isAsked });
      return pick(moves.filter((move) => isPlayable(move, step)), random);
    });
    // A graph that is stuck from the start makes no decision, however often it is played.
    if (director.decisions === before) return;
  }
}
