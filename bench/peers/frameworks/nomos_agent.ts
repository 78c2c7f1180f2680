/**
 * The agent of the scenario, on any scripted model.
 *
 * @module
 */
import { Agent, type LLM, Tool } from "@nomos/agent";
import * as v from "valibot";
import type { About, Peer } from "./peer.ts";
import { cycle, END, historyText, repliesIn, START, SYSTEM, TOOL } from "./scenario.ts";

/** A scripted model, whose mock keeps what it was asked. */
export interface ScriptedModel {
  readonly llm: LLM;
  /** Drops the requests that the mock has kept. */
  forgetRequests(): void;
}

const tool = new Tool({
  name: TOOL,
  description: "Returns its argument",
  args: v.object({ arg0: v.string() }),
  run: ({ arg0 }) => arg0,
});

/** Text, as a model sends it: parsing and validating it is the core's work. */
function toOutput(decision: object): string {
  return JSON.stringify({ reasoning: [], decision });
}

function answer(response: string): string {
  return toOutput({ action: "RESPOND", response });
}

/**
 * One session in memory, on a model that answers with what `reply` returns for the
 * number of messages in its request.
 */
export function createPeer(
  about: About,
  createModel: (reply: (messages: number) => string) => ScriptedModel,
): Peer {
  const nextReply = cycle(repliesIn({
    answer,
    tool: (args) => toOutput({ action: "TOOL_CALL", calls: [{ tool: TOOL, args }] }),
    move: () => toOutput({ action: "MOVE", step: END }),
  }));
  /** Messages that each request must have at least: the system text, the history, the step. */
  let least = 2;
  /** Place of the message that the model writes while a history is made; 0 when none is. */
  let place = 0;
  const { llm, forgetRequests } = createModel((messages) => {
    if (messages < least) throw new Error(`Expected ${least} messages, got ${messages}`);
    return place === 0 ? nextReply() : answer(historyText(place));
  });
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
  return {
    ...about,
    async converse(messages) {
      const session = agent.createSession();
      for (place = 1; place < messages; place += 2) await session.next(historyText(place - 1));
      place = 0;
      forgetRequests();
      let toolResult = "";
      return {
        async turn(input) {
          least = messages + 2;
          const { response, toolResults } = await session.next(input);
          least = 2;
          forgetRequests();
          toolResult = toolResults[0]?.text ?? toolResult;
          return String(response);
        },
        rest: () => ({ toolResult, step: session.step }),
      };
    },
  };
}
