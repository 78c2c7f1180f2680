import {
  createConversation,
  createHistory,
  imports,
  type State,
  workflow,
} from "./langgraph_graph.ts";
import type { Peer } from "./peer.ts";
import { START } from "./scenario.ts";

const graph = workflow.compile();

/** The caller keeps the state and gives all of it at each turn. */
export const peer: Peer = {
  title: "@langchain/langgraph, no checkpointer",
  imports,
  includes:
    "graph, messages reducer, chat-model base, reading and validating JSON arguments of tools",
  leavesOut: "a checkpointer: the caller keeps the messages; a provider's request; LangSmith",
  converse(messages) {
    let state: State = { messages: createHistory(messages), step: START };
    return createConversation(async (message) => {
      state = await graph.invoke({ ...state, messages: [...state.messages, message] });
      return state;
    });
  },
};
