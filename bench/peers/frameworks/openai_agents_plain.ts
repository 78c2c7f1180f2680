import { type Model, Usage } from "@openai/agents";
import { openaiPeer, replies } from "./openai_agents.ts";
import type { Peer } from "./peer.ts";
import { cycle } from "./scenario.ts";

const nextReply = cycle(replies);

/** A model that keeps nothing of what it is asked. */
const model: Model = {
  getResponse: () => Promise.resolve({ output: nextReply(), usage: new Usage({ requests: 1 }) }),
  getStreamedResponse: () => {
    throw new Error("Cannot stream: the scenario does not");
  },
};

/** With a model that copies nothing: what is left is the framework's. */
export const peer: Peer = openaiPeer({
  title: "@openai/agents, a plain model",
  includes: "runner, zod arguments, handoff, session copies",
  makeModel: () => ({ model }),
});
