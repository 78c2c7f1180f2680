/**
 * Flags of `deno task profile`.
 *
 * @module
 */
import {
  type Command,
  type FlagValues,
  makeMistake,
  readFlags,
} from "../../src/cli/command_line.ts";

/** Flags with their defaults; a list offers choices, its first one is the default. */
const FLAGS = {
  iterations: 10,
  output: "profile",
  top: 20,
  sort: ["cumulative", "self", "calls"],
  filter: "",
  cache: true,
  validate: true,
  "fresh-tools": false,
  "keep-tools": false,
  compare: false,
  json: false,
} as const;

/** Values of the flags. */
export type ProfileOptions = FlagValues<typeof FLAGS>;

/** Text that `--help` prints. */
export const USAGE: string = `Profiles the framework, to show where the time of a decision goes.

Usage: deno task profile [flags]

  -n, --iterations NUMBER  number of sessions per run (10)
  -o, --output STEM        write STEM.cpuprofile and STEM.svg (profile)
      --top NUMBER         maximum number of rows (20)
      --sort KEY           order of the rows: cumulative, self or calls (cumulative)
      --filter TEXT        show only rows whose file contains TEXT
      --no-cache           turn the schema cache off, so every decision builds its schema
      --no-validate        do not validate the decisions of the mock model
      --fresh-tools        make new tools for every session, which is the default
      --keep-tools         let all sessions share the tools with which the agent was built
      --compare            compare the schema cache off and on, with fresh tools, for a step
                           with 1 tool and with 20 tools, in valibot and in zod;
                           the files show 1 tool in valibot with the cache on
      --json               print one JSON object with all figures and rows
  -h, --help               print this help

Examples:
  deno task profile
  deno task profile -n 100 --sort self --filter src
  deno task profile --keep-tools --no-cache --output before
  deno task profile --compare --json > compare.json
`;

/** Reads the command line of `deno task profile`. */
export function parseOptions(args: readonly string[]): Command<ProfileOptions> {
  return readFlags(args, FLAGS, { alias: { n: "iterations", o: "output" }, check });
}

/** Refuses flags that contradict each other, and a folder as the stem of files. */
function check(options: ProfileOptions): Command<never> | undefined {
  const { output, compare, cache, "keep-tools": keepTools, "fresh-tools": freshTools } = options;
  const refuse = (flag: string, other: string) => makeMistake(flag, `it without ${other}`);
  if (compare && !cache) return refuse("--no-cache", "--compare, which measures both");
  if (compare && keepTools) return refuse("--keep-tools", "--compare, which makes new tools");
  if (freshTools && keepTools) return refuse("--keep-tools", "--fresh-tools");
  if (/(?:^|[/\\])\.{0,2}$/.test(output)) {
    return makeMistake(output, "the start of a file name, such as profile", "--output");
  }
  return undefined;
}
