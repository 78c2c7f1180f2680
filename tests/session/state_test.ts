import { Agent, decide, MockLLM, type State, StateError, Tool } from "@nomos/agent";
import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import * as v from "valibot";
import { playOn, playWhole, scriptedAgent } from "./state_session.ts";

function deepFreeze<Value>(value: Value): Value {
  if (typeof value === "object" && value !== null) {
    Object.values(value).forEach(deepFreeze);
    Object.freeze(value);
  }
  return value;
}

const { events, taken } = await playWhole();
const whole: State = JSON.parse(taken.at(-1)!.text);

Deno.test("Session.state, the long session has an event of each of these types", () => {
  assertEquals(
    [...new Set(events.map(({ type }) => type))].sort(),
    [
      "decision",
      "ended",
      "error",
      "limit",
      "moved",
      "respond_only",
      "tool_finished",
      "tool_started",
      "user",
    ],
  );
  assert(taken.length > 50);
});

Deno.test("Agent.createSession, continues equally from the state after every single event", async () => {
  const log = JSON.stringify(events);
  for (const [index, one] of taken.entries()) {
    assertEquals(JSON.stringify(await playOn(one)), log, `state ${index} of ${taken.length}`);
  }
});

Deno.test("Session.state, after every event, is JSON, and a session continued from it has the same state", () => {
  for (const { text } of taken) {
    const session = scriptedAgent().agent.createSession({ state: JSON.parse(text) });
    assertEquals(JSON.stringify(session.state), text);
    assertEquals(session.id, "the session");
  }
});

Deno.test("Agent.createSession, any prefix of a log is refused or can be continued", async () => {
  const steps = ["a", "b"];
  const statuses = ["waiting", "interrupted", "limited", "ended"];
  for (let length = 0; length <= events.length; length++) {
    let accepted = 0;
    for (const step of steps) {
      for (const status of statuses) {
        const state = { ...whole, step, status, events: events.slice(0, length) } as State;
        const llm = new MockLLM([decide.end()]);
        const look = new Tool({ name: "look", description: "L", args: v.object({}), run: () => 1 });
        const agent = new Agent<Record<"a" | "b", unknown>>({
          name: "long",
          llm,
          start: "a",
          steps: { a: { description: "A", tools: [look] }, b: { description: "B" } },
        });
        let session;
        try {
          session = agent.createSession({ state });
        } catch (error) {
          assert(error instanceof StateError, `${error}`);
          continue;
        }
        accepted++;
        await agent.explain(session);
        if (session.status === "ended") continue;
        const turn = await session.next("on");
        assertEquals(turn.status, "ended");
        assert(turn.toolResults.length <= 3);
        assertEquals(turn.state.events.slice(0, length), events.slice(0, length));
      }
    }
    assert(accepted > 0, `the first ${length} events`);
  }
});

Deno.test("Agent.next, continues a state without changing it", async () => {
  const agent = new Agent({
    name: "stateless",
    llm: new MockLLM([decide.move("b"), decide.respond("one"), decide.respond("two")]),
    start: "a",
    ids: () => "s",
    steps: { a: { description: "A", routes: { b: "go" } }, b: { description: "B" } },
  });
  const first = await agent.next("Hi");
  const state = deepFreeze(JSON.parse(JSON.stringify(first.state)));
  const text = JSON.stringify(state);
  const second = await agent.next("Again", state);
  assertEquals([second.step, second.response, second.state.sessionId], ["b", "two", "s"]);
  assertEquals(JSON.stringify(state), text);
  assertEquals(second.state.events.slice(0, state.events.length), state.events);
});

Deno.test("Agent.createSession, never changes the state that is passed", async () => {
  for (const one of taken) {
    const state = deepFreeze(JSON.parse(one.text));
    const { agent } = scriptedAgent(one.played, 0);
    const session = agent.createSession({ state });
    if (session.status === "ended") continue;
    await session.next("on").catch(() => {});
    assertEquals(JSON.stringify(state), one.text);
  }
});

/** Changes everything that can be changed within a value. */
function vandalise(value: unknown): void {
  if (typeof value !== "object" || value === null) return;
  for (const [key, inner] of Object.entries(value)) {
    vandalise(inner);
    (value as Record<string, unknown>)[key] = "vandalised";
  }
  Object.assign(value, { vandalised: true });
}

Deno.test("Agent.createSession, later changes to the passed state do not reach the session", () => {
  for (const { text } of taken) {
    const state = JSON.parse(text);
    const session = scriptedAgent().agent.createSession({ state });
    vandalise(state);
    assertEquals(JSON.stringify(session.state), text);
  }
});

Deno.test("Session.state, has a new list of events each time it is read", async () => {
  const llm = new MockLLM([decide.respond("x")]);
  const steps = { a: { description: "A" } };
  const session = new Agent({ name: "long", llm, start: "a", steps }).createSession();
  const before = session.state;
  const { state } = await session.next("Hi");
  assertEquals([before.events.length, state.events.length], [0, 2]);
  (state.events as unknown[]).pop();
  assertEquals(session.state.events.length, 2);
});

const steps = { a: { description: "A" }, b: { description: "B" } };
const plain = new Agent({ name: "long", llm: new MockLLM(), start: "a", steps });

Deno.test("Agent.createSession, refuses every version but the current and earlier ones", () => {
  const cycle: Record<string, unknown> = {};
  cycle.cycle = cycle;
  const versions = [0, 5, 999, -1, 1.5, "1", null, undefined, true, [1], { n: 1 }, NaN, 1n, cycle];
  for (const version of versions) {
    const state = { ...whole, version } as never;
    const error = assertThrows(() => plain.createSession({ state }), StateError);
    assertEquals([error.path, error.code], ["version", "STATE_INVALID"]);
    assertStringIncludes(error.message, "expected ");
  }
  const { version: _, ...missing } = whole;
  assertEquals(
    assertThrows(() => plain.createSession({ state: missing as never }), StateError).path,
    "version",
  );
});

Deno.test("Agent.createSession, refuses values that are not states", () => {
  const values = [null, "", "{}", 0, 1, true, [], [whole], () => whole, new Date(0), new Map(), 1n];
  for (const state of [...values, Object.create(whole), Symbol("state")]) {
    assertThrows(() => plain.createSession({ state: state as never }), StateError);
  }
});

Deno.test("Agent.createSession, refuses a step the graph lacks, and lists the known ones", () => {
  for (const step of ["z", "", "__proto__", "constructor"]) {
    const state = { ...whole, status: "interrupted", step } as State;
    const error = assertThrows(() => plain.createSession({ state }), StateError);
    assertEquals(error.path, "step");
    assertStringIncludes(error.message, 'expected "a", "b"');
  }
});

Deno.test("Agent.createSession, refuses a step or status that the events do not lead to", () => {
  const { length } = events;
  const at = (step: string, status: string, to = length) =>
    ({ ...whole, step, status, events: events.slice(0, to) }) as State;
  for (const status of ["waiting", "interrupted", "limited", "needs_approval"]) {
    const error = assertThrows(
      () => plain.createSession({ state: at("a", status) }),
      StateError,
    );
    assertEquals(error.path, "status");
  }
  assertEquals(
    assertThrows(() => plain.createSession({ state: at("b", "ended") }), StateError).path,
    "step",
  );
  assertThrows(() => plain.createSession({ state: at("a", "ended", 0) }), StateError);
});

Deno.test("Agent.createSession, the state of a new session can be stored and continued", async () => {
  const llm = new MockLLM([decide.respond("Hello")]);
  const agent = new Agent({ name: "long", llm, start: "a", steps });
  const { state } = agent.createSession({ id: "kept" });
  const session = agent.createSession({ state: JSON.parse(JSON.stringify(state)) });
  assertEquals([session.id, session.step, session.status], ["kept", "a", "waiting"]);
  assertEquals((await session.next("Hi")).response, "Hello");
});

Deno.test("Agent.createSession, the option id replaces the id of the state", () => {
  assertEquals(scriptedAgent().agent.createSession({ state: whole, id: "copy" }).id, "copy");
});

Deno.test("Agent.createSession, continues in a graph with another start or other routes", async () => {
  const moved = taken.find(({ text }) => JSON.parse(text).step === "b")!;
  const later = new Agent({ name: "long", llm: new MockLLM([decide.end()]), start: "b", steps });
  const session = later.createSession({ state: JSON.parse(moved.text) });
  assertEquals([session.step, (await session.resume()).status], ["b", "ended"]);
});

Deno.test("Agent.createSession, an open call whose tool is gone is not run, and the model sees the reason", async () => {
  const open = taken.find(({ text }) => JSON.parse(text).events.at(-1)?.type === "tool_started")!;
  const llm = new MockLLM([decide.end()]);
  const agent = new Agent({ name: "long", llm, start: "a", steps });
  const session = agent.createSession({ state: JSON.parse(open.text) });
  const turn = await session.resume();
  assertEquals(turn.toolResults.map(({ outcome }) => outcome), ["not_run"]);
  assertStringIncludes(turn.toolResults[0]!.text, "no longer has this tool");
  assertEquals(turn.status, "ended");
});
