/**
 * The flags of `deno task bench`.
 *
 * @module
 */
import { parseArgs } from "@std/cli/parse-args";
import { type Command, earlyAnswer, mistake, positive } from "../../src/profile/command_line.ts";

/** The settings of one command. */
export interface BenchOptions {
  /** The file that all results are written to. */
  readonly output?: string;
  /** The file of results that are held against. */
  readonly against?: string;
  /** The file of results that are taken instead of measuring. */
  readonly from?: string;
  /** How much of a value may be chance: 0.3 for 30 %. */
  readonly noise: number;
  /** How often each figure is measured. */
  readonly rounds: number;
  /** Whether other frameworks are measured too and the pages written. */
  readonly report: boolean;
}

/** What `--help` prints. */
export const USAGE: string = `Measures what the framework costs: deno bench, figures with budgets,
and what only a process of its own can show.

Usage: deno task bench [flags]

  -o, --output FILE     write all results to FILE, as JSON
      --against FILE    compare with the results in FILE, and end with code 1 if anything is worse;
                        times that look worse are measured up to twice more first
      --noise PERCENT   how much of a value may be chance (30)
      --from FILE       take the results in FILE instead of measuring
      --report          measure other frameworks too, and write bench/results.json,
                        bench/RESULTS.md, bench/history.svg and the figures of the README
      --rounds NUMBER   measure each figure this often (5)
  -h, --help            print this

A figure with a floor is worse only if it is more times its floor and more itself: a ratio also
changes with its floor, a figure with the machine. Where its budget is for what it has over the
floor, that is compared.

Examples:
  deno task bench
  deno task bench --output before.json
  deno task bench --against before.json
  deno task bench --against before.json --from after.json --noise 10
  deno task bench --report
`;

/**
 * Reads the command line.
 *
 * @param args The arguments, as in `Deno.args`.
 * @returns The settings, a request for help, or what is wrong, in one line.
 */
export function parseOptions(args: readonly string[]): Command<BenchOptions> {
  const early = earlyAnswer();
  const flags = parseArgs([...args], {
    alias: { o: "output", h: "help" },
    boolean: ["report", "help"],
    string: ["output", "against", "from", "noise", "rounds"],
    default: { noise: "30", rounds: "5" },
    unknown: early.unknown,
  });
  const answer = early.answer(flags);
  if (answer !== undefined) return answer;

  const rounds = positive(flags.rounds);
  if (rounds === undefined) return mistake(flags.rounds, "a whole number from 1", "--rounds");
  const noise = /^\d+(\.\d+)?$/.test(flags.noise) ? Number(flags.noise) / 100 : undefined;
  if (noise === undefined) return mistake(flags.noise, "per cent, from 0", "--noise");
  const files: Record<string, string> = {};
  for (const flag of ["output", "against", "from"] as const) {
    const file = flags[flag];
    if (file === "") return mistake("", "the name of a file", `--${flag}`);
    if (file !== undefined) files[flag] = file;
  }
  return { kind: "run", options: { ...files, noise, rounds, report: flags.report } };
}
