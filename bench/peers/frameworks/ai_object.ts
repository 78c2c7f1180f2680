import { toStandardJsonSchema } from "@valibot/to-json-schema";
import { generateText, Output } from "ai";
import * as v from "valibot";
import { type Content, makeMessages, makeMock, telemetry } from "./ai_mock.ts";
import type { Peer } from "./peer.ts";
import { END, makeReplies, START, SYSTEM, TOOL } from "./scenario.ts";

const respond = v.object({ action: v.literal("RESPOND"), response: v.string() });
const callTool = v.object({
  action: v.literal("TOOL_CALL"),
  tool: v.literal(TOOL),
  args: v.object({ arg0: v.string() }),
});
const move = v.object({ action: v.literal("MOVE"), step: v.literal(END) });

type Decision = v.InferOutput<typeof respond | typeof callTool | typeof move>;

/** Makes the output schema of a step, from its legal decisions. */
function makeOutput(decision: v.GenericSchema<unknown, Decision>) {
  const schema = v.object({ reasoning: v.array(v.string()), decision });
  return Output.object({ schema: toStandardJsonSchema(schema) });
}

const settings = {
  [START]: {
    instructions: SYSTEM,
    output: makeOutput(v.variant("action", [respond, callTool, move])),
  },
  [END]: {
    instructions: `${SYSTEM}\n\nSay that this is the end.`,
    output: makeOutput(respond),
  },
};

function runTool({ arg0 }: { readonly arg0: string }): string {
  return arg0;
}

const decisions = makeReplies<Decision>({
  answer: (response) => ({ action: "RESPOND", response }),
  tool: (args) => ({ action: "TOOL_CALL", tool: TOOL, args }),
  move: () => ({ action: "MOVE", step: END }),
});

/** Sends decisions as text, so that parsing and validation are measured. */
const model = makeMock(decisions.map((decision): Content => ({
  type: "text",
  text: JSON.stringify({ reasoning: [], decision }),
})));

/** `ai` with an object as output. The caller writes the loop and keeps the messages. */
export const peer: Peer = {
  title: "ai, Output.object with a decision schema",
  imports: ["ai", "@valibot/to-json-schema", "valibot"],
  includes: "prompt conversion, one JSON Schema per step, reading and validating JSON text",
  leavesOut:
    "ai's own tool loop (the author's is plain code), streaming, a store, a provider's own request",
  converse(count) {
    const messages = makeMessages(count);
    const say = (content: string) => void messages.push({ role: "user", content });
    let step: keyof typeof settings = START;
    let toolResult = "";
    return {
      async turn(input) {
        say(input);
        for (let call = 0; call < 5; call++) {
          const { output, responseMessages } = await generateText({
            ...settings[step],
            model,
            messages,
            telemetry,
          });
          messages.push(...responseMessages);
          const { decision } = output;
          switch (decision.action) {
            case "RESPOND":
              return decision.response;
            case "TOOL_CALL":
              toolResult = runTool(decision.args);
              say(`The tool ${decision.tool} gave: ${toolResult}`);
              break;
            case "MOVE":
              step = decision.step;
              say(`This is the step ${step} now.`);
          }
        }
        throw new Error("The model did not answer");
      },
      rest: () => ({ toolResult, step }),
    };
  },
};
