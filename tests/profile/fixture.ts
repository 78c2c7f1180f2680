import type { CpuProfile } from "../../src/profile/functions/cpu_profile.ts";
import type { FunctionPlace } from "../../src/profile/functions/function_place.ts";
import { makeMeasurement, type Measurement } from "../../scripts/profile/measurement.ts";

/** Root of the repository in the sample profiles. */
export const ROOT = "file:///repository/";

/** Node as the profiles below write it: name, place and children. */
type NodeText = readonly [name: string, place: string, children?: readonly number[]];

/**
 * Makes a profile from nodes and samples. A sample is the id of a node, which is its index from 1,
 * and the microseconds until the next sample.
 */
export function makeProfile(
  nodes: readonly NodeText[],
  samples: readonly (readonly [id: number, time: number])[],
): CpuProfile {
  const times = samples.map(([, time]) => time);
  return {
    nodes: nodes.map(([functionName, place, children = []], index) => {
      const [, url = "", line = "-1", column = "-1"] = /^(.*?)(?::(-?\d+):(-?\d+))?$/.exec(place)!;
      return {
        id: index + 1,
        callFrame: {
          functionName,
          url,
          lineNumber: Number(line),
          columnNumber: Number(column),
        },
        children,
      };
    }),
    samples: samples.map(([id]) => id),
    timeDeltas: [5, ...times.slice(0, -1)],
    startTime: 1000,
    endTime: 1000 + 5 + times.reduce((sum, time) => sum + time, 0),
  };
}

/**
 * Makes a profile: startup (100 µs), then `repeatScenario` (20) calling `fib` (30), which calls
 * itself (40) and an arrow (10); then garbage collection (50), idling (5), the engine (15), the scenario again (1),
 * and shutting down (7).
 */
export function sampleProfile(): CpuProfile {
  return makeProfile([
    ["(root)", "", [2, 3, 7, 8, 9]],
    ["", `${ROOT}main.ts:0:0`],
    ["repeatScenario", `${ROOT}src/profile/scenario.ts:9:22`, [4]],
    ["fib", `${ROOT}src/fib.ts:0:12`, [5, 6]],
    ["fib", `${ROOT}src/fib.ts:0:12`],
    ["", `${ROOT}src/fib.ts:4:30`],
    ["(garbage collector)", ""],
    ["(idle)", ""],
    ["(program)", ""],
  ], [[2, 100], [3, 20], [4, 30], [5, 40], [6, 10], [7, 50], [8, 5], [9, 15], [3, 1], [2, 7]]);
}

/** Makes a function of the sample profiles. */
export function place(name: string, file: string, line: number): FunctionPlace {
  return { name, url: `${ROOT}${file}`, line };
}

/** Makes a measurement from {@linkcode sampleProfile}, of two runs of one iteration. */
export function sampleMeasurement(cache = true): Measurement {
  return makeMeasurement(
    { tools: 1, iterations: 1, cache, validate: true, freshTools: true },
    { coldStart: 9000, loading: 4000, cold: 2000, warm: 90, repetitions: 2 },
    sampleProfile(),
    {
      figures: { decisions: 3, schemasBuilt: cache ? 1 : 3, cacheHits: cache ? 2 : 0 },
      counts: [
        {
          place: place("repeatScenario", "src/profile/scenario.ts", 10),
          calls: 1,
          primitiveCalls: 1,
        },
        { place: place("fib", "src/fib.ts", 1), calls: cache ? 1200 : 2400, primitiveCalls: 900 },
        { place: place("(anonymous)", "src/fib.ts", 5), calls: 4, primitiveCalls: 4 },
        { place: place("(anonymous)", "src/fib.ts", 6), calls: 2, primitiveCalls: 2 },
      ],
    },
  );
}
