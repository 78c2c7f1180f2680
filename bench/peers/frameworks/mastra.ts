import { Mastra } from "@mastra/core";
import { Agent } from "@mastra/core/agent";
import type { MessageInput } from "@mastra/core/agent/message-list";
import type { MastraModelConfig } from "@mastra/core/llm";
import { MastraLanguageModelV2Mock } from "@mastra/core/test-utils/llm-mock";
import { createTool } from "@mastra/core/tools";
import { z } from "zod";
import type { Peer } from "./peer.ts";
import { cycle, END, INPUTS, makeHistory, makeReplies, START, SYSTEM, TOOL } from "./scenario.ts";

const tool = createTool({
  id: TOOL,
  description: "Gives back what it is given",
  inputSchema: z.object({ arg0: z.string() }),
  outputSchema: z.string(),
  execute: ({ arg0 }) => Promise.resolve(arg0),
});

/** Makes a tool call with arguments as text, so that parsing and validation are measured. */
function makeCall(toolName: string, input: Readonly<Record<string, string>>) {
  const toolCallId = crypto.randomUUID();
  return { type: "tool-call", toolCallId, toolName, input: JSON.stringify(input) } as const;
}

const nextReply = cycle(makeReplies<ReturnType<typeof makeCall> | { type: "text"; text: string }>({
  answer: (text) => ({ type: "text", text }),
  tool: (args) => makeCall(TOOL, args),
  // Calls the tool that Mastra makes from the subagent `end`.
  move: () => makeCall(`agent-${END}`, { prompt: INPUTS.at(-1)! }),
}));

const mock = new MastraLanguageModelV2Mock({
  doGenerate: () => {
    // The mock would keep every call.
    mock.doGenerateCalls.length = 0;
    const content = nextReply();
    return Promise.resolve({
      content: [content],
      finishReason: content.type === "text" ? "stop" : "tool-calls",
      usage: { inputTokens: 1, outputTokens: 1, totalTokens: 2 },
      warnings: [],
    });
  },
});

/** Cast, because the types differ by an `undefined` under `exactOptionalPropertyTypes`. */
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

/** Without tracing, and with storage in memory. */
const mastra = new Mastra({ agents: { [START]: start, [END]: end }, logger: false });

/** Mastra. The caller keeps the messages and passes all of them at each turn. */
export const peer: Peer = {
  title: "@mastra/core, agent.generate",
  imports: ["@mastra/core", "@mastra/core/agent", "@mastra/core/tools"],
  includes:
    "message list, agent loop as a workflow, tool schemas, validated JSON arguments, a subagent run",
  leavesOut:
    "Memory, which sends the last ten messages, a database, tracing; a supervisor's own last words",
  converse(messages) {
    const history = makeHistory<MessageInput>(
      messages,
      (content) => ({ role: "user", content }),
      (content) => ({ role: "assistant", content }),
    );
    const agent = mastra.getAgentById(START);
    let step: string = START;
    const toolResults: unknown[] = [];
    return {
      async turn(content) {
        history.push({ role: "user", content });
        let handedOver: string | undefined;
        const result = await agent.generate(history, {
          delegation: {
            // The text of the subagent is the answer, which the supervisor need not repeat.
            onDelegationComplete({ primitiveId, result, bail }) {
              step = primitiveId;
              handedOver = result.text;
              bail();
            },
          },
        });
        history.push(...result.response.messages!);
        toolResults.push(...result.toolResults.map(({ payload }) => payload.result));
        return handedOver ?? result.text;
      },
      rest: () => ({ toolResult: String(toolResults[0]), step }),
    };
  },
};
