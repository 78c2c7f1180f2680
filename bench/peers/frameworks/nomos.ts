import { MockLLM, raw } from "@nomos/agent";
import { createPeer } from "./nomos_agent.ts";
import type { Peer } from "./peer.ts";

/** This framework on its own mock. */
export const peer: Peer = createPeer({
  title: "@nomos/agent",
  imports: ["@nomos/agent", "valibot"],
  includes: "log, prompt, one schema per step as JSON Schema, reading and validating JSON text",
  leavesOut: "a store: the session is in memory; a request to a server",
}, (reply) => {
  // Reads the messages, which are rendered only when they are read.
  const llm = new MockLLM([({ messages }) => raw(reply(messages.length))], { whenDone: "repeat" });
  return { llm, forgetRequests: () => void (llm.requests.length = 0) };
});
