/**
 * Kills workers in the middle of whatever they do, again and again, while others
 * go on with the sessions of the dead.
 *
 * @module
 */
import { randomBelow, seededRandom } from "../../../src/random.ts";
import { atOnce } from "../player.ts";
import type { Arena, Findings, Scenario } from "../scenario.ts";
import { Trial } from "../trial.ts";

/** Number of concurrent workers; each has sessions of its own, which the next one inherits. */
const LANES = 2;
/** Number of concurrent sessions of a worker, and their length. */
const SESSIONS = 4;
const TURNS = 12;
/** Lifetime of a worker, in milliseconds from its first output. */
const LONGEST_LIFE = 250;
/** Short, for heirs wait half of the time until it ran out. */
const LEASE_TIME = 500;

/** The scenario. */
export const killAtRandom: Scenario = { name: "kill -9 at random", run };

async function run(arena: Arena): Promise<Findings> {
  const { effort } = arena;
  using trial = new Trial(arena, "random");
  const { sessions, killed, problems } = trial;
  const rescuer = trial.player({ leaseTime: LEASE_TIME });

  await atOnce(LANES, Array.from({ length: LANES }, (_, lane) => lane), async (lane) => {
    const random = seededRandom(effort.seed + lane);
    const kills = Math.ceil((effort.kills - lane) / LANES);
    let ids: string[] = [];
    for (let life = 0, done = 0; done < kills; life++) {
      const name = `random/${lane}/${life}`;
      if (ids.length === 0) {
        ids = Array.from({ length: SESSIONS }, (_, index) => `${name}/${index}`);
      }
      for (const id of ids) sessions.set(id, TURNS);
      const worker = trial.start({
        worker: name,
        sessions: ids,
        turns: TURNS,
        whenBusy: random() < 0.5 ? "wait" : "interrupt",
        leaseTime: LEASE_TIME,
        toolTime: 1,
      });
      await worker.hears("ready");
      await new Promise((resolve) => setTimeout(resolve, randomBelow(LONGEST_LIFE, random)));
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
