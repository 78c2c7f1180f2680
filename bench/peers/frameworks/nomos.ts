import { Agent, MockLLM, raw, Tool } from "@nomos/agent";
import * as v from "valibot";
import type { Peer } from "./peer.ts";
import { cycle, END, historyText, repliesIn, START, SYSTEM, TOOL } from "./scenario.ts";

const tool = new Tool({
  name: TOOL,
  description: "Gives back what it is given",
  args: v.object({ arg0: v.string() }),
  run: ({ arg0 }) => arg0,
});

/** Text, as a model sends it: reading and validating it is the core's work. */
function textOf(decision: object): string {
  return JSON.stringify({ reasoning: [], decision });
}

function answer(response: string): string {
  return textOf({ action: "RESPOND", response });
}

const nextReply = cycle(repliesIn({
  answer,
  tool: (args) => textOf({ action: "TOOL_CALL", calls: [{ tool: TOOL, args }] }),
  move: () => textOf({ action: "MOVE", step: END }),
}));

/** Messages that each request must have at least: the system text, the history, the step. */
let least = 2;
/** The place of the message that the model writes while a history is made; 0 when none is. */
let place = 0;

const llm = new MockLLM([({ messages }) => {
  // Messages are put together when they are read: a real model would read them.
  if (messages.length < least) throw new Error("Could not read the messages");
  return raw(place === 0 ? nextReply() : answer(historyText(place)));
}], { whenDone: "repeat" });

const agent = new Agent({
  name: "peers",
  llm,
  system: SYSTEM,
  start: START,
  steps: {
    [START]: {
      description: "Help the user",
      tools: [tool],
      routes: { [END]: "they want to go on" },
    },
    [END]: { description: "Say that this is the end" },
  },
});

/** This framework: one session in memory. */
export const peer: Peer = {
  title: "@nomos/agent",
  imports: ["@nomos/agent", "valibot"],
  includes: "log, prompt, one schema per step as JSON Schema, reading and validating JSON text",
  leavesOut: "a store: the session is in memory",
  async converse(messages) {
    const session = agent.createSession();
    for (place = 1; place < messages; place += 2) await session.next(historyText(place - 1));
    place = 0;
    llm.requests.length = 0;
    let toolResult = "";
    return {
      async turn(input) {
        least = messages + 2;
        const { response, toolResults } = await session.next(input);
        least = 2;
        llm.requests.length = 0;
        toolResult = toolResults[0]?.text ?? toolResult;
        return String(response);
      },
      rest: () => ({ toolResult, step: session.step }),
    };
  },
};
