/**
 * The program of the two processes that `deno task profile` starts: one is
 * sampled, the other counts. It prints what it found as JSON.
 *
 *     worker.ts times|counts SETTING
 *
 * @module
 */

import { startCounter } from "./call_counts.ts";
import type { CountedRun, TimedRuns } from "./measurement.ts";
import type { ScenarioSetting } from "./scenario.ts";

/** Milliseconds that are played at least: a second, and what the ends of the profile lose. */
const SAMPLED_MS = 1_100;

if (import.meta.main) {
  const [task, text = ""] = Deno.args;
  const setting: ScenarioSetting = JSON.parse(text);
  console.log(JSON.stringify(await (task === "counts" ? countRun(setting) : timeRuns(setting))));
}

/** Repeats the run until there is enough to sample. */
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

/** Counts the calls of one run. */
async function countRun(setting: ScenarioSetting): Promise<CountedRun> {
  const counter = await startCounter(import.meta.url);
  const { runScenario } = await import("./scenario.ts");
  await counter.reset();
  const figures = await runScenario(setting);
  return { figures, counts: await counter.finish() };
}
