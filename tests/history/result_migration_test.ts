import {
  Agent,
  type AgentOptions,
  ConfigError,
  decide,
  type MigrateResult,
  MockLLM,
  RedirectError,
  type ScriptEntry,
  type SessionEvent,
  StateError,
  Tool,
} from "@nomos/agent";
import { memoryStore } from "@nomos/agent/store";
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import * as v from "valibot";
import { Log } from "../../src/history/log.ts";
import { liveSessionOf, type Session } from "../../src/session/session.ts";

/** Converts results from text to objects, and returns objects as they are. */
const wrap: MigrateResult = (text) => text.startsWith("{") ? text : JSON.stringify({ text });

function agentOf(
  script: readonly ScriptEntry[],
  options: Partial<AgentOptions<Record<"talk", unknown>>> = {},
): Agent<Record<"talk", unknown>> {
  const tool = (name: string, run: () => unknown) =>
    new Tool({ name, description: name, args: v.object({}), run });
  let time = 0;
  const look = tool("look", () => "a view");
  const steer = tool("steer", () => {
    throw new RedirectError("closed", "go elsewhere");
  });
  return new Agent<Record<"talk", unknown>>({
    name: "test",
    llm: new MockLLM(script),
    start: "talk",
    steps: { talk: { description: "Talk", tools: [look, steer] } },
    ids: () => "s",
    clock: () => time++,
    ...options,
  });
}

const both = decide.calls([{ tool: "look", args: {} }, { tool: "steer", args: {} }]);
const results = (events: readonly SessionEvent[]) =>
  events.flatMap((event) => event.type === "tool_finished" ? [event.text] : []);

Deno.test("migrateResult, converts the results of a state, and nothing else", async () => {
  const old = agentOf([both, decide.respond("x")]);
  const { state } = await old.createSession().next("Hi");
  const text = JSON.stringify(state);
  const calls: unknown[] = [];
  const llm = new MockLLM([decide.respond("y")]);
  const migrateResult: MigrateResult = (text, call) => {
    calls.push([text, call]);
    return wrap(text, call);
  };
  const session = agentOf([], { llm, migrateResult }).createSession({ state });
  assertEquals(results(session.state.events).toSorted(), [
    "closed\nInstead: go elsewhere",
    '{"text":"a view"}',
  ]);
  const seen = state.events.find((event) =>
    event.type === "tool_finished" && event.tool === "look"
  );
  assertEquals(calls, [["a view", { tool: "look", callKey: "s~s/1/0", time: seen!.time }]]);
  assertEquals(JSON.stringify(state), text);
  await session.next("Again");
  const shown = llm.requests[0]!.messages.filter(({ role }) => role === "tool");
  assertEquals(shown.map(({ content }) => content.split("\n")[1]), ['{"text":"a view"}', "closed"]);
  // Migrated results are not changed again.
  const again = agentOf([], { migrateResult: wrap }).createSession({ state: session.state });
  assertEquals(again.state, session.state);
});

Deno.test("migrateResult, if it throws or does not return text, is a StateError with the path of the event", async () => {
  const { state } = await agentOf([decide.call("look"), decide.respond("x")]).createSession()
    .next("Hi");
  const bad: [unknown, string][] = [
    [() => {
      throw new Error("what is this?");
    }, 'migrateResult threw for a result of tool "look": what is this?'],
    [
      () => 5,
      'migrateResult returned 5 for a result of tool "look": expected a synchronous function that returns text',
    ],
    [() => Promise.reject(new Error("late")), "migrateResult returned a promise"],
    [() => undefined, "migrateResult returned undefined"],
  ];
  for (const [migrateResult, message] of bad) {
    const agent = agentOf([], { migrateResult: migrateResult as MigrateResult });
    const error = assertThrows(() => agent.createSession({ state }), StateError, message);
    assertEquals(error.path, "events.3.text");
    const store = memoryStore();
    const stored = await agentOf([decide.call("look"), decide.respond("x")])
      .openSession("s", { store });
    await stored.next("Hi");
    await assertRejects(() => agent.openSession("s", { store }), StateError, message);
  }
  assertThrows(
    () => agentOf([], { migrateResult: "no" as never }),
    ConfigError,
    "migrateResult is",
  );
});

/** A stored session with a snapshot, whose place depends on `offset`. */
async function storedSession(offset: number) {
  const store = memoryStore();
  const opening = new Array(offset).fill(decide.respond("ok"));
  const script = [...opening, ...new Array(12).fill([both, decide.respond("x")]).flat()];
  const session = await agentOf(script).openSession("s", { store });
  for (let turn = 0; turn < offset; turn++) await session.next("Hi");
  const turns = Math.ceil((64 - 2 * offset) / 7);
  for (let turn = 0; turn < turns; turn++) {
    for await (const _ of session.stream("Look")) {
      // Stops in the middle of the turn in which the snapshot was taken.
      if ((await store.read("s"))!.snapshot !== undefined) break;
    }
  }
  return store;
}

/** Position of a session, computed from all its events. */
const folded = ({ state }: Session) =>
  new Log("talk", state.events, { now: () => 0 }).position.snapshot();

Deno.test("migrateResult, does not damage the snapshots of stored sessions, wherever they were taken", async () => {
  const held = new Set<string>();
  for (let offset = 0; offset < 7; offset++) {
    const what = `offset ${offset}`;
    const store = await storedSession(offset);
    const { snapshot } = (await store.read("s"))!;
    const [, { calls, lastRound }] = JSON.parse(snapshot!.body);
    held.add(`${calls.length > 0} ${lastRound.length > 0}`);
    const before = await store.entries("s", { from: 0, limit: 1_000 });

    const turn = [both, decide.respond("y")];
    const script = new Array(12).fill(turn).flat();
    const session = await agentOf(script, { migrateResult: wrap }).openSession("s", { store });
    for await (const event of session.events()) {
      const isPlain = event.type !== "tool_finished" || event.outcome !== "ok" ||
        event.text.startsWith("{");
      assert(isPlain, `${what}: event ${event.seq}`);
    }
    await session.load();
    assertEquals(liveSessionOf(session).log.position.snapshot(), folded(session), what);
    if (session.status === "interrupted") await session.resume();
    for (let more = 0; more < 10; more++) await session.next("Look again");
    assert((await store.read("s"))!.snapshot!.head > snapshot!.head, `${what}: no new snapshot`);
    assertEquals(liveSessionOf(session).log.position.snapshot(), folded(session), what);

    // Entries are not rewritten, and the new snapshot is computed from them.
    const after = await store.entries("s", { from: 0, limit: 1_000 });
    assertEquals(after.slice(0, before.length), before, what);
    for (const options of [{}, { migrateResult: wrap }, { migrateResult: () => "same" }]) {
      const again = await agentOf([decide.respond("z")], options).openSession("s", { store });
      assertEquals((await again.next("Go on")).response, "z", what);
    }
  }
  // The snapshots had results: of a round with open calls, and of the round before.
  assert([...held].some((one) => one.startsWith("true")), [...held].join());
  assert([...held].some((one) => one.endsWith("true")), [...held].join());
});

Deno.test("migrateResult, does not change the entries of a fork of a stored session", async () => {
  const store = await storedSession(0);
  const agent = agentOf([], { migrateResult: wrap });
  const session = await agent.openSession("s", { store });
  const fork = await session.fork({ id: "fork" });
  assert(results(fork.state.events).some((text) => text === '{"text":"a view"}'));
  const bodies = async (id: string) =>
    (await store.entries(id, { from: 0, limit: 1_000 })).map(({ body }) => body);
  assertEquals(await bodies("fork"), await bodies("s"));
  await (await agentOf([]).openSession("fork", { store })).load();
  await (await agent.openSession("fork", { store })).load();
});
