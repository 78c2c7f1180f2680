/**
 * Ends the connections of workers from the side of the server while they append,
 * and stops the whole server as if it had crashed; the workers must go on.
 *
 * @module
 */
import { randomBelow, seededRandom } from "../../../src/random.ts";
import type { Arena, Findings, Scenario, Server } from "../scenario.ts";
import { Trial } from "../trial.ts";

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
  const { place, effort, server } = arena;
  if (place.kind !== "postgres" || server === undefined) throw new Error("expected a server");
  using trial = new Trial(arena, name);
  const random = seededRandom(effort.seed);
  // Enough to be busy while there are blows.
  for (let index = 0; index < sessions; index++) trial.sessions.set(`${name}/${index}`, TURNS);
  const worker = trial.start({
    worker: name,
    place: { ...place, applicationName: name },
    sessions: [...trial.sessions.keys()],
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
  if (code !== 0) trial.problems.push(`the worker ended with ${code}: ${errors}`);
  const findings = await trial.examine(done);
  return { ...findings, notes: [`${findings.failed} turns failed and were finished later`] };
}
