import {
  Agent,
  type AgentInputItem,
  assistant,
  type AssistantMessageItem,
  type FunctionCallItem,
  handoff,
  MemorySession,
  type Model,
  Runner,
  tool,
  user,
} from "@openai/agents";
import { assistantMessage, functionCall, ScriptedModel } from "@openai/agents/testing";
import { z } from "zod";
import type { Peer } from "./peer.ts";
import { END, makeHistory, makeReplies, START, SYSTEM, TOOL } from "./scenario.ts";

const testTool = tool({
  name: TOOL,
  description: "Gives back what it is given",
  parameters: z.object({ arg0: z.string() }),
  execute: ({ arg0 }) => arg0,
});

const end = new Agent({
  name: END,
  instructions: SYSTEM,
  handoffDescription: "Says that this is the end, when they want to go on",
});
const toEnd = handoff(end);

const start = new Agent({
  name: START,
  instructions: SYSTEM,
  tools: [testTool],
  handoffs: [toEnd],
});

/** Replies of a model, with the arguments of a call as JSON text. */
export const replies = makeReplies<(AssistantMessageItem | FunctionCallItem)[]>({
  answer: (text) => [assistantMessage(text)],
  tool: (args) => [functionCall(TOOL, JSON.stringify(args), { callId: "call_tool" })],
  move: () => [functionCall(toEnd.toolName, "{}", { callId: "call_move" })],
});

/** Makes a peer with a model for each conversation. */
export function makeOpenaiPeer(
  { title, includes, makeModel }: Pick<Peer, "title" | "includes"> & {
    readonly makeModel: () => { readonly model: Model; readonly assertComplete?: () => void };
  },
): Peer {
  return {
    title,
    imports: ["@openai/agents", "zod"],
    includes,
    leavesOut: "a provider's wire format, tracing, guardrails, a lasting session",
    async converse(messages) {
      const session = new MemorySession();
      await session.addItems(makeHistory<AgentInputItem>(messages, user, assistant));
      const { model, assertComplete } = makeModel();
      const runner = new Runner({ model, tracingDisabled: true });
      let toolResult = "";
      let agent: Agent = start;
      return {
        async turn(input) {
          const { lastAgent, finalOutput, newItems } = await runner.run(agent, input, { session });
          agent = lastAgent ?? agent;
          for (const item of newItems) {
            if (item.type === "tool_call_output_item") toolResult = String(item.output);
          }
          return String(finalOutput);
        },
        rest() {
          assertComplete?.();
          return { toolResult, step: agent.name };
        },
      };
    },
  };
}

/** OpenAI Agents with its scripted model, which keeps and copies every request. */
export const peer: Peer = makeOpenaiPeer({
  title: "@openai/agents, ScriptedModel",
  includes:
    "runner, zod arguments, handoff, session copies, two copies of each request by the mock",
  makeModel: () => {
    const model = new ScriptedModel([...replies]);
    return { model, assertComplete: () => model.assertComplete() };
  },
});
