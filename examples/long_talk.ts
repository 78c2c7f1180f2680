/**
 * A travel companion whose conversation goes on for hundreds of turns: requests stay small, and what
 * matters stays in a summary.
 *
 * Offline, with a scripted model that has a small context window:
 *
 *     deno run examples/long_talk.ts
 *
 * @module
 */
import {
  Agent,
  decide,
  type HistoryOptions,
  type LLM,
  type LLMRequest,
  MockLLM,
  raw,
} from "@nomos/agent";
import { LLMContextError } from "@nomos/agent/llm";

/** Context window of the scripted model, in tokens. */
const WINDOW = 2_000;

/** Creates the agent with a model, and the bounds of its history. */
export function createCompanion(llm: LLM, history?: HistoryOptions): Agent {
  return new Agent({
    name: "companion",
    llm,
    start: "travel",
    steps: { travel: { description: "Accompany the user on a journey through Europe" } },
    ...(history && { history }),
  });
}

/** Makes a model that refuses what is longer than its window, as real ones do. */
export function createSmallModel(): MockLLM {
  const answer = ({ messages, legal }: LLMRequest) => {
    const size = messages.reduce((sum, { content }) => sum + content.length, 0) / 4;
    if (size > WINDOW) return new LLMContextError(`${Math.ceil(size)} tokens do not fit`);
    if (legal !== undefined) return decide.respond("Lovely. Where do you go next?");
    // A real model writes this; the script only keeps the places that it finds.
    const places = messages.flatMap(({ content }) => content.match(/stop \d+/g) ?? []);
    return raw({ summary: `They travel by train, and have seen ${places.length} stops` });
  };
  return new MockLLM([answer], { whenDone: "repeat" });
}

/** Talks for a number of turns. Returns the number of those after which requests were shorter. */
export async function travel(agent: Agent, turns: number): Promise<number> {
  const session = agent.createSession();
  let compacted = 0;
  for (let stop = 1; stop <= turns; stop++) {
    const turn = await session.next(`Now I am at stop ${stop}. ${"What a view! ".repeat(10)}`);
    if (turn.compacted) compacted++;
  }
  return compacted;
}

if (import.meta.main) {
  for (const history of [undefined, { maxTokens: 1_500, keepTurns: 4 }]) {
    const llm = createSmallModel();
    const compacted = await travel(createCompanion(llm, history), 300);
    const sizes = llm.requests.map(({ messages }) =>
      messages.reduce((sum, { content }) => sum + content.length, 0) / 4
    );
    const refused = sizes.filter((size) => size > WINDOW).length;
    console.log(
      `${history ? "With a bound" : "Without a bound"}: 300 turns, ${compacted} compacted, ` +
        `${refused} requests refused, the largest of ${Math.ceil(Math.max(...sizes))} tokens`,
    );
  }
}
