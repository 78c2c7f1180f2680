import { Agent, decide, MockLLM, type SessionEvent } from "@nomos/agent";
import { assert, assertEquals, assertInstanceOf, assertThrows } from "@std/assert";
import { Log } from "../../src/history/log.ts";

function user(seq: number): SessionEvent {
  return { seq, time: seq, type: "user", text: `${seq}` };
}

Deno.test("Log, begins empty at the step it is given", () => {
  const log = new Log("a");
  assertEquals([log.events.length, log.position.step, log.position.status], [0, "a", "waiting"]);
});

Deno.test("Log.append, adds events in order and moves the position", () => {
  const log = new Log("a");
  assertEquals(
    log.append([user(0), { seq: 1, time: 1, type: "moved", from: "a", to: "b" }]),
    undefined,
  );
  assertEquals(log.events.map(({ type }) => type), ["user", "moved"]);
  assertEquals([log.position.step, log.position.status], ["b", "interrupted"]);
});

Deno.test("Log, continues from events as if it had appended them itself", () => {
  const events = [user(0), { seq: 1, time: 1, type: "moved", from: "a", to: "b" } as const];
  const log = new Log("a", events);
  const other = new Log("a");
  other.append(events);
  assertEquals(log.position, other.position);
  log.append([user(2)]);
  assertEquals([events.length, log.events.length], [2, 3]);
});

Deno.test("Log.append, commits before anything changes", () => {
  const seen: unknown[] = [];
  const log: Log = new Log("a", [], (events) => {
    seen.push([log.events.length, log.position.status, events.length]);
  });
  log.append([user(0), user(1)]);
  log.append([user(2)]);
  assertEquals(seen, [[0, "waiting", 2], [2, "interrupted", 1]]);
});

Deno.test("Log.append, a commit that throws leaves the log as it was", () => {
  let isFull = true;
  const log = new Log("a", [], () => {
    if (isFull) throw new Error("disk full");
  });
  assertThrows(() => log.append([user(0)]), Error, "disk full");
  assertEquals([log.events.length, log.position.status], [0, "waiting"]);
  isFull = false;
  log.append([user(0)]);
  assertEquals(log.events.length, 1);
});

Deno.test("Log.append, waits for a commit that takes time, and for nothing else", async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  const log = new Log("a", [], () => promise);
  const appended = log.append([user(0)]);
  assertInstanceOf(appended, Promise);
  assertEquals(log.events.length, 0);
  resolve();
  await appended;
  assertEquals(log.events.length, 1);
});

Deno.test("Log.append, a commit that is rejected leaves the log as it was", async () => {
  const log = new Log("a", [], () => Promise.reject(new Error("offline")));
  const error = await Promise.resolve(log.append([user(0)])).catch((error) => error);
  assertEquals(error.message, "offline");
  assertEquals([log.events.length, log.position.status], [0, "waiting"]);
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
