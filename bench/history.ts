/**
 * Sessions with long histories.
 *
 * @module
 */
import { decide, type LLMRequest, type Message, type Session } from "@nomos/agent";
import type { LLMResult } from "@nomos/agent/llm";
import { ForgetfulLLM, makeTalkingAgent } from "./agents.ts";

/** Lengths of the measured histories, in messages. */
export const LENGTHS = [10, 100, 1_000, 10_000] as const;

/** Makes a model that answers without reading the messages. */
export function makeIdleModel(): ForgetfulLLM {
  return new ForgetfulLLM([decide.respond("ok")]);
}

/** Makes a model that reads the messages of each request, as a real one does. */
export function makeReadingModel(): ForgetfulLLM {
  return new ReadingModel([decide.respond("ok")]);
}

class ReadingModel extends ForgetfulLLM {
  override decide(request: LLMRequest): Promise<LLMResult> {
    if (request.messages.length < 2) {
      throw new Error("Cannot read the messages: expected a history");
    }
    return super.decide(request);
  }
}

/** Makes a session with a number of messages. */
export async function makeSession(llm: ForgetfulLLM, messages: number): Promise<Session> {
  const session = makeTalkingAgent(llm).createSession();
  await playTurns(session, messages / 2);
  return session;
}

/** Plays turns of an input and a response each. */
export async function playTurns(session: Session, turns: number): Promise<void> {
  for (let turn = 0; turn < turns; turn++) await session.next("hello");
}

/** Makes a request at the end of a history with a number of messages. */
export function makeRequest(messages: number): LLMRequest {
  const list = Array.from({ length: messages - 1 }, (_, index): Message => {
    const content = `Message ${index} of a conversation, as long as many are`;
    if (index === 0) return { role: "system", content };
    return { role: index % 2 === 0 ? "assistant" : "user", content };
  });
  list.push({ role: "system", content: "Current step: talk\nTalk" });
  return {
    messages: list.map((message) => Object.freeze(message)),
    stable: messages - 1,
    schema: Object.freeze({ type: "object", properties: {}, additionalProperties: false }),
    schemaName: "decision",
    validate: (value) => ({ success: true, value }),
  };
}
