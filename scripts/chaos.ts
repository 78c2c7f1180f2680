/**
 * `deno task chaos`: kills, stops and disturbs processes that play durable
 * sessions, and looks whether every promise about them was kept.
 *
 * @module
 */
import { parseArgs } from "@std/cli/parse-args";
import { type Command, earlyAnswer, mistake, positive } from "../src/profile/command_line.ts";
import { PROGRAMS } from "../tests/postgres/server.ts";
import { inPostgres, inSqlite } from "./chaos/arena.ts";
import { chaosReport, isKept } from "./chaos/chaos_report.ts";
import { type Outcome, runChaos } from "./chaos/run_chaos.ts";
import type { Arena } from "./chaos/scenario.ts";
import { type CommandResult, runCommand } from "./command.ts";

/** The settings of one command. */
interface ChaosOptions {
  readonly store: string;
  readonly kills: number;
  readonly seed: number;
  readonly stride: number;
  readonly seconds: number;
}

const STORES = ["sqlite", "postgres", "all"];

const USAGE = `Kills, stops and disturbs processes that play durable sessions, and looks
whether every promise about them was kept. PostgreSQL is a server of its own,
made from what is installed. Ends with code 1 if a promise was broken.

Usage: deno task chaos [flags]

      --store NAME      ${STORES.join(", ")} (all)
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

if (import.meta.main) Deno.exit(await runCommand(parseOptions(Deno.args), USAGE, run));

async function run({ store, seconds, ...effort }: ChaosOptions): Promise<CommandResult> {
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

function parseOptions(args: readonly string[]): Command<ChaosOptions> {
  const early = earlyAnswer();
  const flags = parseArgs([...args], {
    alias: { h: "help" },
    boolean: ["help"],
    string: ["store", "kills", "seed", "stride", "seconds"],
    default: { store: "all", kills: "200", seed: "1", stride: "1", seconds: "1" },
    unknown: early.unknown,
  });
  const answer = early.answer(flags);
  if (answer !== undefined) return answer;
  const { store } = flags;
  if (!STORES.includes(store)) return mistake(store, `one of ${STORES.join()}`, "--store");
  const numbers = { kills: 0, seed: 0, stride: 0, seconds: 0 };
  for (const name of ["kills", "seed", "stride", "seconds"] as const) {
    const number = positive(flags[name]);
    if (number === undefined) return mistake(flags[name], "a whole number from 1", `--${name}`);
    numbers[name] = number;
  }
  return { kind: "run", options: { store, ...numbers } };
}
