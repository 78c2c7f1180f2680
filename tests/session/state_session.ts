/**
 * A long session with events of most types, which another agent with the same script can
 * continue.
 *
 * @module
 */
import {
  Agent,
  decide,
  MockLLM,
  raw,
  RedirectError,
  type ScriptEntry,
  type Session,
  type SessionEvent,
  type State,
  Tool,
} from "@nomos/agent";
import * as v from "valibot";

/** Outputs of the model, in order. */
export const SCRIPT: readonly ScriptEntry[] = [
  decide.respond("Hello", { reasoning: "greet them" }),
  raw("no JSON"),
  raw({
    reasoning: [],
    decision: { action: "TOOL_CALL", calls: [{ tool: "look", args: { n: "x" } }] },
  }),
  decide.call("look", { n: 0 }),
  decide.calls([
    { tool: "look", args: { n: 1, list: [{ deep: null }] } },
    { tool: "fail", args: {} },
    { tool: "look", args: {} },
  ]),
  decide.move("b"),
  decide.respond({ total: 3 }, { suggestions: ["yes", "no"] }),
  decide.move("a"),
  decide.call("steer"),
  decide.call("look", { n: 2 }),
  decide.call("look", { n: 2 }),
  decide.call("look", { n: 2 }),
  decide.respond("I am going round in circles"),
  raw(1),
  raw(2),
  raw(3),
  raw(4),
  raw(5),
  decide.respond("After the limit"),
  decide.end("Bye"),
];

/** Inputs of the user; undefined lets the model go on by itself. */
export const INPUTS: readonly (string | undefined)[] = [
  undefined,
  "I want \ud83d\ude00",
  "More",
  "Errors",
  undefined,
  "Bye",
];

/** An agent that plays the script from entry `from`; its clock continues from `time`. */
export function scriptedAgent(
  from = 0,
  time = 0,
): { readonly agent: Agent<Record<"a" | "b", unknown>>; readonly llm: MockLLM } {
  const llm = new MockLLM(SCRIPT.slice(from));
  const list = v.optional(v.array(v.object({ deep: v.nullable(v.string()) })));
  const look = new Tool({
    name: "look",
    description: "Look",
    args: v.object({ n: v.optional(v.number()), list }),
    run: (args, { callKey }) => ({ ...args, callKey: callKey.length }),
  });
  const fail = new Tool({
    name: "fail",
    description: "Fail",
    args: v.object({}),
    run: () => {
      throw new Error("broken");
    },
  });
  const steer = new Tool({
    name: "steer",
    description: "Steer",
    args: v.object({}),
    run: () => {
      throw new RedirectError("closed", "come back");
    },
  });
  const agent = new Agent<Record<"a" | "b", unknown>>({
    name: "long",
    llm,
    start: "a",
    clock: () => ++time,
    ids: () => "the session",
    steps: {
      a: { description: "A", tools: [look, fail, steer], routes: { b: "go" } },
      b: {
        description: "B",
        answer: v.object({ total: v.number() }),
        suggestions: true,
        routes: { a: "back" },
      },
    },
  });
  return { agent, llm };
}

/** A state, and the progress of the session when it was captured. */
export interface Taken {
  /** The state as text. */
  readonly text: string;
  /** Number of requests that the model had answered. */
  readonly played: number;
  /** Index of the next input. */
  readonly next: number;
}

/** Places at which a log may be cut: between commits. */
export function bordersOf(events: readonly SessionEvent[]): readonly number[] {
  return [...events.keys(), events.length].filter((at) => events[at]?.joined !== true);
}

/** Plays the whole session, and captures a state after every event. */
export async function playWhole(): Promise<{
  readonly events: readonly SessionEvent[];
  readonly taken: readonly Taken[];
}> {
  const { agent, llm } = scriptedAgent();
  const session = agent.createSession();
  const taken: Taken[] = [];
  const take = (next: number) => {
    const text = JSON.stringify(session.state);
    taken.push({ text, played: llm.requests.length, next });
  };
  take(0);
  for (const [index, input] of INPUTS.entries()) {
    for await (const _ of session.stream(input)) take(index + 1);
    take(index + 1);
  }
  llm.assertDone();
  return { events: session.state.events, taken };
}

/** Continues a state to the end, and returns the whole log. */
export async function playOn({ text, played, next }: Taken): Promise<readonly SessionEvent[]> {
  const state: State = JSON.parse(text);
  const { agent, llm } = scriptedAgent(played, state.events.at(-1)?.time);
  const session = agent.createSession({ state }) as Session;
  if (session.status === "interrupted") await session.resume();
  for (const input of INPUTS.slice(next)) await session.next(input);
  llm.assertDone();
  return session.state.events;
}
