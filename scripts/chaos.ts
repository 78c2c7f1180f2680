/**
 * `deno task chaos`: injects faults into durable sessions and their stores, and checks that
 * no promise about them is broken.
 *
 * @module
 */
import { type FlagValues, readFlags } from "../src/cli/command_line.ts";
import { PROGRAMS } from "../tests/postgres/server.ts";
import { withPostgres, withSqlite } from "./chaos/environment.ts";
import { chaosReport, isKept } from "./chaos/chaos_report.ts";
import { type Outcome, runChaos } from "./chaos/run_chaos.ts";
import type { Environment } from "./chaos/scenario.ts";
import { type CommandResult, runCommand } from "./command.ts";

const FLAGS = {
  store: ["all", "sqlite", "postgres"],
  kills: 200,
  seed: 1,
  stride: 1,
  seconds: 1,
} as const;

const USAGE = `Kills and suspends processes that play durable sessions, injects faults into their
stores, and checks that no promise about them is broken. Starts its own PostgreSQL server from the
installed programs. Exits with 1 if a promise is broken.

Usage: deno task chaos [flags]

      --store NAME      sqlite, postgres, all (all)
      --kills NUMBER    number of random kills; other faults are proportional (200)
      --seed NUMBER     seed of random choices (1)
      --stride NUMBER   interval of the commit points and store calls that are tried (1)
      --seconds NUMBER  repeat with the next seeds until this time has passed (1)
  -h, --help            print this

Columns: injected faults; events that were acknowledged as committed, and those of them that are
missing or changed; entries and inputs that appear twice; effects of tools, those without a recorded
result when their process died, and those that were repeated, of once tools in particular; and turns
that were rejected because another process had taken over the session.
`;

if (import.meta.main) Deno.exit(await runCommand(readFlags(Deno.args, FLAGS), USAGE, run));

async function run(
  { store, seconds, ...effort }: FlagValues<typeof FLAGS>,
): Promise<CommandResult> {
  const outcomes: Outcome[] = [];
  const end = performance.now() + seconds * 1_000;
  for (let seed = effort.seed; seed === effort.seed || performance.now() < end; seed++) {
    const work = async (environment: Environment) => {
      const full = { ...effort, seed, turns: 12, clients: 50 };
      const found = await runChaos(environment, full, ({ name, problems }) => {
        console.error(`seed ${seed}: ${name}: ${problems.length === 0 ? "kept" : "BROKEN"}`);
      });
      outcomes.push(...found);
    };
    if (store !== "postgres") await withSqlite(work);
    if (store !== "sqlite" && PROGRAMS !== undefined) await withPostgres(work, { fsync: true });
  }
  const skipped = store !== "sqlite" && PROGRAMS === undefined;
  const note = skipped ? "\nSkipped: PostgreSQL, because its programs are not installed\n" : "";
  const success = isKept(outcomes) && !(skipped && store === "postgres");
  return { output: `${chaosReport(outcomes)}${note}`, success };
}
