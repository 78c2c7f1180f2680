import { assert, assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { Agent, decide, MockLLM, Tool } from "@nomos/agent";
import * as v from "valibot";
import {
  abortable,
  ABORTED,
  interruptible,
  linkAbort,
  readUntilAborted,
  unlessAborted,
} from "../src/abort.ts";
import { countedSignal } from "./fixtures/counted_signal.ts";

const never = new Promise<never>(() => {});

Deno.test("unlessAborted without a signal returns the promise itself", () => {
  const promise = Promise.resolve(1);
  assertStrictEquals(unlessAborted(promise, undefined), promise);
});

Deno.test("unlessAborted returns the value and leaves no listener", async () => {
  const { controller, listeners } = countedSignal();
  assertEquals(await unlessAborted(Promise.resolve(1), controller.signal), 1);
  await Promise.resolve();
  assertEquals(listeners(), 0);
});

Deno.test("unlessAborted passes a rejection on and leaves no listener", async () => {
  const { controller, listeners } = countedSignal();
  const failing = Promise.reject(new TypeError("lost"));
  const waiting = async () => await unlessAborted(failing, controller.signal);
  await assertRejects(waiting, TypeError, "lost");
  await Promise.resolve();
  assertEquals(listeners(), 0);
});

Deno.test("unlessAborted returns ABORTED as soon as the signal aborts", async () => {
  const { controller, listeners } = countedSignal();
  const waiting = unlessAborted(never, controller.signal);
  controller.abort();
  assertStrictEquals(await waiting, ABORTED);
  assertEquals(listeners(), 0);
});

Deno.test("unlessAborted returns ABORTED if the signal has already aborted", async () => {
  assertStrictEquals(await unlessAborted(never, AbortSignal.abort()), ABORTED);
});

Deno.test("unlessAborted leaves no listener on a signal that has already aborted", async () => {
  const { controller, listeners } = countedSignal();
  controller.abort();
  await unlessAborted(never, controller.signal);
  assertEquals(listeners(), 0);
});

Deno.test("unlessAborted drops a value that comes after the abort", async () => {
  const { promise, resolve } = Promise.withResolvers<number>();
  const controller = new AbortController();
  const waiting = unlessAborted(promise, controller.signal);
  controller.abort();
  resolve(1);
  assertStrictEquals(await waiting, ABORTED);
});

Deno.test("unlessAborted handles a rejection after the abort", async () => {
  const { promise, reject } = Promise.withResolvers<number>();
  const controller = new AbortController();
  const waiting = unlessAborted(promise, controller.signal);
  controller.abort();
  assertStrictEquals(await waiting, ABORTED);
  reject(new Error("late"));
  await new Promise((resolve) => queueMicrotask(() => resolve(undefined)));
});

Deno.test("unlessAborted handles a rejection if the signal has already aborted", async () => {
  const failing = Promise.reject(new Error("late"));
  assertStrictEquals(await unlessAborted(failing, AbortSignal.abort()), ABORTED);
});

Deno.test("unlessAborted returns a value that is not a promise", async () => {
  const value = { plain: true } as unknown as Promise<unknown>;
  assertStrictEquals(await unlessAborted(value, new AbortController().signal), value);
});

Deno.test("unlessAborted does not wait for a thenable that never settles", async () => {
  const { promise: started, resolve: start } = Promise.withResolvers<void>();
  const thenable = { then: () => start() } as unknown as Promise<unknown>;
  const controller = new AbortController();
  const waiting = (async () => await unlessAborted(thenable, controller.signal))();
  await started;
  controller.abort();
  const settled = await Promise.race([waiting, afterMicrotasks("still waiting")]);
  assertStrictEquals(settled, ABORTED);
});

Deno.test("unlessAborted can use one signal ten thousand times", async () => {
  const { controller, listeners } = countedSignal();
  for (let i = 0; i < 10_000; i++) await unlessAborted(Promise.resolve(i), controller.signal);
  await Promise.resolve();
  assertEquals(listeners(), 0);
});

Deno.test("unlessAborted and tool calls leave no listener on a signal of ten thousand turns", async () => {
  const { controller, listeners } = countedSignal();
  const { signal } = controller;
  const tool = new Tool({ name: "look", description: "", args: v.object({}), run: () => "done" });
  const scripted = [decide.call("look"), decide.respond("ok")];
  let at = 0;
  const llm = new MockLLM([() => scripted[at++ % 2]!], { whenDone: "repeat", validate: false });
  const steps = { start: { description: "Talk", tools: [tool] } };
  const agent = new Agent({ name: "tested", llm, start: "start", steps });
  let session = agent.createSession();
  for (let turn = 0; turn < 10_000; turn++) {
    if (turn % 100 === 0) session = agent.createSession();
    await session.next("Hi", { signal });
  }
  await Promise.resolve();
  assertEquals(listeners(), 0);
});

Deno.test("abortable settles like its promise, or rejects with the signal's reason", async () => {
  const { controller, listeners } = countedSignal();
  assertEquals(await abortable(Promise.resolve(1), controller.signal), 1);
  assertEquals(await abortable(Promise.resolve(1), undefined), 1);
  const waiting = assertRejects(() => abortable(never, controller.signal), Error, "enough");
  controller.abort(new Error("enough"));
  await waiting;
  assertEquals(listeners(), 0);
});

Deno.test("linkAbort aborts with the signal and its reason until it is unlinked", () => {
  const { controller: outer, listeners } = countedSignal();
  const [linked, unlinked] = [new AbortController(), new AbortController()];
  linkAbort(linked, outer.signal);
  linkAbort(unlinked, outer.signal)();
  assertEquals(listeners(), 1);
  outer.abort("enough");
  assertEquals([linked.signal.reason, unlinked.signal.aborted], ["enough", false]);
  const late = new AbortController();
  linkAbort(late, outer.signal);
  assertEquals([late.signal.reason, listeners()], ["enough", 0]);
  linkAbort(unlinked, undefined)();
});

/** Creates a generator that yields 1, then throws the signal's reason; its end is added to `ended`. */
function counting(ended: string[]): (signal: AbortSignal) => AsyncGenerator<number, void, void> {
  return async function* (signal) {
    try {
      yield await Promise.resolve(1);
      await abortable(never, signal);
    } finally {
      ended.push("ended");
    }
  };
}

Deno.test("interruptible ends a generator that is waiting", async () => {
  const ended: string[] = [];
  const stream = interruptible(counting(ended), undefined);
  assertEquals(await stream.next(), { done: false, value: 1 });
  const waiting = stream.next();
  assertEquals(await stream.return!(), { done: true, value: undefined });
  assertEquals([await waiting, ended], [{ done: true, value: undefined }, ["ended"]]);
});

Deno.test("interruptible ends a generator between two parts", async () => {
  const ended: string[] = [];
  for await (const part of interruptible(counting(ended), undefined)) {
    assertEquals(part, 1);
    break;
  }
  assertEquals(ended, ["ended"]);
});

Deno.test("interruptible throws the generator's error when the outer signal aborts", async () => {
  const outer = new AbortController();
  const stream = interruptible(counting([]), outer.signal);
  await stream.next();
  const waiting = assertRejects(() => stream.next(), Error, "enough");
  outer.abort(new Error("enough"));
  await waiting;
  assertEquals(await stream.next(), { done: true, value: undefined });
});

Deno.test("interruptible aborts the signal of a generator that fails", async () => {
  let given: AbortSignal | undefined;
  const stream = interruptible(async function* (signal) {
    given = signal;
    yield await Promise.reject(new Error("down"));
  }, undefined);
  await assertRejects(() => stream.next(), Error, "down");
  assert(given!.aborted);
});

Deno.test("readUntilAborted opens at the first read, closes when the reader stops, and calls onClosed", async () => {
  for (const reads of [0, 1, 2, 3]) {
    const log: string[] = [];
    const open = async function* () {
      log.push("opened");
      try {
        yield await Promise.resolve("a");
        yield "b";
      } finally {
        log.push("closed");
      }
    };
    const parts = readUntilAborted(open, undefined, () => log.push("onClosed"));
    for (let read = 0; read < reads; read++) await parts.next();
    await parts.return();
    assertEquals(log, reads === 0 ? [] : ["opened", "closed", "onClosed"]);
  }
});

Deno.test("readUntilAborted does not wait for a stream that ignores its signal, and calls onClosed later", async () => {
  const { controller, listeners } = countedSignal();
  const { promise: stalled, resolve: goOn } = Promise.withResolvers<void>();
  const { promise: closed, resolve: onClosed } = Promise.withResolvers<void>();
  const open = async function* () {
    await stalled;
    yield 1;
  };
  const parts = readUntilAborted(open, controller.signal, onClosed);
  const waiting = assertRejects(() => parts.next(), Error, "enough");
  controller.abort(new Error("enough"));
  await waiting;
  assertEquals(listeners(), 0);
  assertEquals(await Promise.race([closed, afterMicrotasks("open")]), "open");
  goOn();
  await closed;
});

/** Returns a value after a hundred microtasks. */
async function afterMicrotasks<Value>(value: Value): Promise<Value> {
  for (let i = 0; i < 100; i++) await null;
  return value;
}
