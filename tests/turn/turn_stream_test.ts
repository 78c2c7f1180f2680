/** The turn of a stream that is read part by part, at once, not at all, or left early. */
import {
  Agent,
  ConfigError,
  decide,
  type LLM,
  LLMError,
  MockLLM,
  type ScriptEntry,
  SessionBusyError,
  type StreamPart,
  Tool,
} from "@nomos/agent";
import { memoryStore } from "@nomos/agent/store";
import { ManualClock } from "@nomos/agent/testing";
import { assert, assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import * as v from "valibot";
import { unhandledDuring } from "./unhandled_rejections.ts";

const look = new Tool({ name: "look", description: "Look", args: v.object({}), run: () => "seen" });

function sessionOf(llm: LLM | readonly ScriptEntry[], ...tools: Tool[]) {
  return new Agent({
    name: "talker",
    llm: "decide" in llm ? llm : new MockLLM(llm, { chunkLength: 4 }),
    start: "talk",
    steps: { talk: { description: "Talk", tools: [look, ...tools] } },
  }).createSession();
}

const SCRIPT = [decide.call("look"), decide.respond("I have seen it")];
const TYPES = ["user", "decision", "tool_started", "tool_finished", "decision"];

/** Types of the events among the parts. */
function typesOf(parts: readonly StreamPart[]): string[] {
  return parts.filter((part) => "seq" in part).map(({ type }) => type);
}

Deno.test("TurnStream.turn, awaited before anything is read, runs the turn without a reader", async () => {
  const session = sessionOf(SCRIPT);
  const stream = session.stream("Hi");
  const turn = await stream.turn;
  assertEquals([turn.status, turn.response], ["waiting", "I have seen it"]);
  assertEquals(turn.events.map(({ type }) => type), TYPES);
  // Nothing is left to read, and the turn is not run again.
  assertEquals(await Array.fromAsync(stream), []);
  assertStrictEquals(await stream.turn, turn);
  assertEquals(session.state.events.length, TYPES.length);
});

Deno.test("TurnStream.turn, after a stream was read to its end, is what the stream returned", async () => {
  const stream = sessionOf(SCRIPT).stream("Hi");
  const parts: StreamPart[] = [];
  let result = await stream.next();
  for (; !result.done; result = await stream.next()) parts.push(result.value);
  assertEquals(typesOf(parts), TYPES);
  assertStrictEquals(await stream.turn, result.value);
});

Deno.test("TurnStream.turn, read between two parts, leaves the rest to the reader", async () => {
  const stream = sessionOf(SCRIPT).stream("Hi");
  const parts: StreamPart[] = [];
  let turn: typeof stream.turn | undefined;
  for await (const part of stream) {
    turn ??= stream.turn;
    parts.push(part);
  }
  assertEquals(typesOf(parts), TYPES);
  assertEquals((await turn!).response, "I have seen it");
});

Deno.test("TurnStream, if its parts and turn are never read, changes nothing", async () => {
  const session = sessionOf(SCRIPT);
  const stream = session.stream("lost");
  assertEquals([session.status, session.state.events], ["waiting", []]);
  await stream.return();
  assertEquals((await stream.next()).done, true);
  assertEquals([session.status, session.state.events], ["waiting", []]);
});

Deno.test("TurnStream.turn, its failure is not an unhandled rejection", async () => {
  const unhandled = await unhandledDuring(async () => {
    // Read up to the failure; requested and dropped; awaited.
    const read = sessionOf([new Error("down")]).stream("Hi");
    await assertRejects(() => Array.fromAsync(read), LLMError, "down");
    const dropped = sessionOf([new Error("down")]).stream("Hi");
    void dropped.turn;
    const kept = sessionOf([new Error("down")]).stream("Hi");
    const turn = kept.turn;
    await new Promise((resolve) => setTimeout(resolve));
    await assertRejects(() => turn, LLMError, "down");
    await assertRejects(() => kept.next(), LLMError, "down");
  });
  assertEquals(unhandled, []);
});

Deno.test("TurnStream, a failure is thrown to its reader once: closing it afterwards throws nothing", async () => {
  const session = sessionOf([new Error("down"), decide.respond("up")]);
  const reading = async () => {
    await using stream = session.stream("Hi");
    for await (const _ of stream);
  };
  // If its disposal threw it again, the error would be a SuppressedError.
  await assertRejects(reading, LLMError, "down");
  const stream = session.stream("Hi again");
  await stream.turn;
  assertEquals((await stream.return()).done, true);
});

Deno.test("TurnStream.turn, after the stream was left, is the interrupted turn", async () => {
  const session = sessionOf(SCRIPT);
  const stream = session.stream("Hi");
  for await (const part of stream) if (part.type === "decision") break;
  const turn = await stream.turn;
  assertEquals([turn.status, session.status], ["interrupted", "interrupted"]);
  // The calls that were not run stay open.
  assertEquals(turn.events.map(({ type }) => type), [
    "user",
    "decision",
    "tool_started",
    "tool_deferred",
  ]);
  assertEquals(await stream.next(), { done: true, value: turn });
  assertEquals((await session.resume()).response, "I have seen it");
});

Deno.test("TurnStream.turn, without a reader, can be aborted by return()", async () => {
  const asked = Promise.withResolvers<void>();
  const session = sessionOf({
    name: "silent",
    decide: () => {
      asked.resolve();
      return new Promise(() => {});
    },
  });
  const stream = session.stream("Hi");
  const { turn } = stream;
  await asked.promise;
  await stream.return();
  assertEquals([(await turn).status, session.status], ["interrupted", "interrupted"]);
});

Deno.test("TurnStream.next, called twice at once returns the parts in order", async () => {
  const expected = await Array.fromAsync(sessionOf(SCRIPT).stream("Hi"), ({ type }) => type);
  const stream = sessionOf(SCRIPT).stream("Hi");
  const types: string[] = [];
  for (;;) {
    const pair = await Promise.all([stream.next(), stream.next()]);
    types.push(...pair.flatMap((result) => result.done ? [] : [result.value.type]));
    if (pair.some(({ done }) => done)) break;
  }
  assertEquals(types, expected);
});

Deno.test("TurnStream.next, called more often than there are parts ends with the turn each time", async () => {
  const expected = await Array.fromAsync(sessionOf(SCRIPT).stream("Hi"), ({ type }) => type);
  const stream = sessionOf(SCRIPT).stream("Hi");
  const all = await Promise.all(Array.from({ length: expected.length + 3 }, () => stream.next()));
  assertEquals(all.slice(0, -3).map((one) => one.done ? "done" : one.value.type), expected);
  const turn = await stream.turn;
  for (const one of all.slice(-3)) assertEquals(one, { done: true, value: turn });
});

Deno.test("TurnStream.next, of a turn that fails, rejects all pending calls", async () => {
  const stream = sessionOf([new Error("down")]).stream("Hi");
  const all = await Promise.allSettled(Array.from({ length: 4 }, () => stream.next()));
  assertEquals(all.map(({ status }) => status), [
    "fulfilled", // the input
    "fulfilled", // the failed call
    "rejected",
    "rejected",
  ]);
});

Deno.test("TurnStream, the option signal ends the turn, and the reader gets its last events", async () => {
  const controller = new AbortController();
  const wait = new Tool({
    name: "wait",
    description: "Wait",
    args: v.object({}),
    run: () => {
      controller.abort();
      return new Promise<never>(() => {});
    },
  });
  const session = sessionOf([decide.call("wait")], wait);
  const stream = session.stream("Hi", { signal: controller.signal });
  const parts = await Array.fromAsync(stream);
  assertEquals(typesOf(parts), ["user", "decision", "tool_started", "tool_finished"]);
  const { status, events, toolResults } = await stream.turn;
  assertEquals([status, events.length, toolResults[0]!.outcome], ["interrupted", 4, "unknown"]);
});

Deno.test("TurnStream, a turn that is stopped does not wait for its reader, who gets the last events later", async () => {
  const session = sessionOf(SCRIPT);
  const stream = session.stream("Hi");
  const parts: StreamPart[] = [];
  while (parts.at(-1)?.type !== "tool_started") {
    parts.push((await stream.next()).value as StreamPart);
  }
  assert(await session.interrupt());
  const turn = await stream.turn;
  assertEquals([turn.status, session.status], ["interrupted", "interrupted"]);
  parts.push(...await Array.fromAsync(stream));
  assertEquals(typesOf(parts), turn.events.map(({ type }) => type));
  assertEquals(typesOf(parts).slice(2), ["tool_started", "tool_deferred"]);
  assertEquals((await session.resume()).response, "I have seen it");
});

Deno.test("TurnStream, a signal that is already aborted keeps the input and asks no model", async () => {
  const llm = new MockLLM([decide.respond("Hello")]);
  const session = sessionOf(llm);
  const stream = session.stream("Hi", { signal: AbortSignal.abort() });
  assertEquals(typesOf(await Array.fromAsync(stream)), ["user"]);
  assertEquals([(await stream.turn).status, llm.requests.length], ["interrupted", 0]);
});

Deno.test("TurnStream, leaves no listener on a shared signal", async () => {
  const { signal } = new AbortController();
  let listeners = 0;
  const { addEventListener: add, removeEventListener: remove } = signal;
  signal.addEventListener = (...args: unknown[]) => {
    listeners++;
    return add.apply(signal, args as never);
  };
  signal.removeEventListener = (...args: unknown[]) => {
    listeners--;
    return remove.apply(signal, args as never);
  };
  const session = sessionOf(new MockLLM([decide.respond("ok")], { whenDone: "repeat" }));
  for (let turn = 0; turn < 5; turn++) {
    for await (const _ of session.stream("Hi", { signal }));
    await session.stream("Hi", { signal }).turn;
    for await (const _ of session.stream("Hi", { signal })) break;
  }
  assertEquals(listeners, 0);
});

Deno.test("TurnStream, acquires the lock of the session when it is first read, by next() or turn", async () => {
  const gate = Promise.withResolvers<void>();
  const session = sessionOf([async () => {
    await gate.promise;
    return decide.respond("Hello");
  }]);
  const { turn } = session.stream("Hi");
  assertEquals(session.status, "running");
  await assertRejects(() => session.stream("me too").turn, SessionBusyError);
  await assertRejects(() => session.stream("me too").next(), SessionBusyError);
  gate.resolve();
  assertEquals((await turn).response, "Hello");
  assert(session.state.events.length === 2);
});

/** A stored session, its store and clock, and a stream of which one part was read. */
async function abandoned(readerTimeout?: number) {
  const clock = new ManualClock();
  const store = memoryStore({ clock: () => clock.now() });
  const agent = new Agent({
    name: "talker",
    llm: new MockLLM([decide.respond("Hello"), decide.respond("Still here")]),
    start: "talk",
    steps: { talk: { description: "Talk" } },
  });
  const session = await agent.openSession("s", { store, clock });
  const stream = session.stream("Hi", readerTimeout === undefined ? {} : { readerTimeout });
  await stream.next();
  return { clock, store, session, stream };
}

Deno.test("TurnStream, abandoned by its reader, ends after five minutes and releases the lease", async () => {
  const { clock, store, session, stream } = await abandoned();
  await clock.advance(299_999);
  assertEquals(session.status, "running");
  assert((await store.read("s"))!.lease !== undefined);
  await clock.advance(1);
  const turn = await stream.turn;
  assertEquals([turn.status, session.status], ["interrupted", "interrupted"]);
  assertEquals((await store.read("s"))!.lease, undefined);
  assertEquals(await stream.next(), { done: true, value: turn });
  assertEquals((await session.resume()).response, "Hello");
  assertEquals(clock.pendingTimers, 0);
});

Deno.test("TurnStream, the option readerTimeout shortens or lifts the time that a reader has", async () => {
  const short = await abandoned(1_000);
  await short.clock.advance(1_000);
  assertEquals((await short.stream.turn).status, "interrupted");
  const endless = await abandoned(Infinity);
  await endless.clock.advance(7_200_000);
  assertEquals(endless.session.status, "running");
  await Array.fromAsync(endless.stream);
  assertEquals(endless.session.status, "waiting");
  for (const readerTimeout of [0, -1, NaN, "1"]) {
    const session = sessionOf(SCRIPT);
    const stream = session.stream("Hi", { readerTimeout: readerTimeout as number });
    await assertRejects(() => stream.turn, ConfigError, "readerTimeout");
    assertEquals(session.status, "waiting");
  }
});

Deno.test("TurnStream, time in which a model works, or that several parts take together, is not the reader's", async () => {
  const clock = new ManualClock();
  const gate = Promise.withResolvers<void>();
  const agent = new Agent({
    name: "slow",
    llm: new MockLLM([async () => {
      await gate.promise;
      return decide.respond("Hello");
    }]),
    start: "talk",
    steps: { talk: { description: "Talk" } },
  });
  const session = await agent.openSession("s", { store: memoryStore(), clock });
  const stream = session.stream("Hi", { readerTimeout: 1_000 });
  const types: string[] = [];
  for await (const part of stream) {
    types.push(part.type);
    await clock.advance(999);
    if (part.type !== "user") continue;
    // The reader waits for the model from here on.
    queueMicrotask(() => clock.advance(10_000).then(gate.resolve));
  }
  assertEquals([types[0], types.at(-1)], ["user", "decision"]);
  assertEquals((await stream.turn).status, "waiting");
});
