import { Mastra } from "@mastra/core";
import { Agent } from "@mastra/core/agent";
import type { MessageInput } from "@mastra/core/agent/message-list";
import type { MastraModelConfig } from "@mastra/core/llm";
import { MastraLanguageModelV2Mock } from "@mastra/core/test-utils/llm-mock";
import { createTool } from "@mastra/core/tools";
import { z } from "zod";
import type { Peer } from "./peer.ts";
import { END, historyText, INPUTS, REPLIES, type Reply, START, SYSTEM, TOOL } from "./scenario.ts";

const tool = createTool({
  id: TOOL,
  description: "Gives back what it is given",
  inputSchema: z.object({ arg0: z.string() }),
  outputSchema: z.string(),
  execute: ({ arg0 }) => Promise.resolve(arg0),
});

/** A tool call as a model sends it: its input is JSON text, which Mastra reads and validates. */
function toolCall(toolName: string, input: Record<string, string>) {
  const toolCallId = crypto.randomUUID();
  return { type: "tool-call", toolCallId, toolName, input: JSON.stringify(input) } as const;
}

function contentOf(reply: Reply) {
  switch (reply.kind) {
    case "answer":
      return { type: "text", text: reply.text } as const;
    case "tool":
      return toolCall(TOOL, { arg0: reply.arg0 });
    case "move":
      // The tool that Mastra makes of the subagent `end`.
      return toolCall(`agent-${END}`, { prompt: INPUTS.at(-1)! });
  }
}

let call = 0;

const mock = new MastraLanguageModelV2Mock({
  doGenerate: () => {
    const content = contentOf(REPLIES[call++]!);
    return Promise.resolve({
      content: [content],
      finishReason: content.type === "text" ? "stop" : "tool-calls",
      usage: { inputTokens: 1, outputTokens: 1, totalTokens: 2 },
      warnings: [],
    });
  },
});

/** The two types differ by an `undefined` only, which matters to `exactOptionalPropertyTypes`. */
const model = mock as MastraModelConfig;

const end = new Agent({
  id: END,
  name: END,
  description: "Takes over when the user wants to go on",
  instructions: "Say that this is the end",
  model,
});

const start = new Agent({
  id: START,
  name: START,
  instructions: SYSTEM,
  model,
  tools: { [TOOL]: tool },
  agents: { [END]: end },
});

/** Without `observability` nothing is traced, and without `storage` the store is in memory. */
const mastra = new Mastra({ agents: { [START]: start, [END]: end }, logger: false });

/** This framework: one conversation, whose messages the caller keeps and gives anew each turn. */
export const peer: Peer = {
  title: "@mastra/core, agent.generate",
  imports: ["@mastra/core", "@mastra/core/agent", "@mastra/core/tools"],
  includes:
    "message list, agent loop as a workflow, tool schemas, validated JSON arguments, a subagent run",
  leavesOut:
    "Memory, which sends the last ten messages, a database, tracing; a supervisor's own last words",
  converse(messages) {
    const history = Array.from({ length: messages }, (_, index): MessageInput => {
      const content = historyText(index);
      return index % 2 === 0 ? { role: "user", content } : { role: "assistant", content };
    });
    const agent = mastra.getAgentById(START);
    return {
      async play() {
        call = 0;
        let step: string = START;
        const answers: string[] = [];
        const toolResults: unknown[] = [];
        for (const input of INPUTS) {
          history.push({ role: "user", content: input });
          let handedOver: string | undefined;
          const result = await agent.generate(history, {
            delegation: {
              // What the subagent says is the answer: the supervisor need not say it again.
              onDelegationComplete({ primitiveId, result, bail }) {
                step = primitiveId;
                handedOver = result.text;
                bail();
              },
            },
          });
          history.push(...result.response.messages!);
          answers.push(handedOver ?? result.text);
          toolResults.push(...result.toolResults.map(({ payload }) => payload.result));
        }
        const calls = mock.doGenerateCalls.length;
        mock.doGenerateCalls.length = 0;
        if (calls !== REPLIES.length) throw new Error(`The model was called ${calls} times`);
        return { answers, toolResult: String(toolResults[0]), step };
      },
    };
  },
};
