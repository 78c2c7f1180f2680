/**
 * Stops a worker in the middle of a turn for longer than its lease lasts, lets
 * another finish the session, and wakes the first one up again.
 *
 * @module
 */
import type { DeathPoint } from "../death.ts";
import { atOnce } from "../player.ts";
import type { Arena, Findings, Scenario } from "../scenario.ts";
import { Trial } from "../trial.ts";
import { LOST_CODE } from "../worker.ts";
import type { WorkerEnd, WorkerProcess } from "../worker_process.ts";

const TURNS = 3;
/** In milliseconds. */
const LEASE_TIME = 400;
/** Number of effects and appends of a session that is not stopped. */
const EFFECTS = 6;
const APPENDS = 18;

/** The scenario. */
export const stopBeyondLease: Scenario = { name: "SIGSTOP beyond the lease", run };

async function run(arena: Arena): Promise<Findings> {
  const { effort } = arena;
  using trial = new Trial(arena, "stops");
  const heir = trial.player({ whenBusy: "wait", leaseTime: LEASE_TIME });

  const rounds = Math.max(2, Math.ceil(effort.kills / 10));
  await atOnce(2, Array.from({ length: rounds }, (_, round) => round), async (round) => {
    const id = `stops/${round}`;
    trial.sessions.set(id, TURNS);
    const worker = trial.start({
      worker: id,
      sessions: [id],
      turns: TURNS,
      whenBusy: "wait",
      leaseTime: LEASE_TIME,
      death: pointOf(round + effort.seed),
    });
    if (!await worker.hears("stopping")) trial.problems.push(`${id}: never came to its stop`);
    await heir.play(id, TURNS);
    const { code, errors } = await wakeUp(worker);
    if (code === LOST_CODE) return;
    trial.problems.push(`${id}: was not fenced, ended with ${code}: ${errors}`);
  });

  const findings = await trial.examine(rounds);
  const { refused, fenced } = findings;
  return {
    ...findings,
    notes: [`${refused} of ${fenced} zombies tried to append, and the store refused`],
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
