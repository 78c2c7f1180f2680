/**
 * Ends the connections of workers from the side of the server while they append,
 * and stops the whole server as if it had crashed; the workers must go on.
 *
 * @module
 */
import { randomBelow, seededRandom } from "../../../src/random.ts";
import { examine } from "../examine.ts";
import type { Findings } from "../findings.ts";
import { readJournal } from "../journal.ts";
import type { Arena, Scenario, Server } from "../scenario.ts";
import { WorkerProcess } from "../worker_process.ts";

const TURNS = 12;
/** The longest time between two blows, in milliseconds. */
const LONGEST_PEACE = 100;

/** `pg_terminate_backend`, again and again. */
export const terminatedBackends: Scenario = {
  name: "backends terminated",
  run: (arena) => {
    const blows = Math.max(10, Math.ceil(arena.effort.kills / 2));
    return run(arena, "terminated", blows, 1 + Math.ceil(blows / 2), (server, name) =>
      server.query(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = $1",
        name,
      ));
  },
};

/** The server is stopped in the middle of whatever it does, and started again. */
export const restartedServer: Scenario = {
  name: "server crashed and restarted",
  run: (arena) => {
    const blows = Math.max(1, Math.ceil(arena.effort.kills / 50));
    return run(arena, "restarted", blows, 3 + 6 * blows, async (server) => {
      await server.restart();
      return 1;
    });
  },
};

async function run(
  arena: Arena,
  name: string,
  blows: number,
  sessions: number,
  strike: (server: Server, applicationName: string) => Promise<number>,
): Promise<Findings> {
  const { store, place, folder, effort, server } = arena;
  if (place.kind !== "postgres" || server === undefined) throw new Error("expected a server");
  const journal = `${folder}/${name}.jsonl`;
  const random = seededRandom(effort.seed);
  // Enough to be busy while there are blows.
  const ids = Array.from({ length: sessions }, (_, index) => `${name}/${index}`);
  const worker = new WorkerProcess({
    worker: name,
    place: { ...place, applicationName: name },
    journal,
    sessions: ids,
    turns: TURNS,
    isPatient: true,
  });
  await worker.hears("effect");
  let isOver = false;
  const end = worker.end.finally(() => isOver = true);
  let done = 0;
  for (let blow = 0; blow < blows && !isOver; blow++) {
    await new Promise((resolve) => setTimeout(resolve, randomBelow(LONGEST_PEACE, random)));
    done += await strike(server, name);
  }
  const { code, errors } = await end;
  const notes = await readJournal(journal);
  const findings = await examine({
    store,
    sessions: new Map(ids.map((id) => [id, TURNS])),
    notes,
    killed: new Set(),
  });
  const failed = notes.filter(({ kind }) => kind === "failed").length;
  return {
    ...findings,
    blows: done,
    problems: [
      ...code === 0 ? [] : [`the worker ended with ${code}: ${errors}`],
      ...findings.problems,
    ],
    notes: [`${failed} turns failed and were finished later`],
  };
}
