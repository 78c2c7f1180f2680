/**
 * The figures that have a budget of time. Every figure is measured in five
 * rounds in which a figure and its floor take turns, in one process.
 *
 *     deno run --no-prompt bench/budgets.ts
 *
 * prints them as JSON.
 *
 * @module
 */
import { barista } from "../examples/barista.ts";
import { findSchema, SchemaCache } from "../src/schema/schema_cache.ts";
import { runScenario } from "../src/profile/scenario.ts";
import { explore } from "../src/testing/explore/explore.ts";
import { makeAgent, makeTool, makeTools, shapeWith } from "./agents.ts";
import { validateScenario } from "./bare_valibot.ts";
import { type Budget, type Figure, spreadOf } from "./figure.ts";
import { quietModel, readingModel, sessionOf, takeTurns } from "./history.ts";

const ROUNDS = 5;
const ITERATIONS = 20_000;
const LOOKUPS = 2_000_000;
const TURNS = 3_000;
const LONGEST_RUN = 1_000;

/** What is measured: a name, and something that does it so many times. */
interface Side {
  readonly name: string;
  readonly units: number;
  /** May prepare first, which is not timed, and then gives what is. */
  readonly run: () => void | Promise<void | (() => Promise<void>)>;
}

if (import.meta.main) console.log(JSON.stringify(await measureBudgets()));

/** Measures them all. */
export async function measureBudgets(): Promise<Figure[]> {
  return [
    ...await decisionFigures(),
    ...await historyFigures(),
    ...await makingFigures(),
    ...await exploringFigures(),
  ];
}

async function decisionFigures(): Promise<Figure[]> {
  const setting = { tools: 1, iterations: ITERATIONS, cache: true, validate: true };
  const [bare, ours] = await times([
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
      run: async () => void await runScenario({ ...setting, freshTools: false }),
    },
  ]);
  return [{ ...ours!, floor: bare!, budget: { kind: "times the floor", limit: 6 } }];
}

async function historyFigures(): Promise<Figure[]> {
  const limits = new Map([[1_000, 2], [10_000, 4]]);
  const figures: Figure[] = [];
  for (
    const [model, what] of [[quietModel, ""], [readingModel, " that a model reads"]] as const
  ) {
    const lengths = [10, 1_000, 10_000];
    const [short, ...long] = await times(lengths.map((messages) => ({
      name: `a turn after ${messages.toLocaleString("en-US")} messages${what}`,
      units: TURNS,
      run: async () => {
        // A history grows out of its class while it is measured: many are used a little.
        const turns = Math.min(LONGEST_RUN, messages);
        const sessions = await Promise.all(
          Array.from({ length: TURNS / turns }, () => sessionOf(model(), messages)),
        );
        return async () => {
          for (const session of sessions) await takeTurns(session, turns);
        };
      },
    })));
    figures.push(short!);
    for (const [index, figure] of long.entries()) {
      const limit = limits.get(lengths[index + 1]!)!;
      // Only a model that reads nothing shows what the framework does: reading is copying a list.
      const budget: Budget = { kind: "times the floor", limit };
      figures.push({ ...figure, floor: short!, ...(what === "" && { budget }) });
    }
  }
  return figures;
}

async function makingFigures(): Promise<Figure[]> {
  const agent = makeAgent();
  const kept = makeTool();
  const cache = new SchemaCache();
  const held = new Map();
  const shape = shapeWith(makeTools(1));
  const [lookup, tool, session] = await times([
    {
      name: "a cached schema look-up",
      units: LOOKUPS,
      run: () => {
        for (let found = 0; found < LOOKUPS; found++) findSchema(cache, held, "", () => shape);
      },
    },
    {
      name: `a tool made anew with a schema seen before`,
      units: ITERATIONS,
      run: () => {
        for (let made = 0; made < ITERATIONS; made++) makeTool(kept.name);
      },
    },
    {
      name: "a new session",
      units: ITERATIONS,
      run: () => {
        for (let made = 0; made < ITERATIONS; made++) agent.createSession();
      },
    },
  ]);
  const [minimum, median] = [lookup!.minimum * 1e3, lookup!.median * 1e3];
  return [
    {
      ...lookup!,
      unit: "ns",
      minimum,
      median,
      budget: { kind: "itself", limit: 60 },
      resolution: 10,
    },
    { ...tool!, budget: { kind: "itself", limit: 3 }, resolution: 0.5 },
    { ...session!, budget: { kind: "itself", limit: 2 }, resolution: 0.1 },
  ];
}

async function exploringFigures(): Promise<Figure[]> {
  const decisions = 10_000;
  const side = (checks: boolean): Side => ({
    name: `a decision that explore() plays, ${checks ? "with all" : "without"} checks`,
    units: decisions,
    run: async () => void await explore(barista, { decisions, checks }),
  });
  const [checked, bare] = await times([side(true), side(false)]);
  return [
    // 20,000 and 80,000 a second.
    { ...checked!, budget: { kind: "itself", limit: 50 } },
    { ...bare!, budget: { kind: "itself", limit: 12.5 } },
  ];
}

/** Measures the sides in turn, round by round: microseconds per unit. */
async function times(sides: readonly Side[]): Promise<Figure[]> {
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
  return sides.map(({ name }, index) => ({ name, unit: "µs", ...spreadOf(rounds[index]!) }));
}
