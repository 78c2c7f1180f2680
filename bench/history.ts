/**
 * Sessions with a history, for measuring turns on top of it.
 *
 * @module
 */
import { Agent, decide, type LLMRequest, type Session } from "@nomos/agent";
import type { LLMResult } from "@nomos/agent/llm";
import { ForgetfulLLM } from "./agents.ts";

/** The histories that are measured, in messages. */
export const LENGTHS = [10, 100, 1_000, 10_000] as const;

/** A model that answers without a look at the messages. */
export function quietModel(): ForgetfulLLM {
  return new ForgetfulLLM([decide.respond("ok")]);
}

/** A model that lists every message of each request, as a real one would. */
export function readingModel(): ForgetfulLLM {
  return new ReadingModel([decide.respond("ok")]);
}

class ReadingModel extends ForgetfulLLM {
  override decide(request: LLMRequest): Promise<LLMResult> {
    if (request.messages.length < 2) throw new Error("Cannot list the messages");
    return super.decide(request);
  }
}

/** A session that has seen this many messages. */
export async function sessionOf(llm: ForgetfulLLM, messages: number): Promise<Session> {
  const agent = new Agent({
    name: "history",
    llm,
    start: "talk",
    steps: { talk: { description: "Talk" } },
  });
  const session: Session = agent.createSession();
  await takeTurns(session, messages / 2);
  return session;
}

/** So many turns: an input and a response each. */
export async function takeTurns(session: Session, turns: number): Promise<void> {
  for (let turn = 0; turn < turns; turn++) await session.next("hello");
}
