/**
 * Kills a worker at every point at which something becomes durable or happens
 * outside, just before and just after, and lets another finish its session.
 *
 * @module
 */
import { Death, type DeathPoint } from "../death.ts";
import { atOnce } from "../player.ts";
import type { Arena, Findings, Scenario } from "../scenario.ts";
import { Trial } from "../trial.ts";

/** As many turns as the script has kinds of. */
const TURNS = 3;

/** The scenario. */
export const killAtCommits: Scenario = { name: "kill -9 at commit points", run };

async function run(arena: Arena): Promise<Findings> {
  const { seed, stride } = arena.effort;
  using trial = new Trial(arena, "commits");
  const rescuer = trial.player();

  const points = await pointsOf(trial);
  const chosen = points.filter((_, index) => (index + seed) % stride === 0);
  await atOnce(2, chosen, async (death) => {
    const id = `commits/${death.what}/${death.at}/${death.when}`;
    trial.sessions.set(id, TURNS);
    const worker = trial.start({ worker: id, sessions: [id], turns: TURNS, death });
    const { code, errors } = await worker.end;
    if (code === 137) trial.killed.add(id);
    else trial.problems.push(`${id}: the worker ended with ${code}: ${errors}`);
    await rescuer.play(id, TURNS);
  });

  const findings = await trial.examine(trial.killed.size);
  return { ...findings, notes: [`${chosen.length} of ${points.length} commit points`] };
}

/** Every point of a session, found by playing one that nobody kills. */
async function pointsOf(trial: Trial): Promise<readonly DeathPoint[]> {
  const death = new Death();
  await trial.player({ death }).play("commits/none", TURNS);
  const whens = ["before", "after"] as const;
  return (["write", "effect"] as const).flatMap((what) =>
    Array.from({ length: death.done[what] }, (_, index) => index + 1)
      .flatMap((at) => whens.map((when) => ({ what, at, when })))
  );
}
