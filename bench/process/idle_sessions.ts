/**
 * Size of an idle session of 20 messages on the heap, and the share of the
 * conversation's text. Needs `--v8-flags=--expose-gc`.
 *
 * @module
 */
import { Agent, MockLLM, raw, type Session } from "@nomos/agent";
import { collectGarbage } from "./garbage_collector.ts";

const SESSIONS = 2_000;
const TURNS = 10;

let said = 0;
/** A text that no other message has, of one byte per character; flat, as text from a network is. */
const text = (): string => JSON.parse(`"Message ${said++} of a conversation about this and that."`);

// The model lists the messages, so that they are rendered and kept, and answers with text of its own.
const llm = new MockLLM([({ messages }) => {
  if (messages.length < 2) throw new Error("Cannot list the messages");
  return raw(JSON.stringify({ reasoning: [], decision: { action: "RESPOND", response: text() } }));
}], { whenDone: "repeat" });
const agent: Agent = new Agent({
  name: "idle",
  llm,
  start: "talk",
  steps: { talk: { description: "Talk" } },
});

async function talk(): Promise<Session> {
  const session = agent.createSession();
  for (let turn = 0; turn < TURNS; turn++) await session.next(text());
  llm.requests.length = 0;
  return session;
}

/** Characters, each a byte, of what the user and the model said, as the model is shown it. */
async function textLength(session: Session): Promise<number> {
  const { messages } = await agent.explain(session);
  const spoken = messages.filter(({ role }) => role !== "system");
  return spoken.reduce((sum, { content }) => sum + content.length, 0);
}

for (let warming = 0; warming < 50; warming++) await talk();
const before = await collectGarbage();
const sessions: Session[] = [];
while (sessions.length < SESSIONS) sessions.push(await talk());
const after = await collectGarbage();
const bytes = (after.heapUsed - before.heapUsed) / SESSIONS;
console.log(JSON.stringify({ bytes, text: await textLength(sessions[SESSIONS >> 1]!) }));
