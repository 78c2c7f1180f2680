/**
 * Sessions of the desk that sends a clerk: an agent that is a tool, with a session
 * of its own, whose approvals and costs are the desk's too. Since version 2.
 *
 * @module
 */
import {
  decide,
  type Limits,
  type LLM,
  MockLLM,
  type ScriptEntry,
  type Session,
} from "@nomos/agent";
import { makeDesk } from "./desk.ts";
import type { Play } from "./plain_sessions.ts";

const down = new Error("the model is down");
const look = decide.call("look", { n: 1 });
const pay = decide.call("pay", { to: "ann", cents: 900 });
const send = decide.call("clerk", { input: "See to it" });
const seenTo = decide.respond("It is seen to");

/** The call that the clerk is asked about. */
const payment = "recorded/1/0/1/0";

/** A model that says what its answers cost. */
function metered(script: readonly ScriptEntry[]): LLM {
  const mock = new MockLLM(script);
  const usage = { input: 100, output: 10, cachedInput: 50, cacheWriteInput: 5, reasoning: 2 };
  return { name: "metered", decide: async (request) => ({ ...await mock.decide(request), usage }) };
}

/** A turn in which the desk sends the clerk, who does as the script says. */
async function sent(
  clerk: readonly ScriptEntry[],
  ...then: ((session: Session) => Promise<unknown>)[]
): Promise<Session> {
  const desk = makeDesk(metered([send, seenTo]), { cost: () => 0.25 }, metered(clerk));
  const session = desk.createSession();
  await session.next("Have it done").catch(() => {});
  for (const step of then) await step(session);
  return session;
}

/** The same with a budget that the clerk uses up. */
async function limited(limits: Limits): Promise<Session> {
  const clerk = metered([look, look, seenTo]);
  const session = makeDesk(metered([send, seenTo]), {}, clerk).createSession({ limits });
  await session.next("Have it done");
  return session;
}

/** The sessions by name. */
export const DELEGATED_SESSIONS: Readonly<Record<string, Play>> = {
  "clerk_answered": async () => (await sent([look, seenTo])).state,
  "clerk_asks": async () => (await sent([look, pay])).state,
  "clerk_allowed": async () => {
    const session = await sent([pay, seenTo], (session) => session.approve(payment));
    return session.state;
  },
  "clerk_denied": async () => {
    const session = await sent([pay, seenTo], (session) => session.deny(payment, "no"));
    return session.state;
  },
  "clerk_failed": async () => (await sent([look, down])).state,
  "clerk_limited": async () => (await limited({ turn: { tokens: 300 } })).state,
};
