import { MemorySaver } from "@langchain/langgraph";
import { createConversation, createHistory, imports, workflow } from "./langgraph.ts";
import type { Peer } from "./peer.ts";
import { START } from "./scenario.ts";

const checkpointer = new MemorySaver();
const graph = workflow.compile({ checkpointer });

/** LangGraph with a checkpointer, which keeps a thread per conversation. */
export const peer: Peer = {
  title: "@langchain/langgraph, MemorySaver",
  imports,
  includes:
    "the same graph, and a checkpoint of the whole state, as JSON, at each step of the graph",
  leavesOut: "a database: checkpoints are in memory; a provider's request; LangSmith",
  async converse(messages) {
    const thread = crypto.randomUUID();
    const config = { configurable: { thread_id: thread } };
    const history = createHistory(messages);
    if (messages > 0) await graph.updateState(config, { messages: history }, START);
    const conversation = createConversation((message) =>
      graph.invoke({ messages: [message] }, config)
    );
    return { ...conversation, leave: () => checkpointer.deleteThread(thread) };
  },
};
