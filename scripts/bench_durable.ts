/**
 * `deno task bench:durable`: what it costs to keep sessions in a store.
 *
 * @module
 */
import { memoryStore, type Store } from "@nomos/agent/store";
import { type DurableFigures, durableReport, judge } from "../bench/durable/durable_report.ts";
import { measureTurns, type TurnTimes } from "../bench/durable/durable_turns.ts";
import { type LoadTimes, measureLoads } from "../bench/durable/loads.ts";
import { measureOpenings, type OpeningTimes } from "../bench/durable/opening.ts";
import { type FlagValues, readFlags } from "../src/profile/command_line.ts";
import { PROGRAMS } from "../tests/postgres/server.ts";
import { withPostgres, withSqlite } from "./chaos/environment.ts";
import { type CommandResult, runCommand, toJson } from "./command.ts";

const FLAGS = { milliseconds: 3000, json: false };

const AT_ONCE = [1, 8];
const LENGTHS = [10, 1_000, 100_000];
/** Single calls are measured for this part of the time of turns. */
const LOADS_PART = 6;
/** Number of times that a session of each length is opened. */
const OPENINGS = 100;

const USAGE = `Plays turns of 3 model calls and 2 tools, with a model that answers at once, and
measures how many a second can be kept in each store, what a commit and other calls
take, and how opening a session grows with its history. Ends with code 1 if a budget is missed.

Usage: deno task bench:durable [flags]

      --milliseconds NUMBER  play each setting so long (3000)
      --json                 print JSON
  -h, --help                 print this
`;

if (import.meta.main) Deno.exit(await runCommand(readFlags(Deno.args, FLAGS), USAGE, run));

async function run({ milliseconds, json }: FlagValues<typeof FLAGS>): Promise<CommandResult> {
  const turns: TurnTimes[] = [];
  const loads: LoadTimes[] = [];
  const openings: OpeningTimes[] = [];
  const measure = async (store: Store | undefined) => {
    for (const atOnce of AT_ONCE) turns.push(await measureTurns(store, atOnce, milliseconds));
    if (store === undefined) return;
    for (const atOnce of AT_ONCE) {
      loads.push(...await measureLoads(store, atOnce, milliseconds / LOADS_PART));
    }
    openings.push(...await measureOpenings(store, LENGTHS, OPENINGS));
  };
  await measure(undefined);
  await measure(memoryStore());
  await withSqlite(({ store }) => measure(store));
  if (PROGRAMS !== undefined) await withPostgres(({ store }) => measure(store), { fsync: true });

  const figures: DurableFigures = { turns, loads, openings };
  const note = PROGRAMS === undefined
    ? "\nSkipped: PostgreSQL, because its programs are not installed\n"
    : "";
  const output = json
    ? toJson({ ...figures, budgets: judge(figures) })
    : `${durableReport(figures)}${note}`;
  return { output, success: judge(figures).every(({ isKept }) => isKept) };
}
