/**
 * Heap size of an idle session of 20 messages, and the size of the text in it. Needs
 * `--v8-flags=--expose-gc`.
 *
 * @module
 */
import { MockLLM, raw, type Session } from "@nomos/agent";
import { makeTalkingAgent } from "../agents.ts";
import { collectGarbage } from "./garbage_collector.ts";

const SESSIONS = 2_000;
const TURNS = 10;

let messageCount = 0;
/** Makes a unique text with one byte per character; flat, as text from a network is. */
const makeText = (): string =>
  JSON.parse(`"Message ${messageCount++} of a conversation about this and that."`);

// The model reads the messages, so that they are rendered and kept, and sends text, so that each
// response is a string of its own.
const llm = new MockLLM([({ messages }) => {
  if (messages.length < 2) throw new Error("Cannot read the messages: expected a history");
  const decision = { action: "RESPOND", response: makeText() };
  return raw(JSON.stringify({ reasoning: [], decision }));
}], { whenDone: "repeat" });
const agent = makeTalkingAgent(llm);

async function talk(): Promise<Session> {
  const session = agent.createSession();
  for (let turn = 0; turn < TURNS; turn++) await session.next(makeText());
  llm.requests.length = 0;
  return session;
}

/** Returns the size of the messages of the user and the model, in bytes. */
async function measureText(session: Session): Promise<number> {
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
console.log(JSON.stringify({ bytes, text: await measureText(sessions[SESSIONS >> 1]!) }));
