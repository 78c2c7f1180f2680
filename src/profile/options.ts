/**
 * The flags of `deno task profile`.
 *
 * @module
 */
import { type Command, type FlagValues, readFlags } from "./command_line.ts";

/** The flags with their defaults; a list is a choice. */
const FLAGS = {
  iterations: 10,
  output: "profile",
  top: 20,
  sort: ["cumulative", "self", "calls"],
  filter: "",
  cache: true,
  validate: true,
  "fresh-tools": false,
  compare: false,
  json: false,
} as const;

/** The settings of one command. */
export type ProfileOptions = FlagValues<typeof FLAGS>;

/** Figure that the rows of a report are ordered by. */
export type SortKey = ProfileOptions["sort"];

/** The text that `--help` prints. */
export const USAGE: string = `Profiles the framework itself: where the time of a decision goes.

Usage: deno task profile [flags]

  -n, --iterations NUMBER  play the scenario this often per run, a new session each (10)
  -o, --output STEM        write STEM.cpuprofile and STEM.svg (profile)
      --top NUMBER         show this many rows (20)
      --sort KEY           order by cumulative, self or calls (cumulative)
      --filter TEXT        show only rows whose file contains TEXT
      --no-cache           build the schema of every decision anew
      --no-validate        let the mock model play its script without validating it
      --fresh-tools        make tools and agent anew for every session
      --compare            show the cache off and on side by side, tools made anew each time,
                           for a step with 1 tool and with 20, of valibot and of zod;
                           the files show the first, cache on
      --json               print one JSON object with all figures and rows
  -h, --help               print this

Examples:
  deno task profile
  deno task profile -n 100 --sort self --filter src
  deno task profile --fresh-tools --no-cache --output before
  deno task profile --compare --json > compare.json
`;

/** Reads the command line. */
export function parseOptions(args: readonly string[]): Command<ProfileOptions> {
  return readFlags(args, FLAGS, { alias: { n: "iterations", o: "output" } });
}
