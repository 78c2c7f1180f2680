import { toStandardJsonSchema } from "@valibot/to-json-schema";
import { generateText, isStepCount, type PrepareStepFunction, tool } from "ai";
import * as v from "valibot";
import { type Content, makeMessages, makeMock, telemetry } from "./ai_mock.ts";
import type { Peer } from "./peer.ts";
import { END, makeReplies, START, SYSTEM, TOOL } from "./scenario.ts";

const MOVE = "move";

const tools = {
  [TOOL]: tool({
    description: "Gives back what it is given",
    inputSchema: toStandardJsonSchema(v.object({ arg0: v.string() })),
    execute: ({ arg0 }) => arg0,
  }),
  [MOVE]: tool({
    description: "Goes on to another step, when the user wants to",
    inputSchema: toStandardJsonSchema(v.object({ step: v.literal(END) })),
    execute: ({ step }) => step,
  }),
};

const settings = {
  [START]: { instructions: SYSTEM, activeTools: [TOOL, MOVE] },
  [END]: { instructions: `${SYSTEM}\n\nSay that this is the end.`, activeTools: [] },
} as const;

/** Runtime context, which `ai` passes from one model call to the next. */
type Place = { readonly step: keyof typeof settings };

const prepareStep: PrepareStepFunction<typeof tools, Place> = ({ steps, runtimeContext }) => {
  const moved = steps.at(-1)?.staticToolResults.find((result) => result.toolName === MOVE);
  const step = moved?.output ?? runtimeContext.step;
  return { ...settings[step], runtimeContext: { step } };
};

/** Makes a tool call with arguments as text, so that parsing and validation are measured. */
function makeCall(toolName: string, args: Readonly<Record<string, string>>): Content {
  return {
    type: "tool-call",
    toolCallId: crypto.randomUUID(),
    toolName,
    input: JSON.stringify(args),
  };
}

const model = makeMock(makeReplies<Content>({
  answer: (text) => ({ type: "text", text }),
  tool: (args) => makeCall(TOOL, args),
  move: () => makeCall(MOVE, { step: END }),
}));

/** `ai` with tools. It runs the loop of a turn, and the caller keeps the messages. */
export const peer: Peer = {
  title: "ai, generateText with tools",
  imports: ["ai", "@valibot/to-json-schema", "valibot"],
  includes:
    "prompt conversion, tools as JSON Schema at each call, validating arguments, the tool loop",
  leavesOut:
    "streaming, a store, a provider's own request; zod schemas, which cost more at each call",
  converse(count) {
    const messages = makeMessages(count);
    let place: Place = { step: START };
    let toolResult = "";
    return {
      async turn(content) {
        messages.push({ role: "user", content });
        const { text, responseMessages, finalStep, staticToolResults } = await generateText({
          model,
          messages,
          tools,
          prepareStep,
          runtimeContext: place,
          stopWhen: isStepCount(5),
          telemetry,
        });
        messages.push(...responseMessages);
        place = finalStep.runtimeContext;
        const used = staticToolResults.find(({ toolName }) => toolName === TOOL);
        if (used !== undefined) toolResult = used.output;
        return text;
      },
      rest: () => ({ toolResult, step: place.step }),
    };
  },
};
