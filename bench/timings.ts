/**
 * Times that are measured within one process, in five rounds that alternate between a figure
 * and its floor.
 *
 *     deno run --no-prompt bench/timings.ts
 *
 * prints them as JSON.
 *
 * @module
 */
import type { Observer } from "@nomos/agent/observer";
import { Profiler } from "@nomos/agent/profile";
import { buildScenario, runScenario } from "../scripts/profile/scenario.ts";
import { DECISIONS, ForgetfulLLM, makeTalkingAgent } from "./agents.ts";
import { validateScenario } from "./bare_valibot.ts";
import { withBudget } from "./budgets.ts";
import { type Figure, spreadOf } from "./figure.ts";
import { makeReadingModel, makeSession, playTurns } from "./history.ts";

const ROUNDS = 5;
const ITERATIONS = 20_000;
const TURNS = 3_000;
const LONGEST_RUN = 1_000;
const LENGTHS = [10, 1_000, 10_000];

/** Figure or floor. */
interface Side {
  readonly name: string;
  readonly units: number;
  /** Runs the work `units` times. May return a function, which is then timed instead. */
  readonly run: () => void | Promise<void | (() => Promise<void>)>;
}

/** A decision of the profile scenario, after its floor. */
const DECISION_SIDES: readonly Side[] = [
  {
    name: "bare valibot on the same decisions",
    units: 3 * ITERATIONS,
    run: () => {
      for (let iteration = 0; iteration < ITERATIONS; iteration++) validateScenario();
    },
  },
  {
    name: "a decision of the profile scenario",
    units: 3 * ITERATIONS,
    run: async () => {
      const setting = { tools: 1, iterations: ITERATIONS, cache: true, validate: true };
      const scenario = await buildScenario({ ...setting, freshTools: false });
      return async () => void await runScenario(scenario, ITERATIONS);
    },
  },
];

/** Turns of a model that reads all messages. The floor is the shortest history. */
const HISTORY_SIDES: readonly Side[] = LENGTHS.map((messages) => ({
  name: `a turn after ${messages.toLocaleString("en-US")} messages that a model reads`,
  units: TURNS,
  run: async () => {
    // Uses several sessions, because each turn lengthens the history that is measured.
    const turns = Math.min(LONGEST_RUN, messages);
    const sessions = await Promise.all(
      Array.from({ length: TURNS / turns }, () => makeSession(makeReadingModel(), messages)),
    );
    return async () => {
      for (const session of sessions) await playTurns(session, turns);
    };
  },
}));

/** Decisions of a long session with a profiler. The floor is the same session without one. */
const PROFILED_SIDES: readonly Side[] = [
  { name: "a decision of 1,000 turns", units: 1_000, run: () => playLong([], 0, 1_000) },
  {
    name: "a decision of 1,000 turns with a profiler",
    units: 1_000,
    run: () => playLong([new Profiler()], 0, 1_000),
  },
];

/** Decisions with a profiler early and late in a long session. The floor is early. */
const LATE_SIDES: readonly Side[] = [
  { name: "after 100 turns", units: 400, run: () => playLong([new Profiler()], 100, 400) },
  {
    name: "a decision with a profiler after 1,000 turns",
    units: 400,
    run: () => playLong([new Profiler()], 1_000, 400),
  },
];

/** Prepares a session with observers, in which turns are played after those that it has. */
async function playLong(
  observers: readonly Observer[],
  before: number,
  turns: number,
): Promise<() => Promise<void>> {
  const session = makeTalkingAgent(new ForgetfulLLM([DECISIONS[0]!]), observers).createSession();
  for (let turn = 0; turn <= before; turn++) await session.next("hello");
  return async () => {
    for (let turn = 0; turn < turns; turn++) await session.next("hello");
  };
}

/** Names of the figures, without floors. */
export const TIMED: readonly string[] = [DECISION_SIDES, HISTORY_SIDES, PROFILED_SIDES, LATE_SIDES]
  .flatMap(([, ...sides]) => sides.map(({ name }) => name));

if (import.meta.main) {
  const figures = [
    ...await measure(DECISION_SIDES),
    ...await measure(HISTORY_SIDES),
    ...await measure(PROFILED_SIDES),
    ...await measure(LATE_SIDES),
  ];
  console.log(JSON.stringify(figures));
}

/** Measures the floor, which is first, and the figures, in microseconds per unit. */
async function measure(sides: readonly Side[]): Promise<Figure[]> {
  const rounds = sides.map((): number[] => []);
  for (let round = 0; round < ROUNDS; round++) {
    for (const [index, { run, units }] of sides.entries()) {
      let begun = performance.now();
      const prepared = await run();
      if (typeof prepared === "function") {
        begun = performance.now();
        await prepared();
      }
      rounds[index]!.push((performance.now() - begun) * 1000 / units);
    }
  }
  const [floor, ...figures] = sides.map(({ name }, index) => {
    return { name, unit: "µs" as const, ...spreadOf(rounds[index]!) };
  });
  return figures.map((figure) => withBudget({ ...figure, floor: floor! }));
}
