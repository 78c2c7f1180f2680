/**
 * A session with a history, for measuring a turn on top of it.
 *
 * @module
 */
import { Agent, decide, MockLLM, type Session } from "@nomos/agent";

/** The mock lists the messages each time, as a real model would. */
const llm = new MockLLM([({ messages }) => decide.respond(`Message ${messages.length}`)], {
  whenDone: "repeat",
});
const agent = new Agent({
  name: "history",
  llm,
  start: "talk",
  steps: { talk: { description: "Talk" } },
});

/** A session that has seen this many messages. */
export async function sessionOf(messages: number): Promise<Session> {
  const session = agent.createSession();
  for (let turn = 0; turn < messages / 2; turn++) await takeTurn(session);
  return session;
}

/** One turn: an input and a response. What the mock recorded is let go. */
export async function takeTurn(session: Session): Promise<void> {
  await session.next("Hello");
  llm.requests.length = 0;
}
