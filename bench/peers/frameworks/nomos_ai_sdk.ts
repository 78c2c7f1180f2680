import { aiSdk } from "@nomos/agent/ai-sdk";
import { MockLanguageModelV4 } from "ai/test";
import { makeResult } from "./ai_mock.ts";
import { createPeer } from "./nomos_agent.ts";
import type { Peer } from "./peer.ts";

/** This framework on the mock model of `ai`. */
export const peer: Peer = createPeer({
  title: "@nomos/agent, aiSdk() on ai's mock",
  imports: ["@nomos/agent", "@nomos/agent/ai-sdk", "valibot"],
  includes: "as @nomos/agent, and the conversion of each request for a model of ai",
  leavesOut: "streaming, a store, a request to a server",
}, (reply) => {
  const mock = new MockLanguageModelV4({
    doGenerate: ({ prompt }) =>
      Promise.resolve(makeResult({ type: "text", text: reply(prompt.length) })),
  });
  // Without streaming, as generateText() in the variant of ai.
  const { stream: _, ...llm } = aiSdk(mock);
  return { llm, forgetRequests: () => void (mock.doGenerateCalls.length = 0) };
});
