/**
 * Kills workers at random times, while others continue the sessions of those that were
 * killed.
 *
 * @module
 */
import { randomBelow, seededRandom } from "../../../src/random.ts";
import { runConcurrently } from "../player.ts";
import type { Effort, Environment, Findings, Scenario } from "../scenario.ts";
import { Trial } from "../trial.ts";

/** Number of concurrent workers. Each has its own sessions, which its successor continues. */
const LANES = 2;
/** Number of sessions of a worker. */
const SESSIONS = 4;
/** Maximum lifetime of a worker from its first output, in milliseconds. */
const MAX_LIFETIME = 250;
/** Duration of a lease, in milliseconds. Short, because half of the successors wait for its end. */
const LEASE_TIME = 500;

/** Kills workers at random times. */
export const killAtRandom: Scenario = { name: "kill -9 at random", run };

async function run(environment: Environment, effort: Effort): Promise<Findings> {
  using trial = new Trial(environment, "random");
  const { sessions, killed, problems } = trial;
  const { turns } = effort;
  const rescuer = trial.player({ leaseTime: LEASE_TIME });

  await runConcurrently(LANES, Array.from({ length: LANES }, (_, lane) => lane), async (lane) => {
    const random = seededRandom(effort.seed + lane);
    const kills = Math.ceil((effort.kills - lane) / LANES);
    let ids: string[] = [];
    for (let life = 0, done = 0; done < kills; life++) {
      const name = `random/${lane}/${life}`;
      if (ids.length === 0) {
        ids = Array.from({ length: SESSIONS }, (_, index) => `${name}/${index}`);
      }
      for (const id of ids) sessions.set(id, turns);
      const worker = trial.start({
        worker: name,
        sessions: ids,
        turns,
        whenBusy: random() < 0.5 ? "wait" : "interrupt",
        leaseTime: LEASE_TIME,
        toolTime: 1,
      });
      await worker.waitFor("ready");
      await new Promise((resolve) => setTimeout(resolve, randomBelow(MAX_LIFETIME, random)));
      worker.signal("SIGKILL");
      const { code, errors } = await worker.end;
      if (code === 137) {
        killed.add(worker.name);
        done++;
      } else {
        if (code !== 0) problems.push(`${worker.name}: ended with ${code}: ${errors}`);
        ids = [];
        if (code !== 0) return;
      }
    }
  });
  await Promise.all([...sessions].map(([id, turns]) => rescuer.play(id, turns)));
  return await trial.examine(killed.size);
}
