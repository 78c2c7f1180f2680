/**
 * Sessions with a history, for measuring turns on top of it.
 *
 * @module
 */
import { Agent, decide, type LLMRequest, type LLMResult, type Session } from "@nomos/agent";
import { OneDecision } from "./agents.ts";

/** The histories that are measured, in messages. */
export const LENGTHS = [10, 100, 1_000, 10_000] as const;

/** A model that answers without a look at the messages. */
export function quietModel(): OneDecision {
  return new OneDecision(decide.respond("ok"));
}

/** A model that lists every message of each request, as a real one would. */
export function readingModel(): OneDecision {
  return new ReadingModel(decide.respond("ok"));
}

class ReadingModel extends OneDecision {
  override decide(request: LLMRequest): Promise<LLMResult> {
    if (request.messages.length < 2) throw new Error("Could not list the messages");
    return super.decide(request);
  }
}

/** A session that has seen this many messages. */
export async function sessionOf(llm: OneDecision, messages: number): Promise<Session> {
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
