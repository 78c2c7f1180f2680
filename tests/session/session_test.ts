import { assert, assertEquals, assertFalse, assertRejects, assertThrows } from "@std/assert";
import {
  Agent,
  ConfigError,
  decide,
  MockLLM,
  raw,
  type ScriptEntry,
  type Session,
  SessionBusyError,
  SessionEndedError,
  SessionWaitingError,
  type State,
  StateError,
  Tool,
} from "@nomos/agent";
import type { AnyTool, SessionEvent } from "@nomos/agent";
import * as v from "valibot";

const echo = new Tool({
  name: "echo",
  description: "",
  args: v.object({ text: v.string() }),
  run: ({ text }) => text,
});

function play(
  script: readonly ScriptEntry[],
  tool: AnyTool<unknown> = echo,
): { readonly agent: Agent; readonly llm: MockLLM } {
  const llm = new MockLLM(script);
  let made = 0;
  const agent = new Agent({
    name: "tested",
    llm,
    start: "start",
    steps: {
      start: { description: "Talk", tools: [tool], routes: { next: "go" } },
      next: { description: "Go on", tools: [tool] },
    },
    ids: () => `id-${++made}`,
    clock: () => 5,
  });
  return { agent, llm };
}

function deepFreeze<Value>(value: Value): Value {
  if (typeof value !== "object" || value === null || Object.isFrozen(value)) return value;
  Object.freeze(value);
  for (const item of Object.values(value)) deepFreeze(item);
  return value;
}

async function eventsOf(session: Session, from?: number): Promise<SessionEvent[]> {
  return await Array.fromAsync(session.events(from === undefined ? {} : { from }));
}

Deno.test("Agent.createSession takes the id from ids, from the state or from the option id", async () => {
  const { agent } = play([decide.respond("Hello")]);
  const session = agent.createSession();
  assertEquals([session.id, session.step, session.status], ["id-1", "start", "waiting"]);
  assertEquals(agent.createSession({ id: "mine" }).id, "mine");
  await session.next("Hi");
  const { state } = session;
  assertEquals(agent.createSession({ state }).id, "id-1");
  assertEquals(agent.createSession({ state, id: "copy" }).state.sessionId, "copy");
});

Deno.test("Agent.createSession refuses an id that is not text", () => {
  const { agent } = play([]);
  for (const id of ["", 7, null, {}, 1n]) {
    assertThrows(() => agent.createSession({ id: id as string }), ConfigError, "expected text");
  }
});

Deno.test("Session.state continues the session at its position", async () => {
  const script = [decide.call("echo", { text: "a" }), decide.move("next"), decide.respond("One")];
  const { agent, llm } = play([...script, decide.respond("Two")]);
  const session = agent.createSession();
  await session.next("first");
  const state = JSON.parse(JSON.stringify(session.state));
  assertEquals(session.state, state);
  const copy = agent.createSession({ state });
  assertEquals([copy.step, copy.status, copy.state], ["next", "waiting", state]);
  await copy.next("second");
  const told = llm.requests[3]!.messages.map(({ role }) => role).join(" ");
  assertEquals(told, "system user assistant tool assistant assistant user system");
  assertEquals(session.state, state);
});

Deno.test("Session.state of a new session is empty and can be continued", async () => {
  const { agent } = play([decide.respond("Hello")]);
  const { state } = agent.createSession();
  assertEquals(state, {
    version: 4,
    agent: "tested",
    sessionId: "id-1",
    incarnation: "id-2",
    step: "start",
    status: "waiting",
    events: [],
  });
  assertEquals((await agent.createSession({ state }).next("Hi")).response, "Hello");
});

Deno.test("Session.state is a snapshot: neither side changes the other", async () => {
  const { agent } = play([decide.call("echo", { text: "a" }), decide.respond("One")]);
  const session = agent.createSession();
  await session.next("first");
  const state = JSON.parse(JSON.stringify(session.state));
  (session.state.events as SessionEvent[]).length = 0;
  assertEquals(session.state, state);
  const copy = agent.createSession({ state });
  const before = JSON.stringify(copy.state);
  state.events[1].decision.calls[0].args.text = "changed";
  state.events.pop();
  assertEquals(JSON.stringify(copy.state), before);
});

Deno.test("Agent.createSession refuses a state it cannot continue, and names the path", () => {
  const { agent } = play([]);
  const good: State = agent.createSession().state;
  const user = { seq: 0, time: 0, type: "user", text: "Hi" };
  const calls = [{ tool: "echo", args: { text: "a" } }];
  const decision = { action: "TOOL_CALL", calls, reasoning: [] };
  const call = { seq: 0, time: 0, type: "decision", step: "start", decision };
  const finished = {
    seq: 1,
    time: 0,
    type: "tool_finished",
    callKey: "k",
    call: 3,
    tool: "echo",
    outcome: "ok",
    text: "",
  };
  const bad: [unknown, string][] = [
    [null, "version"],
    [{ ...good, version: 5 }, "version"],
    [{ ...good, step: "gone", status: "interrupted", events: [call] }, "step"],
    [{ ...good, status: "running" }, "status"],
    [{ ...good, status: "ended" }, "status"],
    [{ ...good, sessionId: "" }, "sessionId"],
    [{ ...good, extra: 1 }, "extra"],
    [{ ...good, status: "interrupted", events: [{ ...user, seq: 1 }] }, "events.0.seq"],
    [{ ...good, status: "interrupted", events: [{ ...user, text: 1 }] }, "events.0.text"],
    [{ ...good, status: "interrupted", events: [call, finished] }, "events.1.call"],
  ];
  for (const [state, path] of bad) {
    const error = assertThrows(() => agent.createSession({ state: state as State }), StateError);
    assertEquals(error.path, path);
  }
});

Deno.test("Session.status is running during a turn, and the status of its state is not", async () => {
  const seen: unknown[] = [];
  const spy = new Tool({
    name: "spy",
    description: "",
    args: v.object({}),
    run: () => seen.push(session.status, session.state.status, session.step),
  });
  const { agent } = play([decide.call("spy"), decide.respond("ok")], spy);
  const session: Session = agent.createSession();
  await session.next("Hi");
  assertEquals(seen, ["running", "interrupted", "start"]);
  assertEquals(session.status, "waiting");
});

Deno.test("Session.next on an ended session throws, and changes nothing", async () => {
  const { agent } = play([decide.end("Bye")]);
  const session = agent.createSession();
  await session.next("Hi");
  const { state } = session;
  for (const goOn of [() => session.next("again"), () => session.next(), () => session.resume()]) {
    await assertRejects(goOn, SessionEndedError, "create a new session");
  }
  await assertRejects(() => session.stream("again").next(), SessionEndedError);
  const copy = agent.createSession({ state });
  await assertRejects(() => copy.next("again"), SessionEndedError);
  assertEquals([session.state, session.status, copy.status], [state, "ended", "ended"]);
});

Deno.test("Session.next while a turn runs is refused, and the turn goes on", async () => {
  const gate = Promise.withResolvers<void>();
  const { agent } = play([async () => {
    await gate.promise;
    return decide.respond("Hello");
  }]);
  const session = agent.createSession();
  const running = session.next("Hi");
  for (const more of [() => session.next("me too"), () => session.resume()]) {
    await assertRejects(more, SessionBusyError, "another turn is running");
    assertEquals(session.status, "running");
  }
  await assertRejects(() => session.stream("me too").next(), SessionBusyError);
  gate.resolve();
  assertEquals((await running).response, "Hello");
  assertEquals(session.state.events.length, 2);
});

Deno.test("Session: of fifty concurrent turns one runs, and the others are refused", async () => {
  const session = play([decide.respond("Hello")]).agent.createSession();
  const turns = Array.from(
    { length: 50 },
    (_, i) => i % 2 === 0 ? session.next(`${i}`) : session.resume(),
  );
  const settled = await Promise.allSettled(turns);
  const refused = settled.flatMap((one) => one.status === "rejected" ? [one.reason] : []);
  assertEquals(refused.length, 49);
  assert(refused.every((reason) => reason instanceof SessionBusyError));
  assertEquals([session.status, session.state.events.length], ["waiting", 2]);
});

Deno.test("Session: a tool cannot start a turn of its own session", async () => {
  const tool = new Tool({
    name: "echo",
    description: "",
    args: v.object({}),
    run: () => session.next("more"),
  });
  const { agent } = play([decide.call("echo"), decide.respond("ok")], tool);
  const session: Session = agent.createSession();
  const turn = await session.next("Hi");
  assertEquals([turn.response, turn.toolResults[0]!.outcome], ["ok", "error"]);
  assert(turn.toolResults[0]!.text.includes("another turn is running"));
});

Deno.test("Session.stream acquires the lock at its first next() and releases it", async () => {
  const { agent } = play([decide.respond("one"), decide.respond("two")]);
  const session = agent.createSession();
  const early = session.stream("early");
  assertEquals((await session.next("Hi")).response, "one");
  await early.next();
  assertEquals(session.status, "running");
  await assertRejects(() => session.next("Hi"), SessionBusyError);
  await early.return();
  assertEquals(session.status, "interrupted");
  assertEquals((await session.resume()).response, "two");
});

Deno.test("Session.resume on a session that waits throws", async () => {
  const { agent } = play([decide.respond("Hello")]);
  const session = agent.createSession();
  await assertRejects(() => session.resume(), SessionWaitingError, "call next() with text");
  await session.next("Hi");
  await assertRejects(() => session.resume(), SessionWaitingError);
  assertEquals(session.status, "waiting");
});

Deno.test("Session.next refuses an input that is neither text nor parts, and changes nothing", async () => {
  const session = play([]).agent.createSession();
  for (const input of [null, 7, {}, Symbol("s")]) {
    await assertRejects(() => session.next(input as string), ConfigError, "expected text");
  }
  assertEquals([session.status, session.state.events], ["waiting", []]);
});

Deno.test("Session.events reads the log from any sequence number", async () => {
  const { agent } = play([decide.call("echo", { text: "a" }), decide.respond("ok")]);
  const session = agent.createSession();
  assertEquals(await eventsOf(session), []);
  await session.next("Hi");
  const { events } = session.state;
  assertEquals(await eventsOf(session), events);
  assertEquals(await eventsOf(session, 0), events);
  assertEquals(await eventsOf(session, 3), events.slice(3));
  assertEquals(await eventsOf(session, 99), []);
});

Deno.test("Session.events returns only events that exist, wherever it begins", async () => {
  const { agent } = play([decide.respond("ok")]);
  const session = agent.createSession();
  await session.next("Hi");
  for (const from of [-1, -0.5, 0.5, NaN]) {
    const read = await eventsOf(session, from).catch((error) => error);
    if (read instanceof ConfigError) continue;
    assert((read as unknown[]).every((event) => event !== undefined), `from ${from}`);
  }
});

Deno.test("Session: the context is passed to tools and guards by reference, and never in the state", async () => {
  interface Cart {
    readonly items: string[];
  }
  const add = new Tool({
    name: "add",
    description: "",
    args: v.object({ item: v.string() }),
    run: ({ item }, { context }: { context: Cart }) => void context.items.push(item),
    guard: ({ context }: { context: Cart }) => context.items.length < 1,
  });
  const llm = new MockLLM([decide.call("add", { item: "tea" }), decide.respond("ok")]);
  const agent = new Agent<Record<string, unknown>, unknown, Cart>({
    name: "shop",
    llm,
    start: "start",
    steps: { start: { description: "Sell", tools: [add] } },
  });
  const context: Cart = { items: [] };
  const session = agent.createSession({ context });
  await session.next("Tea");
  assertEquals(context.items, ["tea"]);
  assertEquals(llm.requests.map(({ legal }) => legal?.tools), [["add"], []]);
  assertFalse(JSON.stringify(session.state).includes("context"));
});

Deno.test("Agent.next runs a turn without a session, and does not change the state that was passed", async () => {
  const script = [decide.call("echo", { text: "a" }), decide.respond("One")];
  const { agent } = play([...script, raw("no"), decide.move("next"), decide.end("Two")]);
  const first = await agent.next("first");
  const state = deepFreeze(first.state);
  const before = JSON.stringify(state);
  const second = await agent.next("second", state);
  assertEquals(JSON.stringify(state), before);
  assertEquals([second.status, second.response, second.step], ["ended", "Two", "next"]);
  assertEquals(second.state.sessionId, first.state.sessionId);
  assertEquals(second.state.events.slice(0, state.events.length), state.events);
  assertEquals(second.events.length, second.state.events.length - state.events.length);
  await assertRejects(() => agent.next("third", second.state), SessionEndedError);
});

Deno.test("Agent.next continues a frozen state with open calls", async () => {
  const { agent } = play([decide.call("echo", { text: "a" }), decide.respond("One")]);
  const session = agent.createSession();
  for await (const event of session.stream("Hi")) if (event.type === "tool_started") break;
  const state = deepFreeze(session.state);
  const turn = await agent.next(undefined, state);
  assertEquals([turn.response, turn.toolResults[0]!.text], ["One", "a"]);
  assertEquals(state.events.at(-1)!.type, "tool_deferred");
  assertEquals(state.events.length, 4);
});

Deno.test("Agent.next takes options: context, stopAfter and signal", async () => {
  let given: unknown;
  const spy = new Tool({
    name: "spy",
    description: "",
    args: v.object({}),
    run: (_, { context }) => {
      given = context;
    },
  });
  const { agent } = play([decide.call("spy")], spy);
  const turn = await agent.next("Hi", undefined, { context: "mine", stopAfter: "tool" });
  assertEquals([given, turn.status], ["mine", "interrupted"]);
  const aborted = await agent.next("Hi", undefined, { signal: AbortSignal.abort() });
  assertEquals([aborted.status, aborted.events.length], ["interrupted", 1]);
});

Deno.test("Agent.next refuses an invalid state instead of starting a new session", async () => {
  const { agent } = play([decide.respond("Hello")]);
  for (const state of [null, "", 0, false]) {
    await assertRejects(() => agent.next("Hi", state as unknown as State), StateError);
  }
});

Deno.test("Agent.explain changes nothing, not even in the middle of open calls", async () => {
  const seen: string[][] = [];
  for (const explains of [false, true]) {
    const gate = Promise.withResolvers<string>();
    const tool = new Tool({
      name: "echo",
      description: "",
      args: v.object({ text: v.string() }),
      run: ({ text }) => text === "late" ? gate.promise : text,
    });
    const calls = ["late", "early"].map((text) => ({ tool: "echo", args: { text } }));
    const { agent, llm } = play([decide.calls(calls), decide.respond("ok")], tool);
    const session = agent.createSession();
    for await (const event of session.stream("Hi")) {
      if (event.type !== "tool_finished" || event.call !== 1) continue;
      if (explains) await agent.explain(session);
      gate.resolve("late");
    }
    seen.push(llm.requests[1]!.messages.map(({ content }) => content));
  }
  assertEquals(seen[1], seen[0]);
});
