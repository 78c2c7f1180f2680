/**
 * Playing the conversation, and the requests that come of it.
 *
 * @module
 */
import { type Message, MockLLM, type Turn } from "@nomos/agent";
import { hireAgent } from "./hire_agent.ts";
import { SCRIPT } from "./hire_script.ts";

/** One request of the conversation. */
export interface PlayedRequest {
  /** The turn it belongs to, from 1. */
  readonly turn: number;
  /** The step in which it was made. */
  readonly step: string;
  /** The messages: standing text, history, and last the step. */
  readonly messages: readonly Message[];
  /** The schema of the answer, as it goes over the wire. */
  readonly schema: string;
}

/** What was played. */
export interface PlayedConversation {
  /** The requests, in order. */
  readonly requests: readonly PlayedRequest[];
  /** The turns, in order. */
  readonly turns: readonly Turn[];
}

/** Plays the conversation, the same in every run. */
export async function playConversation(): Promise<PlayedConversation> {
  const llm = new MockLLM(SCRIPT.flatMap(({ decisions }) => decisions));
  const session = hireAgent(llm).createSession();
  const turns: Turn[] = [];
  const requests: PlayedRequest[] = [];
  for (const { input } of SCRIPT) {
    turns.push(await session.next(input));
    for (const { step = "", messages, schema } of llm.requests.slice(requests.length)) {
      requests.push({ turn: turns.length, step, messages, schema: JSON.stringify(schema) });
    }
  }
  llm.assertDone();
  return { requests, turns };
}
