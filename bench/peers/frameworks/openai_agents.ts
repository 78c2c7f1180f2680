import {
  Agent,
  assistant,
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
import { END, historyText, INPUTS, REPLIES, type Reply, START, SYSTEM, TOOL } from "./scenario.ts";

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

/** The arguments of a call are JSON text, as a model sends them. */
export function outputOf(reply: Reply, index: number) {
  const options = { callId: `call_${index}` };
  switch (reply.kind) {
    case "answer":
      return [assistantMessage(reply.text)];
    case "tool":
      return [functionCall(TOOL, JSON.stringify({ arg0: reply.arg0 }), options)];
    case "move":
      return [functionCall(toEnd.toolName, "{}", options)];
  }
}

/** The runner and the session of the framework, with a model made for each conversation. */
export function openaiPeer(
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
      await session.addItems(
        Array.from(
          { length: messages },
          (_, index) => (index % 2 === 0 ? user : assistant)(historyText(index)),
        ),
      );
      const { model, assertComplete } = makeModel();
      const runner = new Runner({ model, tracingDisabled: true });
      return {
        async play() {
          const answers: string[] = [];
          let toolResult = "";
          let agent: Agent = start;
          for (const input of INPUTS) {
            const result = await runner.run(agent, input, { session });
            agent = result.lastAgent ?? agent;
            answers.push(String(result.finalOutput));
            for (const item of result.newItems) {
              if (item.type === "tool_call_output_item") toolResult = String(item.output);
            }
          }
          assertComplete?.();
          return { answers, toolResult, step: agent.name };
        },
      };
    },
  };
}

/** With the framework's scripted model, which keeps every request for good: one for each conversation. */
export const peer: Peer = openaiPeer({
  title: "@openai/agents, ScriptedModel",
  includes:
    "runner, zod arguments, handoff, session copies, two copies of each request by the mock",
  makeModel: () => {
    const model = new ScriptedModel(REPLIES.map(outputOf));
    return { model, assertComplete: () => model.assertComplete() };
  },
});
