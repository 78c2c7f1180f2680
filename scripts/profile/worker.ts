/**
 * Program of the worker processes of `deno task profile`: one is timed while it is cold, one is
 * sampled while it is warm, and one counts calls. It prints its result as JSON.
 *
 *     worker.ts cold|times|counts SETTING
 *
 * @module
 */

import { startCounting } from "../../src/profile/functions/call_counts.ts";
import type { ColdRun, CountedRun, WarmRuns } from "./measurement.ts";
import type { ScenarioSetting } from "./scenario.ts";

/**
 * Minimum duration to sample, in milliseconds: a second, and a margin for both ends of the
 * profile.
 */
const SAMPLED_MS = 1_100;

/** Number of sessions of a cold start, with three decisions each. */
const COLD_SESSIONS = 10;

const TASKS = { cold: timeColdStart, times: timeRuns, counts: countRun };

if (import.meta.main) {
  const [task, text = ""] = Deno.args;
  const setting: ScenarioSetting = JSON.parse(text);
  console.log(JSON.stringify(await TASKS[task as keyof typeof TASKS](setting)));
}

/** Times the first sessions of this process, and those of the first run. */
async function timeColdStart(setting: ScenarioSetting): Promise<ColdRun> {
  const { buildScenario, runScenario } = await import("./scenario.ts");
  const scenario = await buildScenario(setting);
  const begun = performance.now();
  const elapsed = () => 1e3 * (performance.now() - begun);
  // The first turn would load it.
  await import("../../src/session/turn_code.ts");
  const loading = elapsed();
  // Both begin with the first session, and the shorter one ends first.
  const { iterations } = setting;
  await runScenario(scenario, Math.min(iterations, COLD_SESSIONS));
  const shorter = elapsed();
  await runScenario(scenario, Math.abs(iterations - COLD_SESSIONS));
  const longer = elapsed();
  const [cold, coldStart] = iterations <= COLD_SESSIONS ? [shorter, longer] : [longer, shorter];
  return { coldStart, loading, cold };
}

/** Repeats the scenario until {@linkcode SAMPLED_MS} have passed. */
async function timeRuns(setting: ScenarioSetting): Promise<WarmRuns> {
  const { repeatScenario, scenario } = await warmUp(setting);
  const begun = performance.now();
  const { repetitions } = await repeatScenario(scenario, setting.iterations, SAMPLED_MS);
  return { warm: 1e3 * (performance.now() - begun) / repetitions, repetitions };
}

/** Counts the calls of one run of the scenario. */
async function countRun(setting: ScenarioSetting): Promise<CountedRun> {
  const countCalls = await startCounting();
  const { repeatScenario, scenario } = await warmUp(setting);
  const { result: { figures }, counts } = await countCalls(
    setting.iterations,
    (iterations) => repeatScenario(scenario, iterations),
  );
  return { figures, counts };
}

/** Builds the scenario and plays its first sessions, which also load the modules of turns. */
async function warmUp(setting: ScenarioSetting) {
  const { buildScenario, repeatScenario, runScenario } = await import("./scenario.ts");
  const scenario = await buildScenario(setting);
  await runScenario(scenario, COLD_SESSIONS);
  return { repeatScenario, scenario };
}
