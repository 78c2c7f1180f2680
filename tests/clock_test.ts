import { assert, assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { systemClock, wait } from "../src/clock.ts";
import { ManualClock } from "../src/testing/manual_clock.ts";
import { countedSignal } from "./fixtures/counted_signal.ts";

/** Runs a test with the delays of all timeouts, and a function that fires the pending one. */
function withTimeouts(test: (delays: number[], fire: () => void) => void): void {
  const { setTimeout, clearTimeout } = globalThis;
  const delays: number[] = [];
  let pending: (() => void) | undefined;
  const set = (callback: (...args: unknown[]) => void, delay: number, ...args: unknown[]) => {
    pending = () => callback(...args);
    return delays.push(delay);
  };
  const clear = () => pending = undefined;
  Object.assign(globalThis, { setTimeout: set, clearTimeout: clear });
  try {
    test(delays, () => {
      const callback = pending;
      pending = undefined;
      callback?.();
    });
  } finally {
    Object.assign(globalThis, { setTimeout, clearTimeout });
  }
}

Deno.test("systemClock.now() returns milliseconds since 1970", () => {
  const before = Date.now();
  const now = systemClock.now();
  assert(before <= now && now <= Date.now());
});

Deno.test("systemClock calls the callback after the delay", async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  systemClock.setTimer(0, resolve);
  await promise;
});

Deno.test("systemClock does not call the callback of a cancelled timer", () => {
  withTimeouts((delays, fire) => {
    let calls = 0;
    const cancel = systemClock.setTimer(5, () => calls++);
    cancel();
    fire();
    assertEquals([delays, calls], [[5], 0]);
  });
});

Deno.test("systemClock supports delays longer than the maximum of setTimeout", () => {
  withTimeouts((delays, fire) => {
    let calls = 0;
    systemClock.setTimer(2 * (2 ** 31 - 1) + 7, () => calls++);
    fire();
    fire();
    assertEquals([delays, calls], [[2 ** 31 - 1, 2 ** 31 - 1, 7], 0]);
    fire();
    assertEquals(calls, 1);
  });
});

Deno.test("systemClock cancels a long timer during its second timeout", () => {
  withTimeouts((delays, fire) => {
    let calls = 0;
    const cancel = systemClock.setTimer(2 ** 31, () => calls++);
    fire();
    cancel();
    fire();
    assertEquals([delays, calls], [[2 ** 31 - 1, 1], 0]);
  });
});

Deno.test("systemClock never calls the callback of an infinite delay", () => {
  withTimeouts((delays, fire) => {
    systemClock.setTimer(Infinity, () => assert(false));
    for (let i = 0; i < 10; i++) fire();
    assertEquals(new Set(delays), new Set([2 ** 31 - 1]));
  });
});

Deno.test("wait() resolves after the delay, and leaves no listener", async () => {
  const clock = new ManualClock();
  const { controller, listeners } = countedSignal();
  let isOver = false;
  const waiting = wait(clock, 100, controller.signal).then(() => isOver = true);
  await clock.advance(99);
  assertEquals([isOver, listeners()], [false, 1]);
  await clock.advance(1);
  await waiting;
  assertEquals(listeners(), 0);
});

Deno.test("wait() rejects with the signal's reason at once, and leaves no timer", async () => {
  const clock = new ManualClock();
  const { controller, listeners } = countedSignal();
  const reason = new Error("gone");
  const waiting = assertRejects(() => wait(clock, 100, controller.signal));
  assertEquals(clock.pendingTimers, 1);
  controller.abort(reason);
  assertEquals(clock.pendingTimers, 0);
  assertStrictEquals(await waiting, reason);
  assertEquals(listeners(), 0);
});

Deno.test("wait() sets no timer if the signal has already aborted", async () => {
  const clock = new ManualClock();
  const reason = new Error("gone");
  const error = await assertRejects(() => wait(clock, 100, AbortSignal.abort(reason)));
  assertStrictEquals(error, reason);
  assertEquals(clock.pendingTimers, 0);
});
