import { Agent, decide, MockLLM, type State, StateError } from "@nomos/agent";
import { memoryStore, SessionDamagedError } from "@nomos/agent/store";
import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import {
  EVENT_VERSION,
  migrateEvents,
  type Migration,
  MIGRATIONS,
  versionAfter,
} from "../../src/history/migrations.ts";
import { readState } from "../../src/session/read_state.ts";
import { parseEvent } from "../../src/store/entry/entry_body.ts";
import { firstHash, nextHash } from "../../src/store/entry/hash_chain.ts";

// Migrations of two imaginary releases. Up to version 4, the text of a `user` event is
// `said`; version 5 renames it to `text`. Up to version 5, a move is `went`, with both
// steps in one text; version 6 has `moved`, with `from` and `to`.

const nameText: Migration = (event) => {
  if (event.type !== "user") return event;
  const { said: text, ...rest } = event;
  return { ...rest, text };
};

const splitMove: Migration = (event) => {
  if (event.type !== "went" || typeof event.way !== "string") return event;
  const { way, ...rest } = event;
  const [from, to] = way.split(" > ");
  return { ...rest, type: "moved", from, to };
};

/** All migrations; they lead to version 6. */
const FUTURE_MIGRATIONS: readonly Migration[] = [...MIGRATIONS, nameText, splitMove];

const decision = {
  step: "b",
  decision: { action: "RESPOND", response: "Hello", reasoning: [] },
};
const call = {
  step: "a",
  decision: { action: "TOOL_CALL", calls: [{ tool: "look", args: {} }], reasoning: [] },
};
const move = { step: "a", decision: { action: "MOVE", step: "b", reasoning: [] } };

/** The same log, as each version wrote it. */
function logOf(version: number): Record<string, unknown>[] {
  const key = { callKey: "s/1/0", tool: "look" };
  const given = { callKey: "s/1/0", call: 0, tool: "look", text: "elsewhere" };
  const events = [
    { type: "user", ...(version < 5 ? { said: "Hi" } : { text: "Hi" }) },
    { type: "decision", ...call },
    { type: "tool_started", ...(version < 2 ? key : { callKey: "s/1/0", call: 0, tool: "look" }) },
    { type: "tool_finished", ...given, outcome: version < 3 ? "fallback" : "redirected" },
    { type: "decision", ...move },
    version < 6 ? { type: "went", way: "a > b" } : { type: "moved", from: "a", to: "b" },
    { type: "decision", ...decision },
  ];
  return events.map((event, seq) => ({ seq, time: 7, ...event }));
}

function stateOf(version: number): Record<string, unknown> {
  return { version, sessionId: "s", step: "b", status: "waiting", events: logOf(version) };
}

function deepFreeze<Value>(value: Value): Value {
  if (typeof value === "object" && value !== null) {
    Object.values(value).forEach(deepFreeze);
    Object.freeze(value);
  }
  return value;
}

Deno.test("migrations, lead to the version of this release", () => {
  assertEquals(versionAfter(MIGRATIONS), EVENT_VERSION);
  assertEquals(versionAfter(FUTURE_MIGRATIONS), 6);
});

Deno.test("readState, reads states of every version by a chain of migrations, and changes none", () => {
  for (const version of [1, 2, 3, 4, 5, 6]) {
    const state = deepFreeze(stateOf(version));
    const read = readState(state, FUTURE_MIGRATIONS);
    assertEquals(read.version, EVENT_VERSION);
    assertEquals(read.events as unknown, logOf(6), `version ${version}`);
    // Equal in its values and in the order of keys, so that states can be compared as text.
    assertEquals(
      JSON.stringify(read.events),
      JSON.stringify(readState(stateOf(6), FUTURE_MIGRATIONS).events),
    );
  }
});

Deno.test("readState, refuses unknown versions, and migrated states that are malformed", () => {
  const newer = assertThrows(() => readState(stateOf(7), FUTURE_MIGRATIONS), StateError);
  assertEquals(newer.path, "version");
  assertStringIncludes(newer.message, "it is 7: expected 6 or lower: a newer release wrote it");
  const half = assertThrows(
    () => readState({ ...stateOf(4), version: 5 }, FUTURE_MIGRATIONS),
    StateError,
  );
  assertEquals(half.path, "events.0.text");
  assertThrows(() => readState(stateOf(5)), StateError, "it is 5: expected 4 or lower");
});

Deno.test("migrateEvents, applies the due migrations in order, once to each event", () => {
  const seen: string[] = [];
  const noting = (name: string): Migration => (event) => {
    seen.push(`${name} ${event.type}`);
    return { ...event, names: `${event.names ?? ""}${name}` };
  };
  const chain = ["a", "b", "c"].map(noting);
  const events = [{ type: "x" }, { type: "y" }];
  assertEquals(migrateEvents(events, 2, chain), [
    { type: "x", names: "bc" },
    { type: "y", names: "bc" },
  ]);
  assertEquals(seen, ["b x", "c x", "b y", "c y"]);
  assertEquals(migrateEvents(events, 4, chain), events);
});

Deno.test("migrateEvents, leaves values that are not events to validation, also between two migrations", () => {
  const things = [null, 1, "text", [1], undefined, new Map()];
  assertEquals(migrateEvents(things, 1, FUTURE_MIGRATIONS), things);
  const spoil: Migration = () => null;
  assertEquals(migrateEvents([{ type: "user" }], 1, [spoil, nameText]), [null]);
  for (const events of [[null], [[]], [{ type: "went", way: 3 }], [{}], "no list"]) {
    const error = assertThrows(
      () => readState({ ...stateOf(2), events }, FUTURE_MIGRATIONS),
      StateError,
    );
    assert(error.path.startsWith("events"), error.path);
  }
});

Deno.test("migrations, from version 1 read the place of a call from the end of its key", () => {
  const started = { seq: 2, time: 0, type: "tool_started", callKey: "a/b/7/12", tool: "look" };
  assertEquals(migrateEvents([started], 1), [{ ...started, call: 12 }]);
  const foreign = { ...started, callKey: 5 };
  assertEquals(migrateEvents([foreign], 1), [foreign]);
});

Deno.test("migrations, to version 3 rename outcomes, respond_only limits and usage", () => {
  const finished = { seq: 1, time: 0, type: "tool_finished", callKey: "s/0/0", call: 0, tool: "t" };
  const outcomes = [["fallback", "redirected"], ["aborted", "unknown"], ["ok", "ok"], [7, 7]];
  for (const [outcome, expected] of outcomes) {
    const events = migrateEvents([{ ...finished, outcome, text: "x" }], 2);
    assertEquals(events, [{ ...finished, outcome: expected, text: "x" }]);
  }
  const at = { seq: 1, time: 0 };
  // Requests of version 2 show what the model wrote, which is validated again before the call.
  const request = { ...at, type: "approval_requested", args: { cents: 5 }, hash: "h" };
  assertEquals(migrateEvents([request], 2), [{ ...request, isInput: true }]);
  assertEquals(migrateEvents([request], 3), [request]);
  assertEquals(migrateEvents([{ ...at, type: "fallback", reason: "loop" }], 2), [
    { ...at, type: "respond_only", reason: "loop" },
  ]);
  const limit = { ...at, type: "limit", reason: "tokens", scope: "turn", limit: 5 };
  assertEquals(migrateEvents([{ ...limit, spent: 6 }], 2), [{ ...limit, used: 6 }]);
  const plain = { ...at, type: "limit", reason: "errors" };
  assertEquals(migrateEvents([plain], 2), [plain]);
  // Events of this version are not migrated.
  assertEquals(migrateEvents([{ ...at, type: "fallback" }], 3), [{ ...at, type: "fallback" }]);
});

Deno.test("parseEvent, reads entries of every version by a chain of migrations", () => {
  for (const version of [1, 2, 3, 4, 5, 6]) {
    const events = logOf(version).map((event, seq) => {
      return parseEvent(
        "s",
        { seq, body: JSON.stringify([version, event]), hash: "" },
        { migrations: FUTURE_MIGRATIONS },
      );
    });
    assertEquals(events as unknown, logOf(6), `version ${version}`);
  }
  const body = JSON.stringify([7, logOf(6)[0]]);
  assertThrows(
    () => parseEvent("s", { seq: 0, body, hash: "" }, { migrations: FUTURE_MIGRATIONS }),
    StateError,
    'at "events.0": a newer release wrote it, in version 7: expected version 6 or lower',
  );
});

Deno.test("parseEvent, an entry with an invalid version is damage", () => {
  for (const version of [0, -1, 1.5, "2", null, true]) {
    const body = JSON.stringify([version, logOf(6)[0]]);
    assertThrows(
      () => parseEvent("s", { seq: 0, body, hash: "" }),
      SessionDamagedError,
      "not an event",
    );
  }
});

Deno.test("openSession, a session continued by several versions keeps the entries of each as they were written", async () => {
  const store = memoryStore();
  const hash = firstHash("s");
  await store.create("s", { meta: JSON.stringify({ version: 1, start: "a" }), hash });
  const lease = (await store.claim("s", { owner: "old", ttl: 1 }))!;
  // Written by version 1 up to its first call, by version 2 up to its end, then by version 3.
  const form = [logOf(6)[0], ...logOf(1).slice(1, 3), logOf(2)[3], ...logOf(6).slice(4)];
  const versions = [1, 1, 1, 2, 3, 3, 3];
  const bodies = form.map((event, at) => JSON.stringify([versions[at], event]));
  const entries = [];
  let last = hash;
  for (const [seq, body] of bodies.entries()) {
    last = nextHash(last, body);
    entries.push({ seq, body, hash: last });
  }
  await store.append(lease, { head: 0, entries });
  await store.release(lease);

  const agent = new Agent({
    name: "reader",
    llm: new MockLLM([decide.respond("Still here"), decide.respond("And here")]),
    start: "a",
    steps: { a: { description: "A", routes: { b: "go" } }, b: { description: "B" } },
    clock: () => 9,
  });
  const session = await agent.openSession("s", { store });
  assertEquals([session.step, session.status], ["b", "waiting"]);
  assertEquals((await session.next("Are you there?")).response, "Still here");
  const state: State = session.state;
  assertEquals(state.events.slice(0, 7) as unknown, logOf(6));
  const stored = await store.entries("s", { from: 0, limit: 100 });
  assertEquals(stored.slice(0, 7), entries);
  const written = stored.map(({ body }) => JSON.parse(body)[0]);
  assertEquals(written, [...versions, EVENT_VERSION, EVENT_VERSION]);
  const fork = await session.fork({ at: 7, id: "fork" });
  assertEquals((await fork.next("And you?")).response, "And here");
  const copied = await store.entries("fork", { from: 0, limit: 7 });
  assertEquals(copied.map(({ body }) => body), bodies);
});
