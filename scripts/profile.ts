/**
 * `deno task profile`: shows where the time of a decision goes. `--help` prints the flags.
 * Needs `--allow-read --allow-write --allow-run`.
 *
 * The scenario runs in processes of its own, because sampling and counting would disturb each
 * other, and both a cold start. Only the counting process has a permission.
 *
 * @module
 */

import { fileURLToPath } from "node:url";
import { checkWritable, writeFile } from "../src/cli/write_file.ts";
import { drawFlameGraph } from "../src/profile/draw/flame_graph.ts";
import { formatCount, formatNumber, formatTime } from "../src/profile/draw/table.ts";
import { type CpuProfile, readCpuProfile } from "../src/profile/functions/cpu_profile.ts";
import { FUNCTION_GROUPS, makeFunctionFrames } from "../src/profile/functions/function_frames.ts";
import { withRelativeFiles } from "../src/profile/functions/function_place.ts";
import { type Comparison, comparisonData, formatComparison } from "./profile/compare.ts";
import {
  type ColdRun,
  type CountedRun,
  makeMeasurement,
  type Measurement,
  type WarmRuns,
} from "./profile/measurement.ts";
import { parseOptions, type ProfileOptions, USAGE } from "./profile/options.ts";
import { describeSetting, formatReport, reportData } from "./profile/report.ts";
import type { ScenarioSetting } from "./profile/scenario.ts";
import { inTemporaryFolder, runJson } from "./child.ts";
import { runCommand, toJson } from "./command.ts";
import { announce } from "./progress.ts";

/** Compared steps: with few and with many tools, in each library. */
const COMPARED: readonly Required<Pick<ScenarioSetting, "tools" | "library">>[] = [
  { tools: 1, library: "valibot" },
  { tools: 1, library: "zod" },
  { tools: 20, library: "valibot" },
  { tools: 20, library: "zod" },
];

const ROOT = new URL("../", import.meta.url).href;
const WORKER = new URL("./profile/worker.ts", import.meta.url).href;

/** Tasks of the worker, with the words that announce them. */
const WORK = { cold: "Starting", times: "Sampling", counts: "Counting" };

/** Number of cold starts, of which the fastest is reported: everything else is noise. */
const COLD_STARTS = 3;

/** Measurement with its CPU profile. */
interface Profiled extends Measurement {
  readonly profile: CpuProfile;
}

if (import.meta.main) Deno.exit(await runCommand(parseOptions(Deno.args), USAGE, profile));

/** Measures, and writes the two files. Returns the output. */
async function profile(options: ProfileOptions): Promise<string> {
  checkWritable(Object.values(nameFiles(options.output)));
  const { iterations, validate, cache, "keep-tools": keepTools } = options;
  if (!options.compare) {
    const setting = { tools: 1, iterations, cache, validate, freshTools: !keepTools };
    const found = await measure(setting);
    const files = writeFiles(options.output, found);
    return options.json
      ? toJson({ ...reportData(found, options, ROOT), files })
      : `${formatReport(found, options, ROOT)}\n\n${describeFiles(files)}\n`;
  }
  const compared: (Comparison & { readonly after: Profiled })[] = [];
  for (const step of COMPARED) {
    const setting = { ...step, iterations, validate, freshTools: true };
    compared.push({
      before: await measure({ ...setting, cache: false }),
      after: await measure({ ...setting, cache: true }),
    });
  }
  const files = writeFiles(options.output, compared[0]!.after);
  return options.json
    ? toJson({ compared: compared.map((sides) => comparisonData(sides, options, ROOT)), files })
    : compared.map((sides) => `${formatComparison(sides, options, ROOT)}\n\n`).join("") +
      `${describeFiles(files)}\n`;
}

/** Runs the scenario in its processes, and joins the results. */
async function measure(setting: ScenarioSetting): Promise<Profiled> {
  return await inTemporaryFolder(async (folder) => {
    const colds: ColdRun[] = [];
    while (colds.length < COLD_STARTS) colds.push(await runWorker("cold", [], setting));
    const cold = colds.reduce((a, b) => a.coldStart < b.coldStart ? a : b);
    const sampling = [
      "--cpu-prof",
      "--cpu-prof-interval=100",
      `--cpu-prof-dir=${fileURLToPath(folder)}`,
      "--cpu-prof-name=times.cpuprofile",
    ];
    const warm = await runWorker<WarmRuns>("times", sampling, setting);
    const counting = ["--allow-sys", "--v8-flags=--jitless"];
    const counted = await runWorker<CountedRun>("counts", counting, setting);
    const profile = readCpuProfile(await Deno.readTextFile(new URL("times.cpuprofile", folder)));
    return { ...makeMeasurement(setting, { ...cold, ...warm }, profile, counted), profile };
  });
}

/** Runs the worker, and parses its output. */
function runWorker<Found>(
  task: keyof typeof WORK,
  flags: readonly string[],
  setting: ScenarioSetting,
): Promise<Found> {
  const { tools, library = "valibot", cache } = setting;
  return announce(
    `${WORK[task]} a step with ${formatNumber(tools, "tool")} of ${library}, ` +
      `cache ${cache ? "on" : "off"}`,
    () => runJson([...flags, WORKER, task, JSON.stringify(setting)]),
  );
}

/** Paths of the written files. */
interface WrittenFiles {
  readonly cpuProfile: string;
  readonly flameGraph: string;
}

function nameFiles(stem: string): WrittenFiles {
  return { cpuProfile: `${stem}.cpuprofile`, flameGraph: `${stem}.svg` };
}

function writeFiles(stem: string, found: Profiled): WrittenFiles {
  const files = nameFiles(stem);
  const profile = JSON.stringify(withRelativeFiles(found.profile, ROOT));
  const graph = drawFlameGraph(makeFunctionFrames(found.sampled.tree, ROOT), {
    title: "Flame graph of profile_agent",
    subtitle: `${describeSetting(found.setting)}; ${formatCount(found.times.repetitions)} ` +
      `repetitions, ${formatTime(found.sampled.sampled)} sampled`,
    groups: FUNCTION_GROUPS,
  });
  writeFile(files.cpuProfile, profile);
  writeFile(files.flameGraph, graph);
  return files;
}

function describeFiles({ cpuProfile, flameGraph }: WrittenFiles): string {
  return `Wrote ${cpuProfile} (for DevTools or speedscope) and ${flameGraph} (for a browser)`;
}
