import { Agent, MockLLM, raw, Tool } from "@nomos/agent";
import * as v from "valibot";
import type { Peer } from "./peer.ts";
import { END, historyText, INPUTS, REPLIES, type Reply, START, SYSTEM, TOOL } from "./scenario.ts";

const tool = new Tool({
  name: TOOL,
  description: "Gives back what it is given",
  args: v.object({ arg0: v.string() }),
  run: ({ arg0 }) => arg0,
});

/** Text, as a model sends it: reading and validating it is the core's work. */
function outputOf(reply: Reply): string {
  const reasoning: string[] = [];
  switch (reply.kind) {
    case "answer":
      return JSON.stringify({ reasoning, decision: { action: "RESPOND", response: reply.text } });
    case "tool": {
      const calls = [{ tool: TOOL, args: { arg0: reply.arg0 } }];
      return JSON.stringify({ reasoning, decision: { action: "TOOL_CALL", calls } });
    }
    case "move":
      return JSON.stringify({ reasoning, decision: { action: "MOVE", step: END } });
  }
}

const outputs = REPLIES.map(outputOf);
let call = 0;
/** Messages that each request must have at least: the system text, the history, the step. */
let least = 2;
/** The place of the message that the model writes while a history is made; 0 when none is. */
let place = 0;

const llm = new MockLLM([({ messages }) => {
  // Messages are put together when they are read: a real model would read them.
  if (messages.length < least) throw new Error("Could not read the messages");
  if (place === 0) return raw(outputs[call++]!);
  return raw(outputOf({ kind: "answer", text: historyText(place) }));
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
    return {
      async play() {
        call = 0;
        least = messages + 2;
        const turns = [];
        for (const input of INPUTS) turns.push(await session.next(input));
        llm.requests.length = 0;
        least = 2;
        return {
          answers: turns.map(({ response }) => String(response)),
          toolResult: turns[1]!.toolResults[0]!.text,
          step: session.step,
        };
      },
    };
  },
};
