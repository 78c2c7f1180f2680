import {
  Agent,
  AgentError,
  decide,
  type LLMRequest,
  MockLLM,
  type ScriptEntry,
  type State,
  StateError,
  Tool,
} from "@nomos/agent";
import { assert, assertEquals, assertThrows } from "@std/assert";
import * as v from "valibot";
import { playWhole, scriptedAgent } from "./state_session.ts";

type Path = readonly (string | number)[];

const { taken } = await playWhole();
const whole = taken.at(-1)!.text;
const { agent } = scriptedAgent();

/** Paths of all values within a value. */
function placesOf(value: unknown, path: Path = []): Path[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    const here = [...path, Array.isArray(value) ? Number(key) : key];
    return [here, ...placesOf(inner, here)];
  });
}

/** True if the value at a path may be any JSON: arguments, or a structured response. */
function isFree(path: Path): boolean {
  return path.includes("args") && path.at(-1) !== "args" ||
    path.includes("response") && path[0] === "events";
}

/** The state with the value at one path changed. */
function changed(
  path: Path,
  change: (holder: Record<string, unknown>, key: string) => void,
): State {
  const state = JSON.parse(whole);
  let holder = state;
  for (const key of path.slice(0, -1)) holder = holder[key];
  change(holder, String(path.at(-1)));
  return state;
}

/** Paths without repetitions: each field of each type of event is tried once. */
function distinctPlaces(): Path[] {
  const { events } = JSON.parse(whole);
  const seen = new Set<string>();
  return placesOf(JSON.parse(whole)).filter((path) => {
    const kind = path[0] === "events" ? JSON.stringify(Object.keys(events[path[1]!] ?? {})) : "";
    const type = events[path[1]!]?.type + (events[path[1]!]?.decision?.action ?? "");
    const name = [kind, type, ...path.slice(2).map((key) => typeof key)].join() + path.slice(2);
    return !seen.has(name) && seen.add(name);
  });
}

const PLACES = distinctPlaces();

/** Optional fields of the types. */
const OPTIONAL = new Set(["attempt", "tools", "suggestions", "usage", "joined"]);

Deno.test("Agent.createSession, refuses a state that lacks any one field, and names the path", () => {
  let tried = 0;
  for (const path of PLACES) {
    const key = path.at(-1)!;
    const isLastWord = key === "response" && path[0] === "events";
    if (typeof key === "number" || OPTIONAL.has(key) || isFree(path) && !isLastWord) continue;
    const state = changed(path, (holder, name) => delete holder[name]);
    const action = isLastWord && state.events[Number(path[1])] as unknown as
      | { decision: { action: string } }
      | undefined;
    if (action && action.decision.action === "END") continue;
    const error = assertThrows(() => agent.createSession({ state }), StateError);
    assertEquals(error.path, path.join("."), error.message);
    tried++;
  }
  assert(tried > 40, `${tried}`);
});

const WRONG: Readonly<Record<string, unknown>> = {
  "null": null,
  "undefined": undefined,
  "true": true,
  "a negative number": -1,
  "a fraction": 0.5,
  "NaN": NaN,
  "infinity": Infinity,
  "a big integer": 1n,
  "a symbol": Symbol("wrong"),
  "a function": () => "wrong",
  "text": "wrong",
  "a list": ["wrong"],
  "an empty list": [],
  "an object": { wrong: 1 },
  "an empty object": {},
  "a date": new Date(0),
  "a map": new Map(),
  "an object without a prototype": Object.create(null),
};

/** True if one of the values above is JSON. */
function isJson(value: unknown): boolean {
  if (typeof value === "number") return Number.isFinite(value);
  if (typeof value === "object") return !(value instanceof Date || value instanceof Map);
  return typeof value === "string" || typeof value === "boolean";
}

/** Fields that may be any text, and fields that may be any list of text. */
const TEXT = "text message output path sessionId callKey tool from to step response".split(" ");
const TEXT_LIST = ["reasoning", "suggestions", "tools"];

/** True if a wrong value happens to be valid at its path. */
function mayBeRight(path: Path, value: unknown, state: State): boolean {
  const key = path.at(-1)!;
  const field = String(typeof key === "number" ? path.at(-2) : key);
  const event = state.events[Number(path[1])];
  if (value === undefined && OPTIONAL.has(field)) return true;
  if (field === "joined") return value === true;
  if (field === "response" && event?.type === "decision") {
    return event.decision.action === "RESPOND"
      ? isJson(value)
      : value === undefined || typeof value === "string";
  }
  if (typeof value === "string") {
    return TEXT.includes(field) || typeof key === "number" && TEXT_LIST.includes(field);
  }
  if (typeof value === "number") return field === "time" && Number.isFinite(value);
  if (Array.isArray(value)) return TEXT_LIST.includes(field);
  return field === "args" && value !== null && typeof value === "object" && isJson(value);
}

for (const [what, value] of Object.entries(WRONG)) {
  Deno.test(`Agent.createSession, refuses ${what} at any place where it is wrong`, () => {
    for (const path of PLACES) {
      if (isFree(path) && path.at(-1) !== "response") continue;
      const state = changed(path, (holder, name) => holder[name] = value);
      try {
        agent.createSession({ state });
      } catch (error) {
        const where = path.join(".");
        assert(error instanceof StateError, `${where}: ${error}`);
        // The path may be that of a discriminated sibling, or of a part of the wrong value.
        const holder = path.slice(0, -1).join(".");
        assert(error.path.startsWith(holder), `${where} was refused at ${error.path}`);
        assert(error.message.length < 1000, where);
        continue;
      }
      assert(mayBeRight(path, value, JSON.parse(whole)), `accepted at ${path.join(".")}`);
    }
  });
}

Deno.test("Agent.createSession, refuses an unknown field", () => {
  const holders: Path[] = [[], ["events", 0], ["events", 0, "decision"]];
  for (const path of holders) {
    const state = changed([...path, "surplus"], (holder, name) => holder[name] = 1);
    const error = assertThrows(() => agent.createSession({ state }), StateError);
    assertEquals(error.path, [...path, "surplus"].join("."));
  }
});

const user = { seq: 0, time: 1, type: "user", text: "Hi" };
const call = { tool: "look", args: {} };

function decided(seq: number, decision: Record<string, unknown>): Record<string, unknown> {
  return { seq, time: 1, type: "decision", step: "a", decision: { reasoning: [], ...decision } };
}

function finished(seq: number, index: number): Record<string, unknown> {
  const base = { seq, time: 1, type: "tool_finished", callKey: "s/1/0", tool: "look" };
  return { ...base, call: index, outcome: "ok", text: "" };
}

const calling = decided(1, { action: "TOOL_CALL", calls: [call, call] });
const cycle: Record<string, unknown> = {};
cycle.cycle = cycle;
let deep: unknown = "bottom";
for (let level = 0; level < 50_000; level++) deep = { deep };

function refusal(seq: number, attempt: unknown): Record<string, unknown> {
  return { seq, time: 1, type: "error", step: "a", path: "", message: "", output: "", attempt };
}

/** Contradictory logs, with the status that their state claims. */
const HOSTILE: Readonly<Record<string, readonly [events: readonly unknown[], status?: string]>> = {
  "a result without a decision": [[user, finished(1, 0)]],
  "a result of a call that is not there": [[user, calling, finished(2, 7)]],
  "a result of a huge call": [[user, calling, finished(2, Number.MAX_SAFE_INTEGER)]],
  "the same result twice": [[user, calling, finished(2, 0), finished(3, 0)]],
  "an answer while calls are open": [
    [user, calling, decided(2, { action: "RESPOND", response: "x" })],
    "waiting",
  ],
  "a move while calls are open": [[user, calling, {
    ...user,
    seq: 2,
    type: "moved",
    text: undefined,
    from: "a",
    to: "a",
  }]],
  "other calls while calls are open": [[user, calling, { ...calling, seq: 2 }]],
  "an error while calls are open": [[user, calling, refusal(2, undefined)]],
  "a limit while calls are open": [
    [user, calling, { seq: 2, time: 1, type: "limit", reason: "stuck" }],
    "limited",
  ],
  "only an answer left at the start": [
    [{ seq: 0, time: 1, type: "respond_only", reason: "loop" }],
    "waiting",
  ],
  "a first event that was joined": [[{ ...user, joined: true }]],
  "a name that an earlier version used": [[{ seq: 0, time: 1, type: "fallback", reason: "loop" }]],
  "an end in the middle": [[user, { seq: 1, time: 1, type: "ended" }, { ...user, seq: 2 }]],
  "moves to and from unknown steps": [[
    user,
    { seq: 1, time: 1, type: "moved", from: "z", to: "__proto__" },
    { seq: 2, time: 1, type: "moved", from: "y", to: "a" },
  ]],
  "an attempt at what is not there": [[
    user,
    refusal(1, { action: "TOOL_CALL", tools: ["nope"] }),
    refusal(2, { action: "MOVE" }),
  ]],
  "numbers with a gap": [[user, { ...user, seq: 2 }]],
  "numbers twice": [[user, user]],
  "a hole": [[user, , { ...user, seq: 2 }]],
  "a call of a tool that is a name of every object": [[
    user,
    decided(1, { action: "TOOL_CALL", calls: [{ tool: "__proto__", args: {} }] }),
  ]],
  "arguments that are a cycle": [[
    user,
    decided(1, { action: "TOOL_CALL", calls: [{ tool: "look", args: cycle }] }),
  ]],
  "arguments that are no JSON": [[
    user,
    decided(1, { action: "TOOL_CALL", calls: [{ tool: "look", args: { n: 1n } }] }),
  ]],
  "a response that is a cycle": [
    [user, decided(1, { action: "RESPOND", response: cycle })],
    "waiting",
  ],
  "a response that is no JSON": [
    [user, decided(1, { action: "RESPOND", response: 1n })],
    "waiting",
  ],
  "a response that is a function": [
    [user, decided(1, { action: "RESPOND", response: () => 1 })],
    "waiting",
  ],
  "a response of 50,000 levels": [
    [user, decided(1, { action: "RESPOND", response: deep })],
    "waiting",
  ],
  "a time that is no JSON": [[{ ...user, time: Infinity }]],
  "a count of tokens that is no JSON": [
    [user, { ...decided(1, { action: "RESPOND", response: "" }), usage: { input: Infinity } }],
    "waiting",
  ],
  "a prototype in a field": [[JSON.parse('{"__proto__":{"polluted":1},"seq":0,"time":1}')]],
  "a prototype in arguments": [[
    user,
    decided(1, {
      action: "TOOL_CALL",
      calls: [{ tool: "look", args: JSON.parse('{"__proto__":{"polluted":1}}') }],
    }),
  ]],
};

const look = new Tool({
  name: "look",
  description: "L",
  args: v.object({ n: v.optional(v.number()) }),
  run: () => "seen",
});

/** Ends the session as soon as that is legal. */
function finish({ legal }: LLMRequest): ScriptEntry {
  if (legal!.actions.includes("END")) return decide.end();
  return legal!.actions.includes("MOVE") ? decide.move("a") : decide.respond("x");
}

for (const [what, [events, status = "interrupted"]] of Object.entries(HOSTILE)) {
  for (const how of ["next", "resume"] as const) {
    Deno.test(`Session.${how}, of a state with ${what}: the state is refused, or the turn works`, async () => {
      const state = { version: 4, sessionId: "s", step: "a", status, events } as never;
      const llm = new MockLLM([finish], { whenDone: "repeat" });
      const steps = { a: { description: "A", tools: [look], routes: { a: "again" } } };
      const agent = new Agent({ name: "long", llm, start: "a", steps });
      let session;
      try {
        session = agent.createSession({ state });
      } catch (error) {
        assert(error instanceof StateError, `${error}`);
        return;
      }
      await agent.explain(session);
      let turn;
      try {
        turn = how === "next" ? await session.next("on") : await session.resume();
      } catch (error) {
        assert(error instanceof AgentError && error.code.startsWith("SESSION_"), `${error}`);
        return;
      }
      assert(["ended", "interrupted", "limited", "waiting"].includes(turn.status));
      const read = [
        turn.toolResults,
        turn.usage,
        turn.decisions,
        turn.prompt,
        llm.requests[0]!.messages,
      ];
      assertEquals(read.length, 5);
      const text = JSON.stringify(turn.state);
      agent.createSession({ state: JSON.parse(text) });
      assertEquals("polluted" in {}, false);
    });
  }
}

Deno.test("Agent.createSession, a large state is refused or accepted without a stack overflow", () => {
  const events = Array.from({ length: 100_000 }, (_, seq) => ({ ...user, seq }));
  const state = { version: 4, sessionId: "s", step: "a", status: "interrupted", events } as State;
  assertEquals(agent.createSession({ state }).status, "interrupted");
  const broken = { ...state, events: events.map((event) => ({ ...event, time: "x" })) } as never;
  const error = assertThrows(() => agent.createSession({ state: broken }), StateError);
  assertEquals(error.path, "events.0.time");
});
