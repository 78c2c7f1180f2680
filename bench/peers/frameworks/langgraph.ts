import {
  AIMessage,
  type BaseMessage,
  HumanMessage,
  SystemMessage,
  ToolMessage,
} from "@langchain/core/messages";
import { parseToolCall } from "@langchain/core/output_parsers/openai_tools";
import { fakeModel } from "@langchain/core/testing";
import { tool, type ToolRuntime } from "@langchain/core/tools";
import {
  Command,
  END as GRAPH_END,
  MessagesValue,
  START as GRAPH_START,
  StateGraph,
  StateSchema,
} from "@langchain/langgraph";
import { ToolNode, toolsCondition } from "@langchain/langgraph/prebuilt";
import { z } from "zod";
import type { Conversation, Peer } from "./peer.ts";
import { END, makeHistory, makeReplies, START, SYSTEM, TOOL } from "./scenario.ts";

/** Imports of a program with such a graph. */
export const imports: readonly string[] = [
  "@langchain/core/messages",
  "@langchain/core/tools",
  "@langchain/langgraph",
  "@langchain/langgraph/prebuilt",
];

const StepState = new StateSchema({
  messages: MessagesValue,
  step: z.enum([START, END]).default(START),
});

/** State that a graph returns after a turn. */
type State = typeof StepState.State;

const testTool = tool(({ arg0 }) => arg0, {
  name: TOOL,
  description: "Gives back what it is given",
  schema: z.object({ arg0: z.string() }),
});

/** Handoff, which writes the step that the edges read in this turn and later ones. */
const moveTool = tool(
  (_input, { toolCallId }: ToolRuntime) => {
    const done = new ToolMessage({ content: "They went on.", tool_call_id: toolCallId });
    return new Command({ update: { step: END, messages: [done] } });
  },
  { name: `transfer_to_${END}`, description: "They want to go on", schema: z.object({}) },
);

const tools = [testTool, moveTool];

/** Makes a tool call with arguments as text, so that parsing and validation are measured. */
function makeCall(name: string, args: object) {
  const called = { name, arguments: JSON.stringify(args) };
  const call = { id: crypto.randomUUID(), type: "function", function: called };
  return () => {
    return new AIMessage({ content: "", tool_calls: [parseToolCall(call, { returnId: true })] });
  };
}

const replies = makeReplies<() => AIMessage>({
  answer: (content) => () => new AIMessage({ content, tool_calls: [] }),
  tool: (args) => makeCall(TOOL, args),
  move: () => makeCall(moveTool.name, {}),
});

/** Makes models for one conversation, because a fake model keeps its replies and calls. */
function createModels() {
  const model = fakeModel();
  for (const reply of replies) model.respond(reply);
  return { [START]: model.bindTools(tools), [END]: model };
}

let models = createModels();
const system = new SystemMessage(SYSTEM);

/** Graph, to be compiled with or without a checkpointer. Traced only if LANGSMITH_TRACING is set. */
export const workflow = new StateGraph(StepState)
  .addNode(START, async ({ messages }) => ({
    messages: [await models[START].invoke([system, ...messages])],
  }))
  .addNode(END, async ({ messages }) => ({
    messages: [await models[END].invoke([system, ...messages])],
  }))
  .addNode("tools", new ToolNode(tools))
  .addConditionalEdges(GRAPH_START, ({ step }) => step, [START, END])
  .addConditionalEdges(START, toolsCondition, ["tools", GRAPH_END])
  .addConditionalEdges("tools", ({ step }) => step, [START, END])
  .addEdge(END, GRAPH_END);

/** Makes a history of messages with ids. */
export function createHistory(messages: number): BaseMessage[] {
  return makeHistory<BaseMessage>(
    messages,
    (content) => new HumanMessage({ id: crypto.randomUUID(), content }),
    (content) => new AIMessage({ id: crypto.randomUUID(), content }),
  );
}

/** Makes a conversation in which `take` plays a turn and returns the state after it. */
export function createConversation(take: (message: HumanMessage) => Promise<State>): Conversation {
  const own = createModels();
  let state: State;
  let toolResult: string | undefined;
  return {
    async turn(input) {
      models = own;
      state = await take(new HumanMessage(input));
      // The first tool message is that of the tool, a later one that of the handoff.
      toolResult ??= state.messages.findLast(ToolMessage.isInstance)?.text;
      return state.messages.at(-1)!.text;
    },
    rest: () => ({ toolResult: toolResult ?? "", step: state.step }),
  };
}

const graph = workflow.compile();

/** LangGraph without a checkpointer. The caller passes the whole state at each turn. */
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
