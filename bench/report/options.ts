/**
 * Flags of `deno task bench`.
 *
 * @module
 */
import {
  type Command,
  type FlagValues,
  makeMistake,
  readFlags,
} from "../../src/cli/command_line.ts";

/** Flags with their defaults. The three files are optional. */
const FLAGS = {
  output: undefined,
  against: undefined,
  from: undefined,
  noise: "30",
  rounds: 5,
  report: false,
};

/** Values of the flags. `noise` is a fraction: 0.3 for 30 %. */
export type BenchOptions = FlagValues<Omit<typeof FLAGS, "noise"> & { readonly noise: number }>;

/** Text that `--help` prints. */
export const USAGE: string =
  `Measures the cost of the framework, with deno bench and with figures that have
budgets, some of them in processes of their own.

Usage: deno task bench [flags]

  -o, --output FILE     write all results to FILE as JSON
      --against FILE    compare with the results in FILE, and exit with 1 if anything is worse;
                        worse times are first measured again, up to twice
      --noise PERCENT   part of a value that may be noise (30)
      --from FILE       read the results from FILE instead of measuring
      --report          measure other frameworks too, and write bench/results.json,
                        bench/RESULTS.md, bench/history.svg and the figures of the README
      --rounds NUMBER   number of rounds of each figure (5)
  -h, --help            print this help

A figure with a floor is worse only if both its ratio to the floor and its value are worse, because
the ratio also changes with the floor, and the value with the machine. If the budget limits the
excess over the floor, that is compared.

Examples:
  deno task bench
  deno task bench --output before.json
  deno task bench --against before.json
  deno task bench --against before.json --from after.json --noise 10
  deno task bench --report
`;

/** Reads the command line of `deno task bench`. */
export function parseOptions(args: readonly string[]): Command<BenchOptions> {
  const command = readFlags(args, FLAGS, {
    alias: { o: "output" },
    check: ({ noise }) =>
      /^\d+(\.\d+)?$/.test(noise)
        ? undefined
        : makeMistake(noise, "a number of per cent from 0", "--noise"),
  });
  if (command.kind !== "run") return command;
  const { options } = command;
  return { ...command, options: { ...options, noise: Number(options.noise) / 100 } };
}
