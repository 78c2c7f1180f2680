import { assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { Agent, decide, MockLLM, Tool } from "@nomos/agent";
import * as v from "valibot";
import { ABORTED, unlessAborted } from "../src/abort.ts";
import { countedSignal } from "./turn/counted_signal.ts";

const never = new Promise<never>(() => {});

Deno.test("unlessAborted without a signal gives the promise itself", () => {
  const promise = Promise.resolve(1);
  assertStrictEquals(unlessAborted(promise, undefined), promise);
});

Deno.test("unlessAborted gives the value and leaves no listener", async () => {
  const { controller, listeners } = countedSignal();
  assertEquals(await unlessAborted(Promise.resolve(1), controller.signal), 1);
  await Promise.resolve();
  assertEquals(listeners(), 0);
});

Deno.test("unlessAborted passes a rejection on and leaves no listener", async () => {
  const { controller, listeners } = countedSignal();
  const failing = Promise.reject(new TypeError("lost"));
  await assertRejects(
    () => unlessAborted(failing, controller.signal),
    TypeError,
    "lost",
  );
  await Promise.resolve();
  assertEquals(listeners(), 0);
});

Deno.test("unlessAborted gives ABORTED as soon as the signal aborts", async () => {
  const { controller, listeners } = countedSignal();
  const waiting = unlessAborted(never, controller.signal);
  controller.abort();
  assertStrictEquals(await waiting, ABORTED);
  assertEquals(listeners(), 0);
});

Deno.test("unlessAborted gives ABORTED under a signal that aborted before", async () => {
  assertStrictEquals(await unlessAborted(never, AbortSignal.abort()), ABORTED);
});

Deno.test("unlessAborted leaves no listener on a signal that aborted before", async () => {
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

Deno.test("unlessAborted takes a rejection after the abort as handled", async () => {
  const { promise, reject } = Promise.withResolvers<number>();
  const controller = new AbortController();
  const waiting = unlessAborted(promise, controller.signal);
  controller.abort();
  assertStrictEquals(await waiting, ABORTED);
  reject(new Error("late"));
  await new Promise((resolve) => queueMicrotask(() => resolve(undefined)));
});

Deno.test("unlessAborted takes a rejection under a signal aborted before as handled", async () => {
  const failing = Promise.reject(new Error("late"));
  assertStrictEquals(await unlessAborted(failing, AbortSignal.abort()), ABORTED);
});

Deno.test("unlessAborted gives a value that is no promise as it is", async () => {
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

Deno.test("unlessAborted and running calls leave nothing on a signal of ten thousand turns", async () => {
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

/** The value, when a hundred rounds of microtasks have passed. */
async function afterMicrotasks<Value>(value: Value): Promise<Value> {
  for (let i = 0; i < 100; i++) await null;
  return value;
}
