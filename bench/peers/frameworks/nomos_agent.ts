/**
 * Agent of the scenario, on any scripted model.
 *
 * @module
 */
import { Agent, type LLM, Tool } from "@nomos/agent";
import * as v from "valibot";
import type { About, Peer } from "./peer.ts";
import { cycle, END, makeHistoryText, makeReplies, START, SYSTEM, TOOL } from "./scenario.ts";

/** Scripted model, whose mock keeps its requests. */
export interface ScriptedModel {
  readonly llm: LLM;
  /** Deletes the requests that the mock has kept. */
  forgetRequests(): void;
}

const tool = new Tool({
  name: TOOL,
  description: "Returns its argument",
  args: v.object({ arg0: v.string() }),
  run: ({ arg0 }) => arg0,
});

/** Returns a decision as text, so that parsing and validation are measured. */
function toOutput(decision: object): string {
  return JSON.stringify({ reasoning: [], decision });
}

function answer(response: string): string {
  return toOutput({ action: "RESPOND", response });
}

/**
 * Makes a peer of sessions in memory. The model calls `reply` with the number of messages in
 * each request.
 */
export function createPeer(
  about: About,
  createModel: (reply: (messages: number) => string) => ScriptedModel,
): Peer {
  const nextReply = cycle(makeReplies({
    answer,
    tool: (args) => toOutput({ action: "TOOL_CALL", calls: [{ tool: TOOL, args }] }),
    move: () => toOutput({ action: "MOVE", step: END }),
  }));
  /** Minimum number of messages of a request: the system text, the history and the step. */
  let least = 2;
  /** Index of the message that the model writes while a history is made; otherwise 0. */
  let place = 0;
  const { llm, forgetRequests } = createModel((messages) => {
    if (messages < least) throw new Error(`Expected ${least} messages, got ${messages}`);
    return place === 0 ? nextReply() : answer(makeHistoryText(place));
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
      for (place = 1; place < messages; place += 2) await session.next(makeHistoryText(place - 1));
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
