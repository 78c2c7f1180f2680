/** Recorded sessions of every version are continued by the current release. */
import {
  ConfigError,
  decide,
  type Decision,
  MockLLM,
  SessionEndedError,
  type SessionEvent,
} from "@nomos/agent";
import { type Lease, memoryStore, type Store, type StoredEntry } from "@nomos/agent/store";
import { replaySession } from "@nomos/agent/testing";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { FIXTURES } from "../../scripts/record_sessions.ts";
import { makeDesk, VISIT } from "../../scripts/sessions/desk.ts";
import {
  computeExpected,
  type ExpectedPosition,
  type SessionFixture,
  type StoredFixture,
  type StoredParts,
} from "../../scripts/sessions/session_fixture.ts";
import { listOpenCalls, requestsOf } from "../../src/history/call.ts";
import { EVENT_VERSION, migrateEvents, MIGRATIONS } from "../../src/history/migrations.ts";
import { liveSessionOf, type Session } from "../../src/session/session.ts";

/** The fixtures of a version. */
interface Fixtures {
  readonly states: [name: string, fixture: SessionFixture][];
  readonly stored: [name: string, fixture: StoredFixture, entries: StoredEntry[]][];
}

async function readFixtures(version: number): Promise<Fixtures> {
  const folder = new URL(`v${version}/`, FIXTURES);
  const fixtures: Fixtures = { states: [], stored: [] };
  const files = await Array.fromAsync(Deno.readDir(folder), ({ name }) => name);
  for (const name of files.filter((name) => name.endsWith(".json")).sort()) {
    const read = (name: string) => Deno.readTextFile(new URL(name, folder));
    const fixture = JSON.parse(await read(name));
    const label = `version ${version}: ${name}`;
    if (!files.includes(`${name}l`)) fixtures.states.push([label, fixture]);
    else {
      const lines = (await read(`${name}l`)).trimEnd().split("\n");
      fixtures.stored.push([label, fixture, lines.map((line) => JSON.parse(line))]);
    }
  }
  return fixtures;
}

const VERSIONS = Array.from({ length: EVENT_VERSION }, (_, place) => place + 1);
const ALL = await Promise.all(VERSIONS.map(readFixtures));
const STATES = ALL.flatMap(({ states }) => states);
const STORED = ALL.flatMap(({ stored }) => stored);

/** A model that ends the turn of any session of the desk. */
function resting(): MockLLM {
  return new MockLLM([({ legal, step }): Decision => {
    const { actions, tools, routes } = legal!;
    if (actions.includes("RESPOND")) {
      return decide.respond(step?.endsWith("form") ? { total: 0 } : "Well");
    }
    if (actions.includes("MOVE")) return decide.move(routes[0]!);
    assert(tools.includes("look"), `${step}: ${actions.join()}, ${tools.join()}`);
    return decide.call("look", { n: 9 });
  }], { whenDone: "repeat" });
}

/** Position of a session by the current release, for comparison with the recorded one. */
function positionOf(session: Session): ExpectedPosition {
  const { log: { position: { calls, data }, head } } = liveSessionOf(session);
  return {
    step: session.step,
    status: session.status,
    open: listOpenCalls(calls, head).flatMap(({ callKey }) => callKey ?? []),
    waiting: calls.flatMap(requestsOf).map(({ callKey }) => callKey),
    ...(data && { data }),
  };
}

/** The desk and the context of its sessions; `signal` aborts a call that would never end. */
function openDesk(naming?: (step: string) => string) {
  const giveUp = new AbortController();
  const context = { isOpen: true, onWait: () => giveUp.abort() };
  const llm = resting();
  return { desk: makeDesk(llm, { data: VISIT }, llm, naming), context, signal: giveUp.signal };
}

/** Continues until the session waits or has ended. */
async function goOn(session: Session, signal: AbortSignal): Promise<void> {
  const { status } = session;
  if (status === "ended") {
    await assertRejects(() => session.next("Hello?"), SessionEndedError);
    return;
  }
  if (status === "interrupted" || status === "limited") await session.resume({ signal });
  if (session.status === "interrupted") await session.next("Never mind");
  for (const { callKey, hash, reason } of session.approvals) {
    if (reason === "unknown") await session.retry(callKey, { hash });
    else await session.approve(callKey, { hash });
  }
  assertEquals(session.status, "waiting");
  assertEquals((await session.next("And now?")).status, "waiting");
  // Behind a summary, a turn does not read the whole log.
  await session.load();
  const keys = (kind: string) =>
    session.state.events.flatMap((event) =>
      event.type === kind && "callKey" in event ? [event.callKey] : []
    );
  const ended = keys("tool_finished");
  assertEquals(ended.length, new Set(ended).size, "a call has ended twice");
  assertEquals(keys("tool_started").filter((key) => !ended.includes(key)), []);
}

Deno.test("recorded sessions, exist for each version", () => {
  for (const [place, { states, stored }] of ALL.entries()) {
    assert(states.length >= 20, `version ${VERSIONS[place]}`);
    // Version 1 had no stores.
    assert(stored.length >= 4 || place === 0, `version ${VERSIONS[place]}`);
    for (const [name, { state }] of states) assertEquals(state.version, VERSIONS[place], name);
  }
});

Deno.test("recorded sessions, states of every version keep their position, and can be continued", async () => {
  for (const [name, { state, expected }] of STATES) {
    const text = JSON.stringify(state);
    const { desk, context, signal } = openDesk();
    const session = desk.createSession({ context, state });
    assertEquals(positionOf(session), expected, name);
    const past = migrateEvents(state.events, state.version, MIGRATIONS);
    assertEquals(session.state.events as unknown[], past, name);
    const again = JSON.parse(JSON.stringify(session.state));
    assertEquals(positionOf(desk.createSession({ context, state: again })), expected, name);
    await goOn(session, signal);
    assertEquals(session.state.events.slice(0, past.length) as unknown[], past, name);
    assertEquals(JSON.stringify(state), text, `${name}: it was changed`);
  }
});

Deno.test("recorded sessions, states of every version can be forked after any commit, and replayed", async () => {
  for (const [name, { state }] of STATES) {
    const { desk } = openDesk();
    const difference = await replaySession(state, desk);
    // Before version 3, too many errors ended a turn without a last request for an answer.
    const hasOldLimit = state.version < 3 &&
      state.events.some((event) => event.type === "limit" && event.reason === "errors");
    assertEquals(
      [difference?.expected, difference?.actual],
      hasOldLimit
        ? [{ type: "limit", reason: "errors" }, { type: "respond_only", reason: "errors" }]
        : [undefined, undefined],
      name,
    );
    const session = desk.createSession({ state });
    const { events } = session.state;
    for (let at = 0; at <= events.length; at++) {
      const forking = session.fork({ at, id: `fork at ${at}` });
      // Version 3 has `joined`; before it, calls and moves belong to the commit of their decision.
      const isWithin = events[at]?.joined === true ||
        ["tool_started", "moved", "ended"].includes(events[at]?.type ?? "");
      if (isWithin) await assertRejects(() => forking, ConfigError, "committed together", name);
      const fork = await forking.catch((error) => {
        assert(error instanceof ConfigError, `${name}: ${error}`);
      });
      if (!fork) continue;
      const expected = computeExpected(fork, fork.state.events);
      const { open, waiting } = positionOf(fork);
      assertEquals([open, waiting], [expected.open, expected.waiting], name);
    }
  }
});

/** A store with a recorded session and its child sessions, which version 2 stored beside it. */
async function storeOf(
  fixture: StoredFixture,
  entries: readonly StoredEntry[],
  isMigrated = true,
): Promise<Store> {
  const store = memoryStore();
  await store.create(fixture.id, fixture);
  const lease = (await store.claim(fixture.id, { owner: "recorded", ttl: 1 }))!;
  await append(store, lease, fixture, entries);
  for (const child of fixture.children ?? []) {
    if (!isMigrated) {
      await store.create(child.id, child);
      const own = (await store.claim(child.id, { owner: "recorded", ttl: 1 }))!;
      await append(store, own, child, child.entries);
      continue;
    }
    await store.createChild(lease, child.id, child);
    await append(store, lease, child, child.entries, child.id);
  }
  await store.release(lease);
  return store;
}

async function append(
  store: Store,
  lease: Lease,
  { snapshot }: StoredParts,
  entries: readonly StoredEntry[],
  child?: string,
): Promise<void> {
  const cut = snapshot?.head ?? 0;
  if (snapshot !== undefined) {
    const { body } = snapshot;
    await store.append(lease, { child, head: 0, entries: entries.slice(0, cut), snapshot: body });
  }
  if (cut < entries.length) {
    await store.append(lease, { child, head: cut, entries: entries.slice(cut) });
  }
}

Deno.test("recorded sessions, stored ones of every version keep their position, and can be continued", async () => {
  for (const [name, fixture, entries] of STORED) {
    const store = await storeOf(fixture, entries);
    const { desk, context, signal } = openDesk();
    const open = () => desk.openSession(fixture.id, { context, store });
    const session = await open();
    assertEquals(positionOf(session), fixture.expected, name);
    assertEquals(await replaySession(session, desk), undefined, name);
    await goOn(session, signal);
    const stored = await store.entries(fixture.id, { from: 0, limit: 1_000 });
    assertEquals(stored.slice(0, entries.length), entries, name);
    const again = await open();
    await again.load();
    assertEquals(again.state, session.state, name);
  }
});

const rename = (step: string) => `new_${step}`;

/** The steps that events name. */
function stepsOf(events: readonly SessionEvent[]): string[] {
  return events.flatMap((event) => [
    ..."step" in event ? [event.step] : [],
    ...event.type === "moved" ? [event.from, event.to] : [],
    ...event.type === "decision" && event.decision.action === "MOVE" ? [event.decision.step] : [],
  ]);
}

Deno.test("recorded sessions, states of every version keep their position if all steps were renamed", async () => {
  for (const [name, { state, expected }] of STATES) {
    const text = JSON.stringify(state);
    const { desk, context, signal } = openDesk(rename);
    const session = desk.createSession({ context, state });
    assertEquals(positionOf(session), { ...expected, step: rename(expected.step) }, name);
    const past = migrateEvents(state.events, state.version, MIGRATIONS) as SessionEvent[];
    assertEquals(stepsOf(session.state.events), stepsOf(past).map(rename), name);
    const again = JSON.parse(JSON.stringify(session.state));
    assertEquals(desk.createSession({ context, state: again }).state, session.state, name);
    await goOn(session, signal);
    assertEquals(JSON.stringify(state), text, `${name}: it was changed`);
  }
});

Deno.test("recorded sessions, stored ones of every version go on if all steps were renamed", async () => {
  for (const [name, fixture, entries] of STORED) {
    const store = await storeOf(fixture, entries);
    const { desk, context, signal } = openDesk(rename);
    const open = () => desk.openSession(fixture.id, { context, store });
    const session = await open();
    const { step, ...expected } = fixture.expected;
    assertEquals(positionOf(session), { ...expected, step: rename(step) }, name);
    await goOn(session, signal);
    // The log is not rewritten.
    const stored = await store.entries(fixture.id, { from: 0, limit: 1_000 });
    assertEquals(stored.slice(0, entries.length), entries, name);
    const again = await open();
    await again.load();
    assertEquals(again.state, session.state, name);
    const steps = stepsOf(again.state.events);
    assertEquals(steps.filter((step) => !step.startsWith("new_")), [], name);
    assertEquals(await replaySession(again, desk), undefined, name);
  }
});

Deno.test("recorded sessions, stored ones of version 2 go on in a store that has not migrated their children", async () => {
  const { stored } = ALL[1]!;
  for (const [name, fixture, entries] of stored.filter(([, { children }]) => children)) {
    for (const goesOn of [false, true]) {
      const store = await storeOf(fixture, entries, false);
      const { desk, context } = openDesk();
      const session = await desk.openSession(fixture.id, { context, store });
      if (goesOn) await session.next("Never mind");
      else for (const { callKey } of session.approvals) await session.approve(callKey);
      assertEquals(session.status, "waiting", name);
      const { sessions } = await store.list();
      assertEquals(sessions.map(({ id }) => id), [fixture.id], name);
      for (const { id, entries } of fixture.children!) {
        const adopted = await store.entries(fixture.id, { child: id, from: 0, limit: 1_000 });
        assertEquals(adopted.slice(0, entries.length), entries, name);
        assertEquals(adopted.length > entries.length, !goesOn, name);
      }
    }
  }
});

Deno.test("recorded sessions, some stored ones have snapshots, and some have child sessions", () => {
  assert(STORED.some(([, { children = [] }]) => children.length > 0));
  assert(STORED.some(([, { snapshot }]) => snapshot !== undefined));
  assert(STORED.some(([, { snapshot }]) => snapshot === undefined));
});
