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
import type { Conversation } from "./peer.ts";
import { END, historyText, INPUTS, REPLIES, type Reply, START, SYSTEM, TOOL } from "./scenario.ts";

/** What a program that has such a graph imports. */
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

/** What a graph gives back after a turn. */
export type State = typeof StepState.State;

const testTool = tool(({ arg0 }) => arg0, {
  name: TOOL,
  description: "Gives back what it is given",
  schema: z.object({ arg0: z.string() }),
});

/** The handoff: it writes the step that the edges read, now and in later turns. */
const moveTool = tool(
  (_input, { toolCallId }: ToolRuntime) => {
    const done = new ToolMessage({ content: "They went on.", tool_call_id: toolCallId });
    return new Command({ update: { step: END, messages: [done] } });
  },
  { name: `transfer_to_${END}`, description: "They want to go on", schema: z.object({}) },
);

const tools = [testTool, moveTool];

/** Arguments are text, as a model sends them: reading and validating it is the core's work. */
function outputOf(reply: Reply, index: number) {
  if (reply.kind === "answer") return { content: reply.text, calls: [] };
  const called = reply.kind === "tool"
    ? { name: TOOL, arguments: JSON.stringify({ arg0: reply.arg0 }) }
    : { name: moveTool.name, arguments: "{}" };
  return { content: "", calls: [{ id: `call_${index}`, type: "function", function: called }] };
}

const outputs = REPLIES.map(outputOf);

/** A fake model keeps its replies and its calls for good: each conversation has its own. */
function createModels() {
  const model = fakeModel();
  for (const { content, calls } of outputs) {
    model.respond(() => {
      const tool_calls = calls.map((call) => parseToolCall(call, { returnId: true }));
      return new AIMessage({ content, tool_calls });
    });
  }
  return { [START]: model.bindTools(tools), [END]: model };
}

let models = createModels();
const system = new SystemMessage(SYSTEM);

/** The graph, to be compiled with a checkpointer or without. LANGSMITH_TRACING unset: no traces. */
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

/** So many messages, with the identifiers that earlier turns would have given them. */
export function createHistory(messages: number): BaseMessage[] {
  return Array.from({ length: messages }, (_, index) => {
    const fields = { id: crypto.randomUUID(), content: historyText(index) };
    return index % 2 === 0 ? new HumanMessage(fields) : new AIMessage(fields);
  });
}

/** A conversation in which `take` takes a turn and gives the state after it. */
export function createConversation(take: (message: HumanMessage) => Promise<State>): Conversation {
  const own = createModels();
  return {
    async play() {
      models = own;
      const states: State[] = [];
      for (const input of INPUTS) states.push(await take(new HumanMessage(input)));
      return {
        answers: states.map(({ messages }) => messages.at(-1)!.text),
        toolResult: states[1]!.messages.findLast(ToolMessage.isInstance)!.text,
        step: states.at(-1)!.step,
      };
    },
  };
}
