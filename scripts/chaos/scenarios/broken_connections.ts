/**
 * Terminates the connections of a worker on the server while it appends, or restarts the
 * whole server as after a crash; the worker must continue.
 *
 * @module
 */
import { randomBelow, seededRandom } from "../../../src/random.ts";
import type { Effort, Environment, Findings, Scenario, Server } from "../scenario.ts";
import { Trial } from "../trial.ts";

/** Maximum time between two faults, in milliseconds. */
const MAX_INTERVAL = 100;

/** Terminates backends with `pg_terminate_backend`. */
export const terminatedBackends: Scenario = {
  name: "backends terminated",
  run: (environment, effort) => {
    const faults = Math.max(6, Math.ceil(effort.kills / 2));
    return run(
      environment,
      effort,
      "terminated",
      faults,
      1 + Math.ceil(faults / 2),
      async (server, name) => {
        const { count } = await server.query(
          "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = $1",
          name,
        );
        return count;
      },
    );
  },
};

/** Restarts the server as after a crash. */
export const restartedServer: Scenario = {
  name: "server crashed and restarted",
  run: (environment, effort) => {
    const faults = Math.max(1, Math.ceil(effort.kills / 50));
    return run(environment, effort, "restarted", faults, 1 + 4 * faults, async (server) => {
      await server.restart();
      return 1;
    });
  },
};

async function run(
  environment: Environment,
  { seed, turns }: Effort,
  name: string,
  faults: number,
  sessions: number,
  injectFault: (server: Server, applicationName: string) => Promise<number>,
): Promise<Findings> {
  using trial = new Trial(environment, name);
  const random = seededRandom(seed);
  // Enough sessions to keep the worker busy until the last fault.
  for (let index = 0; index < sessions; index++) trial.sessions.set(`${name}/${index}`, turns);
  const worker = trial.start({
    worker: name,
    url: `${environment.url}?application_name=${name}`,
    sessions: [...trial.sessions.keys()],
    turns,
    onFailure: "retry",
  });
  await worker.waitFor("effect");
  let isOver = false;
  const end = worker.end.finally(() => isOver = true);
  let done = 0;
  for (let fault = 0; fault < faults && !isOver; fault++) {
    await new Promise((resolve) => setTimeout(resolve, randomBelow(MAX_INTERVAL, random)));
    done += await injectFault(environment.server!, name);
  }
  const { code, errors } = await end;
  if (code !== 0) trial.problems.push(`the worker ended with ${code}: ${errors}`);
  const findings = await trial.examine(done);
  return { ...findings, notes: [`${findings.failed} turns failed and were finished later`] };
}
