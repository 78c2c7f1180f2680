/**
 * Program of the two worker processes of `deno task profile`: one is sampled, the other
 * counts calls. It prints its result as JSON.
 *
 *     worker.ts times|counts SETTING
 *
 * @module
 */

import { startCounter } from "./call_counts.ts";
import type { CountedRun, TimedRuns } from "./measurement.ts";
import type { ScenarioSetting } from "./scenario.ts";

/**
 * Minimum duration to sample, in milliseconds: a second, and a margin for both ends of the
 * profile.
 */
const SAMPLED_MS = 1_100;

if (import.meta.main) {
  const [task, text = ""] = Deno.args;
  const setting: ScenarioSetting = JSON.parse(text);
  console.log(JSON.stringify(await (task === "counts" ? countRun(setting) : timeRuns(setting))));
}

/** Repeats the scenario until {@linkcode SAMPLED_MS} have passed. */
async function timeRuns(setting: ScenarioSetting): Promise<TimedRuns> {
  const { runScenario } = await import("./scenario.ts");
  const begun = performance.now();
  await runScenario(setting);
  const cold = performance.now() - begun;
  let repetitions = 1;
  let elapsed = cold;
  while (elapsed < SAMPLED_MS) {
    await runScenario(setting);
    repetitions++;
    elapsed = performance.now() - begun;
  }
  const warm = repetitions === 1 ? cold : (elapsed - cold) / (repetitions - 1);
  return { cold: 1e3 * cold, warm: 1e3 * warm, repetitions };
}

/** Counts the calls of one run of the scenario. */
async function countRun(setting: ScenarioSetting): Promise<CountedRun> {
  const counter = await startCounter(import.meta.url);
  const { runScenario } = await import("./scenario.ts");
  await counter.reset();
  const figures = await runScenario(setting);
  return { figures, counts: await counter.finish() };
}
