/**
 * `deno task bench`: measures the cost of the framework. `--help` prints the flags.
 *
 * @module
 */
import type { Figure } from "../bench/figure.ts";
import { measurePeers, PEERS } from "../bench/peers/measure_peers.ts";
import { type Bench, runBenches } from "../bench/report/benches.ts";
import { type Change, compareResults, makeChangesTable } from "../bench/report/compare.ts";
import { mergeBenches, mergeFigures } from "../bench/report/merge_runs.ts";
import { type BenchOptions, parseOptions, USAGE } from "../bench/report/options.ts";
import { replaceFigures, writeReadmePart, writeResultsPage } from "../bench/report/page.ts";
import { plotPeers } from "../bench/report/plot.ts";
import { readResults, type Results, RESULTS_VERSION } from "../bench/report/results.ts";
import { readSetting } from "../bench/report/setting.ts";
import { toText } from "../bench/report/table.ts";
import { makeBenchesTable, makeFiguresTable, makePeersTable } from "../bench/report/tables.ts";
import { runDeno } from "./child.ts";
import { type CommandResult, runCommand, toJson } from "./command.ts";
import { measureProcesses, measureTimings } from "./measure.ts";
import { announce } from "./progress.ts";

const ROOT = new URL("../", import.meta.url);
const BENCHES = new URL("bench/", ROOT);

/** Maximum number of further runs if figures are worse. */
const MAX_RERUNS = 2;

if (import.meta.main) Deno.exit(await runCommand(parseOptions(Deno.args), USAGE, bench));

async function bench(options: BenchOptions): Promise<CommandResult> {
  const { against, from, output, report, noise } = options;
  // Files are read and created first, so that a mistake is reported before the measurement.
  const before = against === undefined ? undefined : await readFile(against);
  if (output !== undefined) await Deno.writeTextFile(output, "", { append: true });
  let results = from === undefined ? await measure(options) : await readFile(from);
  const compare = () => before === undefined ? [] : compareResults(before, results, noise);
  let changes = compare();
  // A worse figure may be due to a disturbance: it is measured again, and the best run counts.
  for (let run = 0; run < MAX_RERUNS && from === undefined && countWorse(changes) > 0; run++) {
    const { benches, figures } = await measureTimes();
    results = {
      ...results,
      benches: mergeBenches(results.benches, benches),
      figures: mergeFigures(results.figures, figures),
    };
    changes = compare();
  }
  if (output !== undefined) await Deno.writeTextFile(output, toJson(results));
  if (report) await writeReport(results);
  if (before === undefined) return { output: format(results), success: true };
  const worse = countWorse(changes);
  const count = worse === 0 ? "Nothing" : `${worse} of ${changes.length} figures`;
  return {
    output: `${toText(makeChangesTable(changes))}\n\n${count} worse by more than the noise\n`,
    success: worse === 0,
  };
}

function countWorse(changes: readonly Change[]): number {
  return changes.filter(({ verdict }) => verdict === "worse").length;
}

/** Measures everything sequentially, because concurrent measurements disturb each other. */
async function measure({ rounds, report }: BenchOptions): Promise<Results> {
  const { benches, figures } = await measureTimes();
  figures.push(...await measureProcesses(rounds));
  const peers = report ? await measurePeers(PEERS, rounds) : undefined;
  const commands = ["deno bench", "deno task bench:measure"];
  if (report) commands.push("deno task bench:peers");
  commands.push(report ? "deno task bench --report" : "deno task bench");
  const setting = await readSetting(commands);
  return { version: RESULTS_VERSION, setting, figures, benches, ...(peers && { peers }) };
}

/** Measures what can be timed within one process. */
async function measureTimes(): Promise<{ benches: Bench[]; figures: Figure[] }> {
  const benches = await announce("Running deno bench", () => runBenches(BENCHES));
  return { benches, figures: await measureTimings() };
}

function format({ figures, benches, peers }: Results): string {
  const tables = [makeBenchesTable(benches), makeFiguresTable(figures)];
  if (peers !== undefined) tables.push(makePeersTable(peers));
  return tables.map((table) => `${toText(table)}\n`).join("\n");
}

/** Writes the files of the repository that contain figures. */
async function writeReport(results: Results): Promise<void> {
  const write = (path: string, text: string) => Deno.writeTextFile(new URL(path, ROOT), text);
  const { peers, setting } = results;
  const readme = await Deno.readTextFile(new URL("README.md", ROOT));
  const part = replaceFigures(readme, writeReadmePart(results));
  await write("bench/results.json", toJson(results));
  await write("bench/RESULTS.md", writeResultsPage(results, "history.svg"));
  if (peers !== undefined) await write("bench/history.svg", plotPeers(peers, setting));
  await write("README.md", part);
  // Breaks the lines of the prose.
  const files = ["README.md", "bench/RESULTS.md", "bench/results.json", "bench/history.svg"];
  await runDeno(["fmt", "--quiet", ...files], ROOT);
}

async function readFile(path: string): Promise<Results> {
  let text: string;
  try {
    text = await Deno.readTextFile(path);
  } catch (error) {
    throw new Error(`Cannot read ${path}: ${(error as Error).message}`, { cause: error });
  }
  return readResults(text, path);
}
