/**
 * `deno task bench:measure`: measures the figures, most of which have a budget.
 *
 * @module
 */
import { type Figure, isWithin } from "../bench/figure.ts";
import { measure, MEASURES } from "../bench/process/measures.ts";
import { toText } from "../bench/report/table.ts";
import { makeFiguresTable } from "../bench/report/tables.ts";
import { TIMED } from "../bench/timings.ts";
import { type FlagValues, makeMistake, readFlags } from "../src/cli/command_line.ts";
import { runJson } from "./child.ts";
import { type CommandResult, runCommand } from "./command.ts";
import { announce } from "./progress.ts";

const FLAGS = { rounds: 5, filter: "" };

type MeasureOptions = FlagValues<typeof FLAGS>;

const USAGE = `Measures times within one process, and in processes of their own: import, first turn,
bundle, heap, a long log, type check and the tests. Exits with 1 if a budget is exceeded.

Usage: deno task bench:measure [flags]

      --rounds NUMBER  number of rounds (5)
      --filter TEXT    measure only figures whose name contains TEXT
  -h, --help           print this help
`;

const TIMINGS = new URL("../bench/timings.ts", import.meta.url).href;
const NAMES: readonly string[] = [...TIMED, ...MEASURES.map(({ name }) => name)];

if (import.meta.main) {
  Deno.exit(await runCommand(readFlags(Deno.args, FLAGS, { check }), USAGE, run));
}

/** Measures times within one process. */
export function measureTimings(): Promise<Figure[]> {
  return announce("Measuring times within one process", () => runJson<Figure[]>([TIMINGS]));
}

/** Measures the figures of other processes whose name contains `filter`. */
export async function measureProcesses(rounds: number, filter = ""): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const figure of MEASURES.filter(({ name }) => name.includes(filter))) {
    figures.push(await announce(`Measuring ${figure.name}`, () => measure(figure, rounds)));
  }
  return figures;
}

async function run({ rounds, filter }: MeasureOptions): Promise<CommandResult> {
  const isTimed = TIMED.some((name) => name.includes(filter));
  const timings = isTimed ? await measureTimings() : [];
  const figures = timings.filter(({ name }) => name.includes(filter));
  figures.push(...await measureProcesses(rounds, filter));
  return {
    output: `${toText(makeFiguresTable(figures))}\n`,
    success: figures.every((figure) => isWithin(figure) !== false),
  };
}

function check({ filter }: MeasureOptions) {
  if (NAMES.some((name) => name.includes(filter))) return undefined;
  const names = NAMES.map((name) => JSON.stringify(name)).join(", ");
  return makeMistake(filter, `part of ${names}`, "--filter");
}
