/**
 * Suspends a worker in the middle of a turn until its lease expires, lets another player
 * finish the session, and resumes the worker, which must be fenced.
 *
 * @module
 */
import type { CrashPoint } from "../crash_injector.ts";
import { runConcurrently } from "../player.ts";
import type { Effort, Environment, Findings, Scenario } from "../scenario.ts";
import { Trial } from "../trial.ts";
import { LOST_CODE } from "../worker.ts";
import type { WorkerEnd, WorkerProcess } from "../worker_process.ts";

const TURNS = 3;
/** Duration of a lease, in milliseconds. */
const LEASE_TIME = 400;
/** Number of effects and appends of a session without suspensions. */
const EFFECTS = 6;
const APPENDS = 17;

/** Suspends workers beyond their lease. */
export const stopBeyondLease: Scenario = { name: "SIGSTOP beyond the lease", run };

async function run(environment: Environment, effort: Effort): Promise<Findings> {
  using trial = new Trial(environment, "stops");
  const successor = trial.player({ whenBusy: "wait", leaseTime: LEASE_TIME });

  const rounds = Math.max(2, Math.ceil(effort.kills / 10));
  await runConcurrently(2, Array.from({ length: rounds }, (_, round) => round), async (round) => {
    const id = `stops/${round}`;
    trial.sessions.set(id, TURNS);
    const worker = trial.start({
      worker: id,
      sessions: [id],
      turns: TURNS,
      whenBusy: "wait",
      leaseTime: LEASE_TIME,
      crashPoint: chooseStop(round + effort.seed),
    });
    if (!await worker.waitFor("stopping")) trial.problems.push(`${id}: was never suspended`);
    await successor.play(id, TURNS);
    const { code, errors } = await resume(worker);
    if (code === LOST_CODE) return;
    trial.problems.push(`${id}: was not fenced, ended with ${code}: ${errors}`);
  });

  const findings = await trial.examine(rounds);
  const { refused, fenced } = findings;
  return {
    ...findings,
    notes: [`${refused} of ${fenced} fenced workers were rejected when they appended`],
  };
}

/** Chooses a point of suspension: after an effect, in the middle of a tool, or before an append. */
export function chooseStop(round: number): CrashPoint {
  const nth = Math.floor(round / 2);
  return round % 2 === 0
    ? { operation: "effect", at: 1 + nth % EFFECTS, when: "after", isStop: true }
    : { operation: "append", at: 1 + nth * 7 % APPENDS, when: "before", isStop: true };
}

/** Resumes a worker. Repeats the signal, because on a busy machine it may not be suspended yet. */
async function resume(worker: WorkerProcess): Promise<WorkerEnd> {
  const timer = setInterval(() => worker.signal("SIGCONT"), 50);
  worker.signal("SIGCONT");
  try {
    return await worker.end;
  } finally {
    clearInterval(timer);
  }
}
