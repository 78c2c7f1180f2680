/**
 * The flags of `deno task profile`.
 *
 * @module
 */

import { parseArgs } from "@std/cli/parse-args";
import { type Command, earlyAnswer, mistake, positive } from "./command_line.ts";

/** What the rows of a report may be ordered by. */
export type SortKey = "cumulative" | "self" | "calls";

/** The settings of one command. */
export interface ProfileOptions {
  /** How many times the scenario is played per run. */
  readonly iterations: number;
  /** The stem of the two files that are written. */
  readonly output: string;
  /** How many rows the table shows. */
  readonly top: number;
  /** What the rows are ordered by. */
  readonly sort: SortKey;
  /** Text that the file of a shown row contains; everything when it is empty. */
  readonly filter: string;
  /** Whether schemas are found again. */
  readonly cache: boolean;
  /** Whether the mock model validates what it plays. */
  readonly validate: boolean;
  /** Whether tools and agent are made anew for every session. */
  readonly freshTools: boolean;
  /** Whether cache off and cache on are shown side by side. */
  readonly compare: boolean;
  /** Whether one JSON object is printed instead of the tables. */
  readonly json: boolean;
}

/** What `--help` prints. */
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
                           for a step with 1 tool and with 20; the files show the first, cache on
      --json               print one JSON object with all figures and rows
  -h, --help               print this

Examples:
  deno task profile
  deno task profile -n 100 --sort self --filter src
  deno task profile --fresh-tools --no-cache --output before
  deno task profile --compare --json > compare.json
`;

const SORT_KEYS: readonly SortKey[] = ["cumulative", "self", "calls"];

/**
 * Reads the command line.
 *
 * @param args The arguments, as in `Deno.args`.
 * @returns The settings, a request for help, or what is wrong, in one line.
 */
export function parseOptions(args: readonly string[]): Command<ProfileOptions> {
  const early = earlyAnswer();
  const flags = parseArgs([...args], {
    alias: { n: "iterations", o: "output", h: "help" },
    boolean: ["cache", "validate", "fresh-tools", "compare", "json", "help"],
    negatable: ["cache", "validate"],
    string: ["iterations", "output", "top", "sort", "filter"],
    default: {
      cache: true,
      validate: true,
      iterations: "10",
      output: "profile",
      top: "20",
      sort: "cumulative",
      filter: "",
    },
    unknown: early.unknown,
  });
  const answer = early.answer(flags);
  if (answer !== undefined) return answer;

  const iterations = positive(flags.iterations);
  if (iterations === undefined) return mistake(flags.iterations, "a whole number from 1", "-n");
  const top = positive(flags.top);
  if (top === undefined) return mistake(flags.top, "a whole number from 1", "--top");
  const sort = SORT_KEYS.find((key) => key === flags.sort);
  if (sort === undefined) return mistake(flags.sort, SORT_KEYS.join(", "), "--sort");
  if (flags.output === "") return mistake("", "the stem of a file name", "--output");
  return {
    kind: "run",
    options: {
      iterations,
      output: flags.output,
      top,
      sort,
      filter: flags.filter,
      cache: flags.cache,
      validate: flags.validate,
      freshTools: flags["fresh-tools"],
      compare: flags.compare,
      json: flags.json,
    },
  };
}
