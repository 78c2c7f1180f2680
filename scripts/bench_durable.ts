/**
 * `deno task bench:durable`: measures the cost of durable sessions.
 *
 * @module
 */
import { memoryStore, type Store } from "@nomos/agent/store";
import { type ColdTurnTimes, measureColdTurns } from "../bench/durable/cold_turns.ts";
import { countTurnCommits, type TurnCommits } from "../bench/durable/commits.ts";
import { formatDurableReport, judge } from "../bench/durable/durable_report.ts";
import { measureTurns, type TurnTimes } from "../bench/durable/durable_turns.ts";
import { measureOpenings, type OpeningTimes } from "../bench/durable/opening.ts";
import { formatDurablePeers, measureDurablePeers } from "../bench/peers/durable_peers.ts";
import { type FlagValues, readFlags } from "../src/cli/command_line.ts";
import { PROGRAMS } from "../tests/postgres/server.ts";
import { withPostgres, withSqlite } from "./chaos/environment.ts";
import type { Environment } from "./chaos/scenario.ts";
import { type CommandResult, runCommand, toJson } from "./command.ts";

const FLAGS = { milliseconds: 3000, peers: false, json: false };

/** Numbers of concurrent sessions. */
const SESSIONS = [1, 8, 100, 1_000];
/** Lengths of the histories before cold turns, in turns. */
const HISTORIES = [10, 50, 200];
/** Number of cold turns after each. */
const COLD_TURNS = 20;
/** Lengths of the opened sessions, in events. */
const LENGTHS = [10, 1_000, 100_000];
/** Number of times that each session is opened. */
const OPENINGS = 100;

const NOTE = PROGRAMS === undefined
  ? "\nSkipped: PostgreSQL, because its programs are not installed\n"
  : "";

const USAGE = `Plays turns of 3 model calls and 2 tools, with a model that answers at once. Measures
the turns per second in each store, the latency of turns and commits, the number of commits, turns of
reopened (cold) sessions beside those of open (warm) ones, and the time to open sessions of several
lengths. Exits with 1 if a budget is missed.

Usage: deno task bench:durable [flags]

      --milliseconds NUMBER  duration of each measurement of turns (3000)
      --peers                only compare the turns per second with LangGraph and its savers, at
                             equal durability; the first run downloads their packages
      --json                 print JSON
  -h, --help                 print this help
`;

if (import.meta.main) Deno.exit(await runCommand(readFlags(Deno.args, FLAGS), USAGE, run));

async function run(
  { milliseconds, peers, json }: FlagValues<typeof FLAGS>,
): Promise<string | CommandResult> {
  if (!peers) return await measureAll(milliseconds, json);
  const figures = await measureDurablePeers(milliseconds);
  return json ? toJson(figures) : `${formatDurablePeers(figures)}${NOTE}`;
}

async function measureAll(milliseconds: number, json: boolean): Promise<CommandResult> {
  const turns: TurnTimes[] = [];
  const commits: TurnCommits[] = [];
  const coldTurns: ColdTurnTimes[] = [];
  const openings: OpeningTimes[] = [];
  const measure = async (store: Store | undefined) => {
    for (const sessions of SESSIONS) turns.push(await measureTurns(store, sessions, milliseconds));
    if (store) openings.push(...await measureOpenings(store, LENGTHS, OPENINGS));
  };
  const measureDurable = async (environment: Environment) => {
    const { store } = environment;
    // First, while the write-ahead log is short.
    commits.push(await countTurnCommits(environment));
    coldTurns.push(...await measureColdTurns(store, HISTORIES, COLD_TURNS));
    await measure(store);
  };
  await measure(undefined);
  await measure(memoryStore());
  await withSqlite(measureDurable);
  if (PROGRAMS !== undefined) await withPostgres(measureDurable, { fsync: true });

  const figures = { turns, commits, coldTurns, openings };
  const budgets = judge(figures);
  const output = json ? toJson({ ...figures, budgets }) : `${formatDurableReport(figures)}${NOTE}`;
  return { output, success: budgets.every(({ isKept }) => isKept) };
}
