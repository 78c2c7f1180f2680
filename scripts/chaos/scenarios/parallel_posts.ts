/**
 * Posts 50 inputs to one session at once, from several processes: each must get
 * its turn, and no turn may begin in the middle of another.
 *
 * @module
 */
import type { Arena, Findings, Scenario } from "../scenario.ts";
import { Trial } from "../trial.ts";

const POSTS = 50;
const PROCESSES = 2;
const ID = "posts";

/** The scenario. */
export const parallelPosts: Scenario = { name: `${POSTS} posts at once to one session`, run };

async function run(arena: Arena): Promise<Findings> {
  using trial = new Trial(arena, "posts");
  trial.sessions.set(ID, POSTS);
  const inputs = Array.from({ length: POSTS }, (_, post) => `post ${post}`);
  const workers = Array.from({ length: PROCESSES }, (_, process) =>
    trial.start({
      worker: `posts/${process}`,
      sessions: [ID],
      turns: inputs.filter((_, post) => post % PROCESSES === process),
      whenBusy: "wait",
    }));
  for (const { code, errors } of await Promise.all(workers.map(({ end }) => end))) {
    if (code !== 0) trial.problems.push(`a process ended with ${code}: ${errors}`);
  }
  return await trial.examine(0);
}
