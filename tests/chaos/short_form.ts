/**
 * The short form of `deno task chaos`: all scenarios of a store, each in the least
 * that says something.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { SCENARIOS } from "../../scripts/chaos/run_chaos.ts";
import type { Arena, Effort } from "../../scripts/chaos/scenario.ts";

/** Seconds of work; the long form kills 200 workers, and tries every commit point. */
export const SHORT: Effort = { kills: 3, seed: 1, stride: 29 };

/** Runs the scenarios of the store of an arena, each as a step. */
export async function runShort(test: Deno.TestContext, arena: Arena): Promise<void> {
  for (const { name, run } of SCENARIOS[arena.place.kind]) {
    await test.step(name, async () => {
      const { problems, blows, lost, duplicates, onceRepeated } = await run(arena);
      assertEquals(problems, []);
      assertEquals([lost, duplicates, onceRepeated], [0, 0, 0]);
      assertEquals(blows > 0, !name.includes("posts"), name);
    });
  }
}
