/**
 * How many bytes one decision of the profile scenario allocates.
 *
 * @module
 */
import { getHeapStatistics } from "node:v8";
import { runScenario } from "../../src/profile/scenario.ts";

const setting = { tools: 1, cache: true, validate: true, freshTools: false };

/** Counted by the engine since it began; the types do not know it yet. */
const allocated = (): number =>
  (getHeapStatistics() as unknown as { readonly total_allocated_bytes: number })
    .total_allocated_bytes;

await runScenario({ ...setting, iterations: 10_000 });
const before = allocated();
const { decisions } = await runScenario({ ...setting, iterations: 10_000 });
console.log(JSON.stringify({ bytes: (allocated() - before) / decisions }));
