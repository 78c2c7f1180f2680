/**
 * Stops a worker in the middle of a turn for longer than its lease lasts, lets
 * another finish the session, and wakes the first one up again.
 *
 * @module
 */
import { atOnce } from "../at_once.ts";
import { examine } from "../examine.ts";
import type { Findings } from "../findings.ts";
import { Journal, readJournal } from "../journal.ts";
import { Player } from "../player.ts";
import type { Arena, Scenario } from "../scenario.ts";
import { LOST_CODE } from "../worker.ts";
import { WorkerProcess } from "../worker_process.ts";

const TURNS = 3;
/** In milliseconds. A tool takes much longer than a signal does to arrive. */
const LEASE_TIME = 400;
const TOOL_TIME = 300;
/** How many effects a session has that nobody stops: one of them is under way at the stop. */
const EFFECTS = 6;

/** The scenario. */
export const stopBeyondLease: Scenario = { name: "SIGSTOP beyond the lease", run };

async function run({ store, place, folder, effort }: Arena): Promise<Findings> {
  const path = `${folder}/stops.jsonl`;
  const sessions = new Map<string, number>();
  const problems: string[] = [];
  using journal = new Journal(path, "heir");
  const heir = new Player(store, journal, { whenBusy: "wait", leaseTime: LEASE_TIME });

  const rounds = Math.max(2, Math.ceil(effort.kills / 10));
  await atOnce(2, Array.from({ length: rounds }, (_, round) => round), async (round) => {
    const id = `stops/${round}`;
    sessions.set(id, TURNS);
    const worker = new WorkerProcess({
      worker: id,
      place,
      journal: path,
      sessions: [id],
      turns: TURNS,
      whenBusy: "wait",
      leaseTime: LEASE_TIME,
      toolTime: TOOL_TIME,
    });
    await worker.hears("effect", 1 + (round + effort.seed) % EFFECTS);
    worker.signal("SIGSTOP");
    await heir.play(id, TURNS);
    worker.signal("SIGCONT");
    const { code, errors } = await worker.end;
    if (code !== LOST_CODE) problems.push(`${id}: was not fenced, ended with ${code}: ${errors}`);
  });

  const notes = await readJournal(path);
  const findings = await examine({ store, sessions, notes, killed: new Set() });
  return { ...findings, blows: rounds, problems: [...problems, ...findings.problems] };
}
