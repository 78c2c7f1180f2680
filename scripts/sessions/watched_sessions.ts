/**
 * Sessions with what version 2 of states has more: approvals, calls of which
 * nobody knows what became, budgets, cost, and models that fail at a price.
 *
 * @module
 */
import {
  type AgentOptions,
  decide,
  type LLM,
  LLMError,
  MockLLM,
  raw,
  type ScriptEntry,
  type Session,
  type State,
} from "@nomos/agent";
import { makeDesk } from "./desk.ts";
import type { Play } from "./plain_sessions.ts";

const payments = decide.calls([
  { tool: "pay", args: { to: "ann", cents: 900 } },
  { tool: "look", args: { n: 1 } },
  { tool: "pay", args: { to: "bob", cents: 800 } },
  { tool: "pay", args: { to: "cy", cents: 5 } },
]);
const letters = decide.calls(["ann", "bob"].map((to) => ({ tool: "send", args: { to } })));
const done = decide.respond("Done");
const [ann, bob] = ["recorded/1/0", "recorded/1/2"] as const;

/** A session that waits for two verdicts, and what a person says to it. */
async function decided(
  ...verdicts: ((session: Session) => Promise<unknown>)[]
): Promise<State> {
  const session = makeDesk(new MockLLM([payments, done])).createSession();
  await session.next("Pay them");
  for (const verdict of verdicts) await verdict(session);
  return session.state;
}

/** A session whose process died while both letters were on their way. */
async function lettersOnTheirWay(): Promise<State> {
  const session = makeDesk(new MockLLM([letters])).createSession();
  for await (const part of session.stream("Write to them")) {
    if (part.type === "tool_started" && part.call === 1) return session.state;
  }
  throw new Error("No letter was sent");
}

/** What a person is asked about letters that were on their way. */
async function unknown(...verdicts: ((session: Session) => Promise<unknown>)[]): Promise<State> {
  const state = await lettersOnTheirWay();
  const session = makeDesk(new MockLLM([done])).createSession({ state });
  await session.resume();
  for (const verdict of verdicts) await verdict(session);
  return session.state;
}

/** A session with a price and a budget. */
async function budgeted(
  script: readonly ScriptEntry[],
  limits: NonNullable<AgentOptions["limits"]>,
): Promise<State> {
  const mock = new MockLLM(script);
  const llm: LLM = {
    name: "priced",
    decide: async (request) => {
      const usage = { input: 100, output: 20, cachedInput: 50, cacheWriteInput: 10 };
      return { ...await mock.decide(request), usage, model: "priced-2" };
    },
  };
  const session = makeDesk(llm, { cost: () => 0.25 }).createSession({ limits });
  await session.next("Spend");
  return session.state;
}

const looking = [1, 2, 3].map((n) => decide.call("look", { n }));

/** The sessions by name. */
export const WATCHED_SESSIONS: Readonly<Record<string, Play>> = {
  "approvals_pending": () => decided(),
  "approval_given": () => decided((session) => session.approve(ann)),
  "approvals_decided": () =>
    decided(
      (session) => session.approve(bob),
      (session) => session.deny(ann, "She was paid yesterday"),
    ),
  "approval_settled": () =>
    decided(
      (session) => session.settle(ann, { paid: "in cash" }),
      (session) => session.approve(bob),
    ),
  "approvals_went_on": () => decided((session) => session.next("Never mind")),
  "approved_then_died": async () => {
    const state = await decided((session) => session.deny(bob, "no"));
    const session = makeDesk(new MockLLM([])).createSession({ state });
    await session.approve(ann).catch(() => {});
    // The log as it was right after the verdict.
    const events = session.state.events;
    const at = events.findLastIndex(({ type }) => type === "tool_started") + 1;
    return (await session.fork({ at, id: "recorded-2" })).state;
  },
  "letters_on_their_way": lettersOnTheirWay,
  "unknown_pending": () => unknown(),
  "unknown_settled": () =>
    unknown((session) => session.settle(ann, "It arrived"), (session) => {
      return session.approve("recorded/1/1");
    }),
  "limited_tokens": () => budgeted(looking, { session: { tokens: 200 } }),
  "priced": () => budgeted([looking[0]!, raw("no JSON"), done], { session: { tokens: 1_000 } }),
  "limited_cost": () => budgeted(looking, { turn: { cost: 0.5 } }),
  "limited_model_calls": () => budgeted(looking, { turn: { modelCalls: 2 } }),
  "limited_tool_calls": () => budgeted([letters, done], { session: { toolCalls: 1 } }),
  "limited_time": () => budgeted(looking, { turn: { time: 4 } }),
  "limited_while_answering": async () => {
    const llm = new MockLLM([decide.respond("blah ".repeat(400))], { chunkLength: 100 });
    const limits = { turn: { tokens: 400 } };
    const session = makeDesk(llm, { cost: () => 0.5 }).createSession({ limits });
    await session.next("Speak");
    return session.state;
  },
  "model_failed": async () => {
    const usage = { input: 90, output: 0 };
    const script = [looking[0]!, new LLMError("It was cut off", { usage })];
    const desk = makeDesk(new MockLLM(script), { cost: () => 0.125 });
    const session = desk.createSession();
    await session.next("Look").catch(() => {});
    return session.state;
  },
  "refused_answers": async () => {
    const bad = (action: string) => raw({ reasoning: [], decision: { action, response: 5 } });
    const script = [bad("RESPOND"), done, bad("END"), decide.end("Goodbye")];
    const session = makeDesk(new MockLLM(script)).createSession();
    await session.next("Speak");
    return (await session.next("Bye")).state;
  },
  "forked": async () => {
    const desk = makeDesk(new MockLLM([...looking, done]));
    const session = desk.createSession();
    await session.next("Look");
    return (await session.fork({ at: 7, id: "fork" })).state;
  },
};
