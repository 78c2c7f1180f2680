/**
 * Kills workers in the middle of whatever they do, again and again, while others
 * go on with the sessions of the dead.
 *
 * @module
 */
import { randomBelow, seededRandom } from "../../../src/random.ts";
import { atOnce } from "../at_once.ts";
import { examine } from "../examine.ts";
import type { Findings } from "../findings.ts";
import { Journal, readJournal } from "../journal.ts";
import { Player } from "../player.ts";
import type { Arena, Scenario } from "../scenario.ts";
import { WorkerProcess } from "../worker_process.ts";

/** How many workers live at once; each has sessions of its own, which the next one inherits. */
const LANES = 2;
/** How many sessions a worker plays at once, and how long they become. */
const SESSIONS = 4;
const TURNS = 12;
/** How long a worker may live, in milliseconds from its first word. */
const LONGEST_LIFE = 250;
/** Short, for heirs wait half of the time until it ran out. */
const LEASE_TIME = 500;

/** The scenario. */
export const killAtRandom: Scenario = { name: "kill -9 at random", run };

async function run({ store, place, folder, effort }: Arena): Promise<Findings> {
  const path = `${folder}/random.jsonl`;
  const sessions = new Map<string, number>();
  const killed = new Set<string>();
  const problems: string[] = [];
  using journal = new Journal(path, "rescuer");
  const rescuer = new Player(store, journal, { leaseTime: LEASE_TIME });

  await atOnce(LANES, Array.from({ length: LANES }, (_, lane) => lane), async (lane) => {
    const random = seededRandom(effort.seed + lane);
    const kills = Math.ceil((effort.kills - lane) / LANES);
    let ids: string[] = [];
    for (let life = 0, done = 0; done < kills; life++) {
      if (ids.length === 0) ids = newSessions(lane, life, sessions);
      const worker = new WorkerProcess({
        worker: `random/${lane}/${life}`,
        place,
        journal: path,
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

  const findings = await examine({ store, sessions, notes: await readJournal(path), killed });
  return { ...findings, blows: killed.size, problems: [...problems, ...findings.problems] };
}

function newSessions(lane: number, life: number, sessions: Map<string, number>): string[] {
  const ids = Array.from({ length: SESSIONS }, (_, index) => `random/${lane}/${life}/${index}`);
  for (const id of ids) sessions.set(id, TURNS);
  return ids;
}
