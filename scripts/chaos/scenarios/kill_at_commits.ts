/**
 * Kills a worker at every point at which something becomes durable or happens
 * outside, just before and just after, and lets another finish its session.
 *
 * @module
 */
import { atOnce } from "../at_once.ts";
import { Death, type DeathPoint } from "../death.ts";
import { examine } from "../examine.ts";
import type { Findings } from "../findings.ts";
import { Journal, readJournal } from "../journal.ts";
import { Player } from "../player.ts";
import type { Arena, Scenario } from "../scenario.ts";
import { WorkerProcess } from "../worker_process.ts";

/** As many turns as the script has kinds of. */
const TURNS = 3;

/** The scenario. */
export const killAtCommits: Scenario = { name: "kill -9 at commit points", run };

async function run(arena: Arena): Promise<Findings> {
  const { store, place, folder, effort } = arena;
  const path = `${folder}/commits.jsonl`;
  const sessions = new Map<string, number>();
  const killed = new Set<string>();
  const problems: string[] = [];
  using journal = new Journal(path, "rescuer");
  const rescuer = new Player(store, journal);

  const points = await pointsOf(arena, journal);
  const chosen = points.filter((_, index) => (index + effort.seed) % effort.stride === 0);
  await atOnce(2, chosen, async (death) => {
    const id = `commits/${death.what}/${death.at}/${death.when}`;
    sessions.set(id, TURNS);
    const task = { worker: id, place, journal: path, sessions: [id], turns: TURNS, death };
    const { code, errors } = await new WorkerProcess(task).end;
    if (code === 137) killed.add(id);
    else problems.push(`${id}: the worker ended with ${code}: ${errors}`);
    await rescuer.play(id, TURNS);
  });

  const findings = await examine({ store, sessions, notes: await readJournal(path), killed });
  return {
    ...findings,
    blows: killed.size,
    problems: [...problems, ...findings.problems],
    notes: [`${chosen.length} of ${points.length} commit points`],
  };
}

/** Every point of a session, found by playing one that nobody kills. */
async function pointsOf({ store }: Arena, journal: Journal): Promise<readonly DeathPoint[]> {
  const death = new Death();
  await new Player(store, journal, { death }).play("commits/none", TURNS);
  const whens = ["before", "after"] as const;
  return (["write", "effect"] as const).flatMap((what) =>
    Array.from({ length: death.done[what] }, (_, index) => index + 1)
      .flatMap((at) => whens.map((when) => ({ what, at, when })))
  );
}
