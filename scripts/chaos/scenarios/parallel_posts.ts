/**
 * Posts 50 inputs to one session at once, from several processes: each must get
 * its turn, and no turn may begin in the middle of another.
 *
 * @module
 */
import { examine } from "../examine.ts";
import type { Findings } from "../findings.ts";
import { readJournal } from "../journal.ts";
import type { Arena, Scenario } from "../scenario.ts";
import { WorkerProcess } from "../worker_process.ts";

const POSTS = 50;
const PROCESSES = 2;
const ID = "posts";

/** The scenario. */
export const parallelPosts: Scenario = { name: `${POSTS} posts at once to one session`, run };

async function run({ store, place, folder }: Arena): Promise<Findings> {
  const journal = `${folder}/posts.jsonl`;
  const inputs = Array.from({ length: POSTS }, (_, post) => `post ${post}`);
  const ends = await Promise.all(
    Array.from({ length: PROCESSES }, (_, process) =>
      new WorkerProcess({
        worker: `posts/${process}`,
        place,
        journal,
        sessions: [ID],
        turns: inputs.filter((_, post) => post % PROCESSES === process),
        whenBusy: "wait",
      }).end),
  );
  const problems = ends.filter(({ code }) => code !== 0)
    .map(({ code, errors }) => `a process ended with ${code}: ${errors}`);
  const findings = await examine({
    store,
    sessions: new Map([[ID, POSTS]]),
    notes: await readJournal(journal),
    killed: new Set(),
  });
  return { ...findings, problems: [...problems, ...findings.problems] };
}
