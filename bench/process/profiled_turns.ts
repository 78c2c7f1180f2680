/**
 * Time that a profile names, beside the wall clock and beside CPU samples.
 *
 *     profiled_turns.ts
 *
 * plays conversations whose tool and guard compute, and prints times in milliseconds as JSON.
 *
 * @module
 */
import { Agent, decide, MockLLM, Tool } from "@nomos/agent";
import { type AgentProfile, Profiler } from "@nomos/agent/profile";
import * as v from "valibot";
import { profileFunctions } from "../../src/profile/functions/profile_functions.ts";

/** Number of conversations. */
const CONVERSATIONS = 20;

/** Time that the model takes, in milliseconds; a fast one takes ten times as long. */
const LATENCY = 50;

/**
 * Computes for some milliseconds. A name of its own, so that its samples are found; it seldom reads
 * the clock, because native code has samples of its own.
 */
function computeInAuthorCode(milliseconds: number): number {
  const end = performance.now() + milliseconds;
  let sum = 0;
  while (performance.now() < end) {
    for (let count = 0; count < 10_000; count++) sum += Math.sqrt(sum + count);
  }
  return sum;
}

const args = v.object({});
const compute = new Tool({
  name: "compute",
  description: "Compute",
  args,
  run: () => {
    computeInAuthorCode(12);
    return "done";
  },
});
const DECISIONS = [decide.call("compute"), decide.move("end"), decide.respond("Done")];
let made = 0;
let latency = 0;
const decideNext = async () => {
  if (latency > 0) await new Promise((resolve) => setTimeout(resolve, latency));
  return DECISIONS[made++ % DECISIONS.length]!;
};
const llm = new MockLLM([decideNext], { whenDone: "repeat" });
const agent = new Agent({
  name: "computer",
  llm,
  start: "start",
  steps: {
    start: {
      description: "Compute",
      tools: [compute],
      routes: {
        end: {
          when: "it is done",
          guard: () => {
            computeInAuthorCode(4);
            return true;
          },
        },
      },
    },
    end: { description: "Answer" },
  },
});

/** Plays conversations. Returns their profile, and their time by the wall clock. */
async function play(): Promise<{ readonly profile: AgentProfile; readonly wall: number }> {
  const profiler = new Profiler();
  const observed = agent.with({ observers: [profiler] });
  let wall = 0;
  for (let conversation = 0; conversation < CONVERSATIONS; conversation++) {
    const session = observed.createSession();
    const begun = performance.now();
    await session.next("Compute");
    wall += performance.now() - begun;
    llm.requests.length = 0;
  }
  return { profile: profiler.profile(), wall };
}

await play();
latency = LATENCY;
const { profile: { attributed, total }, wall } = await play();
// V8 gives the time of waiting to the function that runs after it, so nothing waits here.
latency = 0;
let played: AgentProfile | undefined;
const { rows } = await profileFunctions(async () => void ({ profile: played } = await play()));
const author = played!.time.filter(({ kind }) => kind === "tool" || kind === "guard");
const sampled = rows.filter(({ place }) => place.name === computeInAuthorCode.name);
console.log(JSON.stringify({
  wall,
  named: attributed.time * total.wall,
  author: author.reduce((sum, row) => sum + row.wall, 0),
  sampled: sampled.reduce((sum, row) => sum + row.cumulative, 0) / 1e3,
}));
