import { type Model, Usage } from "@openai/agents";
import { makeOpenaiPeer, replies } from "./openai_agents.ts";
import type { Peer } from "./peer.ts";
import { cycle } from "./scenario.ts";

const nextReply = cycle(replies);

/** Model that does not keep its requests. */
const model: Model = {
  getResponse: () => Promise.resolve({ output: nextReply(), usage: new Usage({ requests: 1 }) }),
  getStreamedResponse: () => {
    throw new Error("Cannot stream: the scenario does not");
  },
};

/** OpenAI Agents with a model that copies nothing, which leaves the cost of the framework. */
export const peer: Peer = makeOpenaiPeer({
  title: "@openai/agents, a plain model",
  includes: "runner, zod arguments, handoff, session copies",
  makeModel: () => ({ model }),
});
