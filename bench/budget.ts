/**
 * What a decision costs, against what it may cost. Every figure is the minimum
 * of five rounds, and the two sides of a ratio take turns in one process.
 *
 * @module
 */
import { runScenario } from "../src/profile/scenario.ts";
import { validateScenario } from "./bare_valibot.ts";
import { sessionOf, takeTurn } from "./history.ts";
import { makeAgent, makeTool } from "./making.ts";

const ROUNDS = 5;
const ITERATIONS = 20_000;
const DECISIONS = 3 * ITERATIONS;
const TURNS = 300;

await reportDecision();
await reportHistory();
await reportMaking();

async function reportDecision(): Promise<void> {
  const setting = { tools: 1, iterations: ITERATIONS, cache: true, validate: true };
  const [bare, ours] = await least([
    () => {
      for (let iteration = 0; iteration < ITERATIONS; iteration++) validateScenario();
    },
    async () => void await runScenario({ ...setting, freshTools: false }),
  ], DECISIONS);
  console.log(`a decision: ${show(ours)}, bare valibot: ${show(bare)}`);
  console.log(`  ratio ${(ours! / bare!).toFixed(2)}, budget 6`);
}

async function reportHistory(): Promise<void> {
  const lengths = [10, 1_000, 10_000];
  const times = await least(
    lengths.map((messages) => async () => {
      // Short histories grow out of their class while they are measured: many are used a little.
      const turns = Math.min(TURNS, messages);
      const sessions = await Promise.all(
        Array.from({ length: TURNS / turns }, () => sessionOf(messages)),
      );
      return async () => {
        for (const session of sessions) {
          for (let turn = 0; turn < turns; turn++) await takeTurn(session);
        }
      };
    }),
    TURNS,
  );
  for (const [index, messages] of lengths.entries()) {
    const ratio = (times[index]! / times[0]!).toFixed(2);
    console.log(`a turn after ${messages} messages: ${show(times[index])}, ratio ${ratio}`);
  }
  console.log("  budget 2 at 1,000 and 4 at 10,000");
}

async function reportMaking(): Promise<void> {
  const agent = makeAgent();
  const held = makeTool();
  const [tool, session] = await least([
    () => {
      for (let made = 0; made < ITERATIONS; made++) makeTool();
    },
    () => {
      for (let made = 0; made < ITERATIONS; made++) agent.createSession();
    },
  ], ITERATIONS);
  console.log(`a tool made anew with the schema of ${held.name}: ${show(tool)}, budget 3`);
  console.log(`a session: ${show(session)}, budget 2`);
}

/** What is measured; where there is something to prepare, it gives what is then measured. */
type Side = () => void | Promise<void | (() => Promise<void>)>;

/** The least time of each side, in microseconds per unit. */
async function least(sides: readonly Side[], units: number): Promise<number[]> {
  const times = sides.map(() => Infinity);
  for (let round = 0; round < ROUNDS; round++) {
    for (const [index, side] of sides.entries()) {
      let begun = performance.now();
      const prepared = await side();
      if (typeof prepared === "function") {
        begun = performance.now();
        await prepared();
      }
      const time = (performance.now() - begun) * 1000 / units;
      times[index] = Math.min(times[index]!, time);
    }
  }
  return times;
}

function show(microseconds: number | undefined): string {
  return `${microseconds?.toFixed(2)} µs`;
}
