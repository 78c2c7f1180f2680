/**
 * `deno task chaos`: kills, stops and disturbs processes that play durable
 * sessions, and looks whether every promise about them was kept.
 *
 * @module
 */
import { type FlagValues, readFlags } from "../src/profile/command_line.ts";
import { PROGRAMS } from "../tests/postgres/server.ts";
import { inPostgres, inSqlite } from "./chaos/arena.ts";
import { chaosReport, isKept } from "./chaos/chaos_report.ts";
import { type Outcome, runChaos } from "./chaos/run_chaos.ts";
import type { Arena } from "./chaos/scenario.ts";
import { type CommandResult, runCommand } from "./command.ts";

const FLAGS = {
  store: ["all", "sqlite", "postgres"],
  kills: 200,
  seed: 1,
  stride: 1,
  seconds: 1,
} as const;

const USAGE = `Kills, stops and disturbs processes that play durable sessions, and looks
whether every promise about them was kept. PostgreSQL is a server of its own,
made from what is installed. Ends with code 1 if a promise was broken.

Usage: deno task chaos [flags]

      --store NAME      sqlite, postgres, all (all)
      --kills NUMBER    kill so many processes at random; the rest in proportion (200)
      --seed NUMBER     decides what is left to chance (1)
      --stride NUMBER   try every which commit point and storage call; 1 tries all (1)
      --seconds NUMBER  begin again with the next seed until so much time has passed (1)
  -h, --help            print this

What is counted: kills, stops and faults; events that a process was told are committed,
and those that are not there or not the same; entries and inputs that are there twice;
what tools did outside, how much of it had no result on record when its process died,
and how much was done again; and turns of processes that were taken for dead.
`;

if (import.meta.main) Deno.exit(await runCommand(readFlags(Deno.args, FLAGS), USAGE, run));

async function run(
  { store, seconds, ...effort }: FlagValues<typeof FLAGS>,
): Promise<CommandResult> {
  const outcomes: Outcome[] = [];
  const end = performance.now() + seconds * 1_000;
  for (let seed = effort.seed; seed === effort.seed || performance.now() < end; seed++) {
    const work = async (arena: Arena) => {
      const found = await runChaos(arena, ({ name, problems }) => {
        console.error(`seed ${seed}: ${name}: ${problems.length === 0 ? "kept" : "BROKEN"}`);
      });
      outcomes.push(...found);
    };
    if (store !== "postgres") await inSqlite({ ...effort, seed }, work);
    if (store !== "sqlite" && PROGRAMS !== undefined) await inPostgres({ ...effort, seed }, work);
  }
  const skipped = store !== "sqlite" && PROGRAMS === undefined;
  const note = skipped ? "\nSkipped: PostgreSQL, for its programs are not installed\n" : "";
  const success = isKept(outcomes) && !(skipped && store === "postgres");
  return { output: `${chaosReport(outcomes)}${note}`, success };
}
