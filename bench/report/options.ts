/**
 * The flags of `deno task bench`.
 *
 * @module
 */
import {
  type Command,
  type FlagValues,
  makeMistake,
  readFlags,
} from "../../src/profile/command_line.ts";

/** The flags with their defaults; the three files are optional. */
const FLAGS = {
  output: undefined,
  against: undefined,
  from: undefined,
  noise: "30",
  rounds: 5,
  report: false,
};

/** The settings of one command. `noise` is a share, 0.3 for 30 %. */
export type BenchOptions = FlagValues<Omit<typeof FLAGS, "noise"> & { readonly noise: number }>;

/** The text that `--help` prints. */
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

/** Reads the command line. */
export function parseOptions(args: readonly string[]): Command<BenchOptions> {
  const command = readFlags(args, FLAGS, {
    alias: { o: "output" },
    check: ({ noise }) =>
      /^\d+(\.\d+)?$/.test(noise) ? undefined : makeMistake(noise, "per cent, from 0", "--noise"),
  });
  if (command.kind !== "run") return command;
  const { options } = command;
  return { kind: "run", options: { ...options, noise: Number(options.noise) / 100 } };
}
