import { Agent, ConfigError, decide, MockLLM, type SessionEvent } from "@nomos/agent";
import { assert, assertEquals, assertRejects } from "@std/assert";
import type { EventDraft } from "../../src/history/event.ts";
import { type Commit, Log } from "../../src/history/log.ts";

const moved: EventDraft = { type: "moved", from: "a", to: "b" };

function user(text: string): EventDraft {
  return { type: "user", text };
}

function logOf(commit?: Commit, events: readonly SessionEvent[] = []): Log {
  let time = 100;
  return new Log("a", events, { now: () => time++, commit });
}

Deno.test("a clock that returns no finite number is refused before the first event", async () => {
  for (const time of [NaN, Infinity, "5", undefined] as number[]) {
    const llm = new MockLLM([decide.respond("ok")]);
    const agent = new Agent({
      name: "timed",
      llm,
      start: "talk",
      steps: { talk: { description: "Talk" } },
      clock: () => time,
    });
    const session = agent.createSession();
    await assertRejects(() => session.next("Hi"), ConfigError, 'option "clock" returned');
    assertEquals([session.state.events, llm.requests.length], [[], 0]);
  }
});

Deno.test("Log, begins empty in the given step", () => {
  const log = logOf();
  assertEquals([log.events.length, log.position.step, log.position.status], [0, "a", "waiting"]);
});

Deno.test("Log.append, stamps each event with seq, one time for all, and joined", async () => {
  const log = logOf();
  const first = await log.append([user("one"), moved]);
  const second = await log.append([user("two")]);
  assertEquals(first, [
    { seq: 0, time: 100, type: "user", text: "one" },
    { seq: 1, time: 100, joined: true, type: "moved", from: "a", to: "b" },
  ]);
  assertEquals(second, [{ seq: 2, time: 101, type: "user", text: "two" }]);
  assertEquals(log.events, [...first, ...second]);
});

Deno.test("Log.append, adds events in order and moves the position", async () => {
  const log = logOf();
  await log.append([user("one"), moved]);
  assertEquals(log.events.map(({ type }) => type), ["user", "moved"]);
  assertEquals([log.position.step, log.position.status], ["b", "interrupted"]);
});

Deno.test("Log.append, without events reads no clock and commits nothing", async () => {
  const now = () => {
    throw new Error("asked");
  };
  const log = new Log("a", [], { now, commit: () => Promise.reject(new Error("committed")) });
  assertEquals(await log.append([]), []);
});

Deno.test("Log, continues from events as if it had appended them itself", async () => {
  const other = logOf();
  const events = [...await other.append([user("one"), moved])];
  const log = logOf(undefined, events);
  assertEquals(log.position, other.position);
  const [next] = await log.append([user("two")]);
  assertEquals([next?.seq, events.length, log.events.length], [2, 2, 3]);
});

Deno.test("Log, copies the list of events it is created from", () => {
  const events: SessionEvent[] = [{ seq: 0, time: 0, type: "user", text: "Hi" }];
  const log = logOf(undefined, events);
  events.push({ seq: 1, time: 0, type: "ended" });
  assertEquals([log.events.length, log.position.status], [1, "interrupted"]);
});

Deno.test("Log.append, commits before anything changes", async () => {
  const seen: unknown[] = [];
  const log: Log = logOf((events) => {
    seen.push([log.events.length, log.position.status, events.map(({ seq }) => seq)]);
    return Promise.resolve();
  });
  await log.append([user("one"), user("two")]);
  await log.append([user("three")]);
  assertEquals(seen, [[0, "waiting", [0, 1]], [2, "interrupted", [2]]]);
});

Deno.test("Log.append, a commit that fails leaves the log as it was", async () => {
  let isFull = true;
  const log = logOf(() => isFull ? Promise.reject(new Error("disk full")) : Promise.resolve());
  await assertRejects(async () => await log.append([user("one")]), Error, "disk full");
  assertEquals([log.events.length, log.position.status], [0, "waiting"]);
  isFull = false;
  const [event] = await log.append([user("one")]);
  assertEquals([event?.seq, log.events.length], [0, 1]);
});

Deno.test("Log.append, waits for a commit that takes time", async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  const log = logOf(() => promise);
  const appended = log.append([user("one")]);
  assertEquals(log.events.length, 0);
  resolve();
  await appended;
  assertEquals(log.events.length, 1);
});

Deno.test("Log.onAppended, is called with the events once they are part of the log", async () => {
  const log = logOf();
  const seen: unknown[] = [];
  log.onAppended = (events) => seen.push([log.head, events.map(({ type }) => type)]);
  await log.append([user("one"), moved]);
  assertEquals(seen, [[2, ["user", "moved"]]]);
});

Deno.test("Session.events, reads the log from any event, the last included", async () => {
  const llm = new MockLLM([decide.respond("one"), decide.respond("two")]);
  const steps = { a: { description: "A" } };
  const session = new Agent({ name: "test", llm, start: "a", steps }).createSession();
  await session.next("Hi");
  await session.next("Hi");
  for (let from = 0; from <= 5; from++) {
    const read = await Array.fromAsync(session.events({ from }));
    assertEquals(read.map(({ seq }) => seq), [0, 1, 2, 3].slice(from));
  }
  assertEquals((await Array.fromAsync(session.events())).length, 4);
  assertEquals(await Array.fromAsync(session.events()), session.state.events);
});

Deno.test("SessionEvent, numbers have no gaps and times come from the clock", async () => {
  let time = 100;
  const llm = new MockLLM([decide.move("a"), decide.respond("one"), decide.end()]);
  const agent = new Agent({
    name: "test",
    llm,
    start: "a",
    clock: () => time++,
    steps: { a: { description: "A", routes: { a: "again" } } },
  });
  const session = agent.createSession();
  await session.next("Hi");
  await session.next("Bye");
  const { events } = session.state;
  assertEquals(events.map(({ seq }) => seq), events.map((_, index) => index));
  assert(events.every((event, index) => index === 0 || event.time >= events[index - 1]!.time));
  assertEquals(events[0]!.time, 100);
  assert(events.at(-1)!.time < time);
});
