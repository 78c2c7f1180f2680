/**
 * Short form of `deno task chaos`: all scenarios of a store, each with the least effort that
 * still covers every kind of fault.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { SCENARIOS } from "../../scripts/chaos/run_chaos.ts";
import type { Effort, Environment } from "../../scripts/chaos/scenario.ts";

/** Least effort. `deno task chaos` kills 200 workers and tries every commit point. */
const SHORT: Effort = { kills: 3, seed: 1, stride: 29, turns: 6, clients: 12 };

/** Runs the scenarios of an environment, each as a step of the test. */
export async function runShort(test: Deno.TestContext, environment: Environment): Promise<void> {
  for (const { name, run } of SCENARIOS[environment.kind]) {
    await test.step(name, async () => {
      const { problems, faults, lost, duplicates, onceRepeated } = await run(environment, SHORT);
      assertEquals(problems, []);
      assertEquals([lost, duplicates, onceRepeated], [0, 0, 0]);
      assertEquals(faults > 0, !name.includes("posts"), name);
    });
  }
}
