/**
 * `deno task bench:durable`: what it costs to keep sessions in a store.
 *
 * @module
 */
import { memoryStore, type Store } from "@nomos/agent/store";
import { parseArgs } from "@std/cli/parse-args";
import { type DurableFigures, durableReport, judge } from "../bench/durable/durable_report.ts";
import { measureTurns, type TurnTimes } from "../bench/durable/durable_turns.ts";
import { measureOpenings, type OpeningTimes } from "../bench/durable/opening.ts";
import { type Command, earlyAnswer, mistake, positive } from "../src/profile/command_line.ts";
import { PROGRAMS } from "../tests/postgres/server.ts";
import { inPostgres, inSqlite } from "./chaos/arena.ts";
import { type CommandResult, runCommand } from "./command.ts";

/** The settings of one command. */
interface DurableOptions {
  readonly milliseconds: number;
  readonly json: boolean;
}

const AT_ONCE = [1, 8];
const LENGTHS = [10, 1_000, 100_000];
/** How often a session of each length is opened. */
const OPENINGS = 100;
/** Nobody does harm here. */
const EFFORT = { kills: 1, seed: 1, stride: 1 };

const USAGE = `Plays turns of 3 model calls and 2 tools, with a model that answers at once, and
measures how many a second can be kept in each store, what a commit takes, and
how opening a session grows with its history. Ends with code 1 if a budget is missed.

Usage: deno task bench:durable [flags]

      --milliseconds NUMBER  play each setting so long (3000)
      --json                 print JSON
  -h, --help                 print this
`;

if (import.meta.main) Deno.exit(await runCommand(parseOptions(Deno.args), USAGE, run));

async function run({ milliseconds, json }: DurableOptions): Promise<CommandResult> {
  const turns: TurnTimes[] = [];
  const openings: OpeningTimes[] = [];
  const measure = async (store: Store | undefined) => {
    for (const atOnce of AT_ONCE) turns.push(await measureTurns(store, atOnce, milliseconds));
    if (store === undefined) return;
    openings.push(...await measureOpenings(store, LENGTHS, OPENINGS));
  };
  await measure(undefined);
  await measure(memoryStore());
  await inSqlite(EFFORT, ({ store }) => measure(store));
  if (PROGRAMS !== undefined) await inPostgres(EFFORT, ({ store }) => measure(store));

  const figures: DurableFigures = { turns, openings };
  const note = PROGRAMS === undefined
    ? "\nSkipped: PostgreSQL, for its programs are not installed\n"
    : "";
  const output = json
    ? `${JSON.stringify({ ...figures, budgets: judge(figures) }, null, 2)}\n`
    : `${durableReport(figures)}${note}`;
  return { output, success: judge(figures).every(({ isKept }) => isKept) };
}

function parseOptions(args: readonly string[]): Command<DurableOptions> {
  const early = earlyAnswer();
  const flags = parseArgs([...args], {
    alias: { h: "help" },
    boolean: ["json", "help"],
    string: ["milliseconds"],
    default: { milliseconds: "3000" },
    unknown: early.unknown,
  });
  const answer = early.answer(flags);
  if (answer !== undefined) return answer;
  const milliseconds = positive(flags.milliseconds);
  if (milliseconds === undefined) {
    return mistake(flags.milliseconds, "a whole number from 1", "--milliseconds");
  }
  return { kind: "run", options: { milliseconds, json: flags.json } };
}
