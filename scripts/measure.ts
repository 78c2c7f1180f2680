/**
 * `deno task bench:measure`: every figure that has a budget, and its like.
 *
 * @module
 */
import { type Figure, isWithin } from "../bench/figure.ts";
import { measure, MEASURES } from "../bench/process/measures.ts";
import { toText } from "../bench/report/table.ts";
import { figuresTable } from "../bench/report/tables.ts";
import { TIMED } from "../bench/timings.ts";
import { type Command, type FlagValues, makeMistake, readFlags } from "../src/profile/command_line.ts";
import { runJson } from "./child.ts";
import { type CommandResult, runCommand, toJson } from "./command.ts";
import { during } from "./progress.ts";

const FLAGS = { rounds: 5, filter: "", json: false };

type MeasureOptions = FlagValues<typeof FLAGS>;

const USAGE = `Measures time in one process, and what only a process of its own shows: import,
first turn, bundle, heap, a long log, type check, the tests. Ends with code 1 if a budget is
exceeded.

Usage: deno task bench:measure [flags]

      --rounds NUMBER  measure each this often (5)
      --filter TEXT    measure only what has TEXT in its name
      --json           print JSON
  -h, --help           print this
`;

const TIMINGS = new URL("../bench/timings.ts", import.meta.url).href;
const NAMES: readonly string[] = [...TIMED, ...MEASURES.map(({ figure }) => figure.name)];

if (import.meta.main) {
  Deno.exit(await runCommand(readFlags(Deno.args, FLAGS, { check }), USAGE, run));
}

/** Measures what a clock inside one process can see. */
export function measureTimings(again: string = ""): Promise<Figure[]> {
  return during(`Measuring time in one process ${again}`, () => runJson<Figure[]>([TIMINGS]));
}

/** Measures what only a process of its own shows, if a text is in its name. Default: everything. */
export async function measureProcesses(rounds: number, filter = ""): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const one of MEASURES.filter(({ figure }) => figure.name.includes(filter))) {
    figures.push(await during(`Measuring ${one.figure.name}`, () => measure(one, rounds)));
  }
  return figures;
}

async function run({ rounds, filter, json }: MeasureOptions): Promise<CommandResult> {
  const isTimed = TIMED.some((name) => name.includes(filter));
  const timings = isTimed ? await measureTimings() : [];
  const figures = timings.filter(({ name }) => name.includes(filter));
  figures.push(...await measureProcesses(rounds, filter));
  return {
    output: json ? toJson(figures) : `${toText(figuresTable(figures))}\n`,
    success: figures.every((figure) => isWithin(figure) !== false),
  };
}

function check({ filter }: MeasureOptions): Command<never> | undefined {
  if (NAMES.some((name) => name.includes(filter))) return undefined;
  const names = NAMES.map((name) => JSON.stringify(name)).join(", ");
  return makeMistake(filter, `part of ${names}`, "--filter");
}
