/**
 * Scripts of the recorded sessions.
 *
 * @module
 */
import { decide, LLMError, type LLMRequest, raw, type ScriptEntry } from "@nomos/agent";
import { APPROVALS, approve, approveFirst, deny, letters } from "./approval_sessions.ts";
import { LLMContextError } from "@nomos/agent/llm";
import { WITH_DATA, WITH_PARTS, WITH_TIMINGS } from "./content_sessions.ts";
import type { Action, SessionScript } from "./session_script.ts";

const look = (n: number) => decide.call("look", { n });
const looks = (count: number) => Array.from({ length: count }, (_, index) => look(index + 1));
const down = new Error("the model is down");
const done = decide.respond("Done");
const badAnswers = (count: number) => Array.from({ length: count }, (_, index) => raw(index + 1));
const badArguments = raw({
  reasoning: [],
  decision: { action: "TOOL_CALL", calls: [{ tool: "look", args: { n: "three" } }] },
});
const badResponse = (action: string) => raw({ reasoning: [], decision: { action, response: 5 } });

const HELLO = JSON.stringify({
  reasoning: ["so do I"],
  decision: { action: "RESPOND", response: "Hello" },
});

const LONG = "A long text. ".repeat(50);
/** Answers every request, also those for summaries. */
const talk: ScriptEntry = ({ legal }) =>
  legal === undefined ? raw({ summary: "They talked for long" }) : decide.respond(LONG);

/** Sessions whose history is bounded. */
const SUMMARIZED: Readonly<Record<string, SessionScript>> = {
  summarized: {
    desk: new Array(12).fill(talk),
    actions: new Array(8).fill("Tell me more"),
    history: { maxTokens: 1_000, keepTurns: 1, keepFirst: true },
    usage: { input: 900, output: 20 },
    model: "model-1",
    cost: 2,
  },
  summarized_when_full: {
    desk: [...new Array(3).fill(talk), new LLMContextError("it is full"), talk, talk],
    actions: ["Hi", "And now?", "And then?", "Well?"],
    history: { keepTurns: 1 },
  },
  summarized_with_times: {
    desk: new Array(10).fill(talk),
    actions: new Array(4).fill("Tell me more"),
    history: { maxTokens: 600, keepTurns: 1 },
    chunkLength: 400,
    timing: { queued: 5 },
  },
  summary_failed: {
    desk: new Array(12).fill(({ legal }: LLMRequest) => legal ? decide.respond(LONG) : down),
    actions: new Array(5).fill(LONG),
    history: { maxTokens: 1_000, keepTurns: 1 },
  },
  shortened: {
    desk: new Array(4).fill([decide.call("clerk", { input: "Write" }), done]).flat(),
    clerk: new Array(4).fill(decide.respond(LONG.repeat(6))),
    actions: new Array(4).fill("Let him write"),
    history: { maxTokens: 3_900 },
  },
};

/** Sessions without interruptions, approvals or costs. */
const PLAIN: Readonly<Record<string, SessionScript>> = {
  new: { desk: [], actions: [] },
  answered_once: {
    desk: [decide.respond("Hello")],
    actions: [(session) => session.next("Hi", { inputId: "first" })],
  },
  answered: {
    desk: [
      decide.respond("Hello", { reasoning: ["they greet", "so do I"] }),
      decide.respond("Certainly \ud83d\ude00", { suggestions: ["Yes", "No"] }),
    ],
    actions: [undefined, 'Line\none\u0000 "two"'],
  },
  tools: {
    desk: [
      decide.call("look", { n: 1, deep: ["a", null] }),
      decide.calls([
        { tool: "look", args: { n: 0 } },
        { tool: "fail", args: {} },
        { tool: "steer", args: {} },
      ]),
      decide.respond("That is all"),
    ],
    actions: ["Try everything"],
  },
  refused: {
    desk: [
      raw("no JSON"),
      badArguments,
      look(1),
      raw({ reasoning: [], decision: { action: "MOVE", step: "nowhere" } }),
      decide.move("form"),
      decide.respond({ total: 3 }),
    ],
    actions: ["Try to confuse it"],
  },
  unwrapped: {
    desk: [
      raw(`\`\`\`json\n${HELLO}\n\`\`\``),
      raw(`<think>They greet {again}</think>\n${HELLO}`),
      raw(`\ufeff${HELLO}`),
    ],
    actions: ["Hi", "Hello", "Good day"],
  },
  refused_last: { desk: [look(1), badArguments, badArguments, down], actions: ["Go"] },
  refused_answers: {
    desk: [badResponse("RESPOND"), done, badResponse("END"), decide.end("Goodbye")],
    actions: ["Speak", "Bye"],
  },
  structured: {
    desk: [
      decide.move("form"),
      decide.respond({ total: 3, note: null }),
      decide.move("talk"),
      decide.respond("Thank you"),
    ],
    actions: ["Fill it in", "And back"],
  },
  respond_only_loop: {
    desk: [look(1), look(1), look(1), decide.respond("In circles")],
    actions: ["Look"],
  },
  respond_only_errors: { desk: [...badAnswers(4), decide.respond("I cannot")], actions: ["Err"] },
  respond_only_failed: { desk: [look(1), look(1), look(1), down], actions: ["Look"] },
  respond_only_iterations: { desk: [...looks(6), decide.respond("So far")], actions: ["Look"] },
  limited_loop: { desk: [decide.move("search"), look(1), look(1), look(1)], actions: ["Search"] },
  limited_iterations: { desk: [decide.move("search"), ...looks(5)], actions: ["Search"] },
  limited_errors: { desk: badAnswers(5), actions: ["Err"] },
  limited_stuck: { desk: [decide.move("shut")], actions: ["Let me in"] },
  limited_then_answered: {
    desk: [...badAnswers(5), decide.respond("Again")],
    actions: ["Err", "And now"],
  },
  ended: { desk: [decide.respond("Hello"), decide.end("Goodbye")], actions: ["Hi", "Bye"] },
  ended_silently: { desk: [decide.end()], actions: ["Bye"] },
  given_up: { desk: [decide.call("wait")], actions: ["Wait"] },
  forked: { desk: [...looks(3), done], actions: ["Look"], fork: { at: 7, id: "fork" } },
};

const waiting = decide.calls([{ tool: "look", args: { n: 1 } }, { tool: "wait", args: {} }]);
const leftWaiting: SessionScript = { desk: [waiting], actions: ["Go"], diesAfter: 5 };

/** Sessions whose last turn was interrupted, or whose process died. */
const INTERRUPTED: Readonly<Record<string, SessionScript>> = {
  interrupted_before_its_first_event: { desk: [down], actions: [undefined] },
  interrupted_after_input: { desk: [down], actions: ["Hi"] },
  interrupted_after_tools: {
    desk: [look(1)],
    actions: [(session) => session.next("Go", { stopAfter: "tool" })],
  },
  interrupted_after_move: {
    desk: [decide.move("form")],
    actions: [(session) => session.next("Go", { stopAfter: "move" })],
  },
  died_after_input: { desk: [decide.respond("x")], actions: ["Go"], diesAfter: 1 },
  died_with_open_calls: { ...leftWaiting, diesAfter: 4 },
  died_with_one_open_call: leftWaiting,
  went_on: {
    from: leftWaiting,
    desk: [decide.respond("Something else")],
    actions: ["Never mind"],
  },
};

const priced: Pick<SessionScript, "usage" | "model" | "cost" | "actions"> = {
  usage: { input: 100, output: 20, cachedInput: 50, cacheWriteInput: 10 },
  model: "priced-2",
  cost: 0.25,
  actions: ["Spend"],
};

/** Sessions with token counts, prices and limits. Limits and prices since version 2. */
const METERED: Readonly<Record<string, SessionScript>> = {
  metered: {
    usage: { input: 100, output: 10, cachedInput: 60, reasoning: 4 },
    desk: [look(1), raw("no JSON"), decide.respond("Found")],
    actions: ["Look"],
  },
  priced: {
    ...priced,
    desk: [look(1), raw("no JSON"), done],
    limits: { session: { tokens: 1_000 } },
  },
  limited_tokens: { ...priced, desk: looks(3), limits: { session: { tokens: 200 } } },
  limited_cost: { ...priced, desk: looks(3), limits: { turn: { cost: 0.5 } } },
  limited_model_calls: { ...priced, desk: looks(3), limits: { turn: { modelCalls: 2 } } },
  limited_tool_calls: { ...priced, desk: [letters, done], limits: { session: { toolCalls: 1 } } },
  limited_then_resumed: {
    ...priced,
    desk: [letters, done],
    limits: { turn: { toolCalls: 1 } },
    actions: ["Spend", (session) => session.resume()],
  },
  limited_before_retry: {
    desk: [(request) => {
      // As a model with retries asks, before it waits for a busy server.
      request.allowsDelay?.(60_000);
      throw new LLMError("It is busy", { isRetryable: true, retryAfter: 60_000 });
    }],
    limits: { turn: { time: 1_000 } },
    actions: ["Look"],
  },
  limited_time: { ...priced, desk: looks(3), limits: { turn: { time: 4 } } },
  limited_while_answering: {
    desk: [decide.respond("blah ".repeat(400))],
    chunkLength: 100,
    cost: 0.5,
    limits: { turn: { tokens: 400 } },
    actions: ["Speak"],
  },
  model_failed: {
    desk: [look(1), new LLMError("It was cut off", { usage: { input: 90, output: 0 } })],
    cost: 0.125,
    actions: ["Look"],
  },
};

const pay = decide.call("pay", { to: "ann", cents: 900 });
const payBoth = decide.calls(["ann", "bob"].map((to) => ({
  tool: "pay",
  args: { to, cents: 900 },
})));
const seenTo = decide.respond("It is seen to");
const delegated = decide.calls([
  { tool: "clerk", args: { input: "Pay ann" } },
  { tool: "pay", args: { to: "bob", cents: 900 } },
]);
/** Key of the clerk's call that needs approval. */
const payment = "recorded/1/0/1/0";

/** Makes a session that calls the clerk, an agent as a tool. */
function makeSending(clerk: readonly ScriptEntry[], ...verdicts: readonly Action[]): SessionScript {
  return {
    usage: { input: 100, output: 10, cachedInput: 50, cacheWriteInput: 5, reasoning: 2 },
    cost: 0.25,
    desk: [decide.call("clerk", { input: "See to it" }), seenTo],
    clerk,
    actions: ["Have it done", ...verdicts],
  };
}

const { cost: _, ...withoutCost } = makeSending([look(1), look(1), seenTo]);

/** Sessions with a child session, whose approvals and costs belong to the desk. Since version 2. */
const DELEGATED: Readonly<Record<string, SessionScript>> = {
  clerk_answered: makeSending([look(1), seenTo]),
  clerk_asks: makeSending([look(1), pay]),
  clerk_allowed: makeSending([pay, seenTo], approve(payment)),
  clerk_denied: makeSending([pay, seenTo], deny(payment, "no")),
  clerk_asks_twice: makeSending([payBoth, seenTo], deny(payment, "no")),
  manager_asks_twice: {
    ...makeSending(
      [delegated, pay, seenTo],
      approveFirst,
    ),
    desk: [decide.call("manager", { input: "See to it" }), seenTo],
  },
  clerk_failed: makeSending([look(1), down]),
  clerk_suspended: makeSending([look(1), new LLMError("It is busy", { isRetryable: true })]),
  clerk_limited: { ...withoutCost, limits: { turn: { tokens: 300 } } },
};

/** All scripts of sessions in memory by name. */
export const SESSIONS: Readonly<Record<string, SessionScript>> = {
  ...PLAIN,
  ...INTERRUPTED,
  ...APPROVALS,
  ...METERED,
  ...DELEGATED,
  ...WITH_DATA,
  ...WITH_PARTS,
  ...WITH_TIMINGS,
  ...SUMMARIZED,
};
