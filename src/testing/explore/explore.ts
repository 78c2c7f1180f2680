/**
 * Exploration of every path of an agent, without a model.
 *
 * @module
 */
import { quote } from "../../errors.ts";
import { findTool, type Graph } from "../../graph/graph.ts";
import { checkOptions, COUNT, FLAG, WHOLE } from "../../llm/option_rules.ts";
import { pick, type Random, seededRandom } from "../../random.ts";
import { type Move, openMoves, outcomesOf } from "../play/move.ts";
import { requireCore } from "../play/played_core.ts";
import { SAMPLE_RULES, SampledValues, type SampleOptions } from "../play/sampled_values.ts";
import { findDeadGuards } from "./dead_guards.ts";
import { Director, WALK_LENGTH } from "./director.ts";
import { Exploration, type MissedTarget } from "./exploration.ts";
import { describeTarget, findShortestPaths, type Goal, listGoals } from "./target.ts";

/** Options of {@linkcode explore}. */
export interface ExploreOptions extends SampleOptions {
  /** Seed of the random walks and generated values, a whole number. Default: 1. */
  readonly seed?: number;
  /**
   * Number of decisions after which random walks stop; they begin after every
   * target was tried. Default: 1,000.
   */
  readonly decisions?: number;
  /** If false, paths are played without checks. Default: true. */
  readonly checks?: boolean;
}

/**
 * Plays every path of an agent. It reaches each step, each route, each outcome
 * of each tool and both states of each guard by the shortest path, then plays
 * random walks. A tool that needs approval is denied once; its other outcomes
 * follow an approval. A `needsApproval` function is played with both results.
 * Your models and tools do not run, and the agent is not changed. On the paths, guards are played
 * as well; yours are called with the samples `contexts` and `data`, and one that is never true is a
 * missed target. Texts that are functions are called, and one that throws with every sample is a
 * problem.
 *
 * Every path is checked:
 * - nothing throws, every turn ends, and the user is answered or the session ends
 * - the history is well formed
 * - no call runs twice, before its approval or after its denial
 * - the session needs approval exactly while a call waits for one
 * - the state survives a round trip through JSON after every commit
 * - each request begins with the stable messages of the previous one
 *
 * @param agent The agent to explore.
 * @param options Seed, bounds, and samples for values that cannot be generated.
 * @returns The played paths, the reached and missed targets, and the failed checks.
 * @throws {ConfigError} if `agent` is not an agent, the seed is not a whole number, or a context
 *   or data do not match the agent's schemas.
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
  const core = requireCore(agent, "explore");
  checkOptions(`explore agent ${quote(core.name)}`, options, {
    ...SAMPLE_RULES,
    seed: WHOLE,
    decisions: COUNT,
    checks: FLAG,
  });
  const random = seededRandom(options.seed ?? 1);
  const values = await SampledValues.of(core, options, random, "explore");
  const deadGuards = findDeadGuards(core, values.given);
  const director = new Director(core, values, { deadGuards, isChecking: options.checks ?? true });
  const { graph, name } = core;
  const search = { graph, shortest: findShortestPaths(graph), values, director, deadGuards };
  const missed = await playTargets(search);
  await walk(search, random, options.decisions ?? 1_000);
  const { paths, played, decisions } = director;
  return new Exploration(name, graph, { paths, missed, played, decisions });
}

/** Everything that both phases of an exploration need. */
interface Search {
  readonly graph: Graph;
  /** Shortest path to each reachable step, nearest first. */
  readonly shortest: ReadonlyMap<string, readonly Move[]>;
  readonly values: SampledValues;
  readonly director: Director;
  /** Guards that are never true, with the reason. */
  readonly deadGuards: ReadonlyMap<string, string>;
}

/** Plays a shortest path to each target not yet reached. Returns the missed targets. */
async function playTargets(
  { graph, shortest, values, director, deadGuards }: Search,
): Promise<MissedTarget[]> {
  const missed: MissedTarget[] = [];
  const play = async ({ target, moves }: Goal): Promise<string | undefined> => {
    const path = shortest.get(target.step);
    if (path === undefined) return "no route leads to its step from the start step";
    const problem = moves[0]?.move && values.problemOf(moves[0].move, target.step);
    return problem ?? await director.play([...path.map((move) => ({ move })), ...moves]);
  };
  // Nearest first.
  for (const goal of listGoals(graph, [...shortest.keys()])) {
    const { target } = goal;
    if (director.hasReached(target)) continue;
    const why = await play(goal);
    if (director.hasReached(target)) continue;
    const dead = deadGuards.get(describeTarget(target));
    missed.push({ target, why: dead ?? why ?? "the planned path did not reach it" });
  }
  return missed;
}

/** Plays random walks, each from a random step, until `decisions` were made in total. */
async function walk(
  { graph, shortest, values, director }: Search,
  random: Random,
  decisions: number,
): Promise<void> {
  const starts = [...shortest.values()];
  const toolsOf = (step: string) => graph.steps.get(step)!.tools;
  const outcomes = outcomesOf(...[...graph.steps.keys()].flatMap(toolsOf));
  const mayAsk = outcomes.includes("denied");
  const isPlayable = (move: Move, step: string) =>
    values.problemOf(move, step) === undefined &&
    (move.action !== "TOOL_CALL" ||
      outcomesOf(findTool(graph.steps.get(step)!, move.tool)!).includes(move.outcome));
  while (director.decisions < decisions) {
    const before = director.decisions;
    let left = WALK_LENGTH;
    await director.play(pick(starts, random)!.map((move) => ({ move })), (step, legal) => {
      if (left-- <= 0) return undefined;
      const outcome = pick(outcomes, random)!;
      const isAsked = outcome === "denied" || !mayAsk || random() < 0.5;
      const moves = openMoves(legal, { outcome, isAsked });
      return pick(moves.filter((move) => isPlayable(move, step)), random);
    });
    // An agent without a legal action in its start step never makes a decision.
    if (director.decisions === before) return;
  }
}
