/**
 * Posts many inputs to one session at once, from several processes: each must get a turn, and
 * no turn may start in the middle of another.
 *
 * @module
 */
import type { Effort, Environment, Findings, Scenario } from "../scenario.ts";
import { Trial } from "../trial.ts";

const PROCESSES = 2;
const ID = "posts";

/** Posts inputs concurrently. */
export const parallelPosts: Scenario = { name: "posts at once to one session", run };

async function run(environment: Environment, { clients: posts }: Effort): Promise<Findings> {
  using trial = new Trial(environment, "posts");
  trial.sessions.set(ID, posts);
  const inputs = Array.from({ length: posts }, (_, post) => `post ${post}`);
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
  return await trial.examine(0, [`${posts} posts from ${PROCESSES} processes`]);
}
