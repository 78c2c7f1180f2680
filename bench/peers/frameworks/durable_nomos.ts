import { openStore } from "@nomos/agent/store";
import { makeDurableAgent } from "../../durable/durable_agent.ts";
import { INPUT } from "../../durable/scenario.ts";
import type { DurablePeer } from "./durable_peer.ts";

/** This framework with its stores, which flush every commit. */
export const peer: DurablePeer = {
  async open(url) {
    const store = await openStore(url);
    return {
      async converse() {
        const agent = makeDurableAgent();
        const session = await agent.openSession(crypto.randomUUID(), { store });
        return async () => {
          const { response, toolResults } = await session.next(INPUT);
          return { answer: String(response), toolResults: toolResults.map(({ text }) => text) };
        };
      },
      close: () => store.close(),
    };
  },
};
