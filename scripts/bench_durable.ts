/**
 * `deno task bench:durable`: measures the cost of durable sessions.
 *
 * @module
 */
import { memoryStore, type Store } from "@nomos/agent/store";
import { formatDurableReport, judge } from "../bench/durable/durable_report.ts";
import { measureTurns, type TurnTimes } from "../bench/durable/durable_turns.ts";
import { measureOpenings, type OpeningTimes } from "../bench/durable/opening.ts";
import { type FlagValues, readFlags } from "../src/profile/command_line.ts";
import { PROGRAMS } from "../tests/postgres/server.ts";
import { withPostgres, withSqlite } from "./chaos/environment.ts";
import { type CommandResult, runCommand, toJson } from "./command.ts";

const FLAGS = { milliseconds: 3000, json: false };

/** Numbers of concurrent sessions. */
const SESSIONS = [1, 8];
/** Lengths of the opened sessions, in events. */
const LENGTHS = [10, 1_000, 100_000];
/** Number of times that each session is opened. */
const OPENINGS = 100;

const USAGE = `Plays turns of 3 model calls and 2 tools, with a model that answers at once. Measures
the turns per second in each store, the latency of turns and commits, and the time to open sessions
of several lengths. Exits with 1 if a budget is missed.

Usage: deno task bench:durable [flags]

      --milliseconds NUMBER  duration of each measurement of turns (3000)
      --json                 print JSON
  -h, --help                 print this help
`;

if (import.meta.main) Deno.exit(await runCommand(readFlags(Deno.args, FLAGS), USAGE, run));

async function run({ milliseconds, json }: FlagValues<typeof FLAGS>): Promise<CommandResult> {
  const turns: TurnTimes[] = [];
  const openings: OpeningTimes[] = [];
  const measure = async (store: Store | undefined) => {
    for (const sessions of SESSIONS) turns.push(await measureTurns(store, sessions, milliseconds));
    if (store) openings.push(...await measureOpenings(store, LENGTHS, OPENINGS));
  };
  await measure(undefined);
  await measure(memoryStore());
  await withSqlite(({ store }) => measure(store));
  if (PROGRAMS !== undefined) await withPostgres(({ store }) => measure(store), { fsync: true });

  const figures = { turns, openings };
  const budgets = judge(figures);
  const note = PROGRAMS === undefined
    ? "\nSkipped: PostgreSQL, because its programs are not installed\n"
    : "";
  const output = json ? toJson({ ...figures, budgets }) : `${formatDurableReport(figures)}${note}`;
  return { output, success: budgets.every(({ isKept }) => isKept) };
}
