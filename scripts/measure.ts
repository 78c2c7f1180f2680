/**
 * `deno task bench:measure`: what a benchmark inside one process cannot see.
 *
 * @module
 */
import { parseArgs } from "@std/cli/parse-args";
import type { Figure } from "../bench/figure.ts";
import { measure, MEASURES } from "../bench/process/measures.ts";
import { toText } from "../bench/report/table.ts";
import { figuresTable } from "../bench/report/tables.ts";
import { type Command, earlyAnswer, mistake, positive } from "../src/profile/command_line.ts";
import { runCommand } from "./command.ts";
import { showProgress } from "./progress.ts";

/** The settings of one command. */
interface MeasureOptions {
  readonly rounds: number;
  readonly filter: string;
  readonly json: boolean;
}

const USAGE = `Measures in fresh processes: heap, allocation, import, bundle, type check.

Usage: deno task bench:measure [flags]

      --rounds NUMBER  measure each this often (5)
      --filter TEXT    measure only what has TEXT in its name
      --json           print JSON
  -h, --help           print this
`;

if (import.meta.main) Deno.exit(await runCommand(parseOptions(Deno.args), USAGE, run));

/** Measures everything whose name has a text in it. Default: everything. */
export async function measureAll(rounds: number, filter = ""): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const one of MEASURES.filter(({ figure }) => figure.name.includes(filter))) {
    const endProgress = showProgress(`Measuring ${one.figure.name}`);
    try {
      figures.push(await measure(one, rounds));
    } finally {
      endProgress();
    }
  }
  return figures;
}

async function run({ rounds, filter, json }: MeasureOptions): Promise<string> {
  const figures = await measureAll(rounds, filter);
  if (json) return `${JSON.stringify(figures, null, 2)}\n`;
  return `${toText(figuresTable(figures))}\n`;
}

function parseOptions(args: readonly string[]): Command<MeasureOptions> {
  const early = earlyAnswer();
  const flags = parseArgs([...args], {
    alias: { h: "help" },
    boolean: ["json", "help"],
    string: ["rounds", "filter"],
    default: { rounds: "5", filter: "" },
    unknown: early.unknown,
  });
  const answer = early.answer(flags);
  if (answer !== undefined) return answer;
  const rounds = positive(flags.rounds);
  if (rounds === undefined) return mistake(flags.rounds, "a whole number from 1", "--rounds");
  const { filter, json } = flags;
  if (!MEASURES.some(({ figure }) => figure.name.includes(filter))) {
    const names = MEASURES.map(({ figure }) => JSON.stringify(figure.name)).join(", ");
    return mistake(filter, `part of ${names}`, "--filter");
  }
  return { kind: "run", options: { rounds, filter, json } };
}
