import { openai } from "@nomos/agent/openai";
import { createPeer } from "./nomos_agent.ts";
import type { Peer } from "./peer.ts";

/** This framework on its own provider, whose `fetch` answers at once. */
export const peer: Peer = createPeer({
  title: "@nomos/agent, openai() without a network",
  imports: ["@nomos/agent", "@nomos/agent/openai", "valibot"],
  includes:
    "as @nomos/agent, and the body of each request as JSON, and the reading of each response",
  leavesOut: "streaming, a store, the network",
}, (reply) => {
  const { stream: _, ...llm } = openai({
    model: "bench",
    baseURL: "http://localhost/v1",
    fetch: (_url, { body }) => {
      // Counted without parsing, because a server does that.
      const messages = String(body).split('"role":').length - 1;
      const message = { role: "assistant", content: reply(messages) };
      return Promise.resolve(Response.json({ choices: [{ message, finish_reason: "stop" }] }));
    },
  });
  return { llm, forgetRequests: () => {} };
});
