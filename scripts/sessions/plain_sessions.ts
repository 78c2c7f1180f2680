/**
 * Sessions with what the first version of states had: the fixtures of that
 * version are these sessions, played by the release that wrote it.
 *
 * @module
 */
import { decide, type LLM, MockLLM, raw, type ScriptEntry, type State } from "@nomos/agent";
import { type Desk, makeDesk } from "./desk.ts";

/** Plays a session up to where it is recorded. */
export type Play = () => Promise<State> | State;

const look = (n: number) => decide.call("look", { n });
const down = new Error("the model is down");

/** Plays a script with inputs, to their end or to the first failure of the model. */
async function play(
  script: readonly ScriptEntry[],
  inputs: readonly (string | undefined)[],
  context?: Desk,
): Promise<State> {
  const session = makeDesk(new MockLLM(script)).createSession({ context });
  for (const input of inputs) {
    try {
      await session.next(input);
    } catch {
      break;
    }
  }
  return session.state;
}

/** The state right after the nth event of a turn: what a process that dies there leaves. */
async function diedAfter(script: readonly ScriptEntry[], events: number): Promise<State> {
  const session = makeDesk(new MockLLM(script)).createSession();
  let left = events;
  for await (const part of session.stream("Go")) {
    if ("seq" in part && --left === 0) return session.state;
  }
  throw new Error(`The turn has fewer than ${events} events`);
}

/** A model that says what its answers cost. */
function metered(script: readonly ScriptEntry[]): LLM {
  const mock = new MockLLM(script);
  return {
    name: "metered",
    decide: async (request) => {
      const usage = { input: 100, output: 10, cachedInput: 60, reasoning: 4 };
      return { ...await mock.decide(request), usage };
    },
  };
}

const badArguments = {
  reasoning: [],
  decision: { action: "TOOL_CALL", calls: [{ tool: "look", args: { n: "three" } }] },
};
const twoCalls = decide.calls([{ tool: "look", args: { n: 1 } }, { tool: "wait", args: {} }]);

/** The sessions by name. */
export const PLAIN_SESSIONS: Readonly<Record<string, Play>> = {
  "new": () => makeDesk(new MockLLM()).createSession().state,
  "answered": () =>
    play([
      decide.respond("Hello", { reasoning: ["they greet", "so do I"] }),
      decide.respond("Certainly \ud83d\ude00", { suggestions: ["Yes", "No"] }),
    ], [undefined, 'Line\none\u0000 "two"']),
  "tools": () =>
    play([
      decide.call("look", { n: 1, deep: ["a", null] }),
      decide.calls([
        { tool: "look", args: { n: 0 } },
        { tool: "fail", args: {} },
        { tool: "steer", args: {} },
      ]),
      decide.respond("That is all"),
    ], ["Try everything"]),
  "refused": () =>
    play([
      raw("no JSON"),
      raw(badArguments),
      look(1),
      raw({ reasoning: [], decision: { action: "MOVE", step: "nowhere" } }),
      decide.move("form"),
      decide.respond({ total: 3 }),
    ], ["Try to confuse it"]),
  "refused_last": () => play([look(1), raw(badArguments), raw(badArguments), down], ["Go"]),
  "structured": () =>
    play([
      decide.move("form"),
      decide.respond({ total: 3, note: null }),
      decide.move("talk"),
      decide.respond("Thank you"),
    ], ["Fill it in", "And back"]),
  "fallback_loop": () => play([look(1), look(1), look(1), decide.respond("In circles")], ["Look"]),
  "fallback_iterations": () =>
    play([1, 2, 3, 4, 5, 6].map(look).concat([decide.respond("So far") as never]), ["Look"]),
  "limited_loop": () => play([decide.move("search"), look(1), look(1), look(1)], ["Search"]),
  "limited_iterations": () =>
    play([decide.move("search"), ...[1, 2, 3, 4, 5].map(look)], ["Search"]),
  "limited_errors": () => play([1, 2, 3, 4].map(raw), ["Err"]),
  "limited_stuck": () => play([decide.move("shut")], ["Let me in"]),
  "limited_then_answered": () =>
    play([...[1, 2, 3, 4].map(raw), decide.respond("Again")], ["Err", "And now"]),
  "ended": () => play([decide.respond("Hello"), decide.end("Goodbye")], ["Hi", "Bye"]),
  "ended_silently": () => play([decide.end()], ["Bye"]),
  "interrupted_before_its_first_event": () => play([down], [undefined]),
  "interrupted_after_input": () => play([down], ["Hi"]),
  "interrupted_after_tools": async () => {
    const session = makeDesk(new MockLLM([look(1)])).createSession();
    return (await session.next("Go", { stopAfter: "tool" })).state;
  },
  "interrupted_after_move": async () => {
    const session = makeDesk(new MockLLM([decide.move("form")])).createSession();
    return (await session.next("Go", { stopAfter: "move" })).state;
  },
  "died_after_input": () => diedAfter([decide.respond("x")], 1),
  "died_with_open_calls": () => diedAfter([twoCalls], 4),
  "died_with_one_open_call": () => diedAfter([twoCalls], 5),
  "given_up": async () => {
    const controller = new AbortController();
    const context = { onWait: () => controller.abort() };
    const llm = new MockLLM([decide.call("wait")]);
    const session = makeDesk(llm).createSession({ context });
    return (await session.next("Wait", { signal: controller.signal })).state;
  },
  "went_on": async () => {
    const state = await diedAfter([twoCalls], 5);
    const desk = makeDesk(new MockLLM([decide.respond("Something else")]));
    return (await desk.createSession({ state }).next("Never mind")).state;
  },
  "metered": async () => {
    const desk = makeDesk(metered([look(1), raw("no JSON"), decide.respond("Found")]));
    return (await desk.createSession().next("Look")).state;
  },
};
