/**
 * Kills a worker just before and just after each write and each effect, and lets another
 * player finish its session.
 *
 * @module
 */
import { CrashInjector, type CrashPoint } from "../crash_injector.ts";
import { runConcurrently } from "../player.ts";
import type { Effort, Environment, Findings, Scenario } from "../scenario.ts";
import { Trial } from "../trial.ts";

/** Number of turns, one of each kind in the script. */
const TURNS = 4;

/** Kills workers at commit points. */
export const killAtCommits: Scenario = { name: "kill -9 at commit points", run };

async function run(environment: Environment, { seed, stride }: Effort): Promise<Findings> {
  using trial = new Trial(environment, "commits");
  const rescuer = trial.player();

  const kinds = await findCrashPoints(trial);
  const chosen = kinds.flatMap((points) => pickEvery(points, stride, seed));
  await runConcurrently(2, chosen, async (crashPoint) => {
    const { operation, at, when } = crashPoint;
    const id = `commits/${operation}/${at}/${when}`;
    trial.sessions.set(id, TURNS);
    const worker = trial.start({ worker: id, sessions: [id], turns: TURNS, crashPoint });
    const { code, errors } = await worker.end;
    if (code === 137) trial.killed.add(id);
    else trial.problems.push(`${id}: the worker ended with ${code}: ${errors}`);
    await rescuer.play(id, TURNS);
  });

  const note = `${chosen.length} of ${kinds.flat().length} commit points`;
  return await trial.examine(trial.killed.size, [note]);
}

/** Finds the crash points of a session by kind, by playing a session without a crash. */
async function findCrashPoints(trial: Trial): Promise<readonly (readonly CrashPoint[])[]> {
  const crash = new CrashInjector();
  await trial.player({ crash }).play("commits/none", TURNS);
  return (["write", "effect"] as const).flatMap((operation) =>
    (["before", "after"] as const).map((when) =>
      Array.from({ length: crash.done[operation] }, (_, index) => {
        return { operation, at: index + 1, when };
      })
    )
  );
}

/** Picks every item at an interval, and at least one. */
function pickEvery<Item>(items: readonly Item[], stride: number, seed: number): Item[] {
  const interval = Math.min(stride, items.length);
  return items.filter((_, index) => index % interval === seed % interval);
}
