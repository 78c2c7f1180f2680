/**
 * Stops a worker in the middle of a turn for longer than its lease lasts, lets
 * another finish the session, and wakes the first one up again.
 *
 * @module
 */
import { atOnce } from "../at_once.ts";
import type { DeathPoint } from "../death.ts";
import { examine } from "../examine.ts";
import type { Findings } from "../findings.ts";
import { Journal, readJournal } from "../journal.ts";
import { Player } from "../player.ts";
import type { Arena, Scenario } from "../scenario.ts";
import { LOST_CODE } from "../worker.ts";
import { type WorkerEnd, WorkerProcess } from "../worker_process.ts";

const TURNS = 3;
/** In milliseconds. */
const LEASE_TIME = 400;
/** How many effects and appends a session has that nobody stops. */
const EFFECTS = 6;
const APPENDS = 18;

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
      death: pointOf(round + effort.seed),
    });
    if (!await worker.hears("stopping")) problems.push(`${id}: never came to its stop`);
    await heir.play(id, TURNS);
    const { code, errors } = await wakeUp(worker);
    if (code !== LOST_CODE) problems.push(`${id}: was not fenced, ended with ${code}: ${errors}`);
  });

  const notes = await readJournal(path);
  const findings = await examine({ store, sessions, notes, killed: new Set() });
  const refused = notes.filter((note) => note.kind === "lost" && note.by === "append").length;
  return {
    ...findings,
    blows: rounds,
    problems: [...problems, ...findings.problems],
    notes: [`${refused} of ${findings.fenced} zombies tried to append, and the store refused`],
  };
}

/** In the middle of a tool, or just before it writes. */
function pointOf(round: number): DeathPoint {
  const nth = Math.floor(round / 2);
  return round % 2 === 0
    ? { what: "effect", at: 1 + nth % EFFECTS, when: "after", isStop: true }
    : { what: "append", at: 1 + nth * 7 % APPENDS, when: "before", isStop: true };
}

/** Lets a worker go on, again and again, for on a busy machine it may be about to stop. */
async function wakeUp(worker: WorkerProcess): Promise<WorkerEnd> {
  const timer = setInterval(() => worker.signal("SIGCONT"), 50);
  worker.signal("SIGCONT");
  try {
    return await worker.end;
  } finally {
    clearInterval(timer);
  }
}
