import { toStandardJsonSchema } from "@valibot/to-json-schema";
import { generateText, isStepCount, type PrepareStepFunction, tool } from "ai";
import * as v from "valibot";
import { type Content, historyOf, mockOf, rewind, telemetry } from "./ai_mock.ts";
import type { Peer } from "./peer.ts";
import { END, INPUTS, type Reply, START, SYSTEM, TOOL } from "./scenario.ts";

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

/** The runtime context, which `ai` hands from one model call to the next. */
type Place = { readonly step: keyof typeof settings };

const prepareStep: PrepareStepFunction<typeof tools, Place> = ({ steps, runtimeContext }) => {
  const moved = steps.at(-1)?.staticToolResults.find((result) => result.toolName === MOVE);
  const step = moved?.output ?? runtimeContext.step;
  return { ...settings[step], runtimeContext: { step } };
};

/** Arguments are text, as a provider hands them on: parsing and validating is the work of `ai`. */
function contentOf(reply: Reply): Content {
  switch (reply.kind) {
    case "answer":
      return [{ type: "text", text: reply.text }];
    case "tool": {
      const input = JSON.stringify({ arg0: reply.arg0 });
      return [{ type: "tool-call", toolCallId: "call-1", toolName: TOOL, input }];
    }
    case "move": {
      const input = JSON.stringify({ step: END });
      return [{ type: "tool-call", toolCallId: "call-2", toolName: MOVE, input }];
    }
  }
}

const model = mockOf(contentOf);

/** `ai` with tools: it runs the loop of a turn, and its caller keeps the messages. */
export const peer: Peer = {
  title: "ai, generateText with tools",
  imports: ["ai", "@valibot/to-json-schema", "valibot"],
  includes:
    "prompt conversion, tools as JSON Schema at each call, validating arguments, the tool loop",
  leavesOut:
    "streaming, a store, a provider's own request; zod schemas, which cost more at each call",
  converse(count) {
    const messages = historyOf(count);
    let place: Place = { step: START };
    return {
      async play() {
        rewind(model);
        const turns = [];
        for (const content of INPUTS) {
          messages.push({ role: "user", content });
          const turn = await generateText({
            model,
            messages,
            tools,
            prepareStep,
            runtimeContext: place,
            stopWhen: isStepCount(5),
            telemetry,
          });
          messages.push(...turn.responseMessages);
          place = turn.finalStep.runtimeContext;
          turns.push(turn);
        }
        return {
          answers: turns.map(({ text }) => text),
          toolResult: turns[1]!.staticToolResults[0]!.output,
          step: place.step,
        };
      },
    };
  },
};
