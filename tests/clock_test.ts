import { assert, assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { systemClock, wait } from "../src/clock.ts";
import { ManualClock } from "../src/testing/manual_clock.ts";
import { countedSignal } from "./turn/counted_signal.ts";

/** Runs a test that sees each timeout that is set, in milliseconds, and can let them pass. */
function withTimeouts(test: (timeouts: number[], pass: () => void) => void): void {
  const { setTimeout, clearTimeout } = globalThis;
  const timeouts: number[] = [];
  let pending: (() => void) | undefined;
  const set = (callback: (...args: unknown[]) => void, delay: number, ...args: unknown[]) => {
    pending = () => callback(...args);
    return timeouts.push(delay);
  };
  const clear = () => pending = undefined;
  Object.assign(globalThis, { setTimeout: set, clearTimeout: clear });
  try {
    test(timeouts, () => {
      const callback = pending;
      pending = undefined;
      callback?.();
    });
  } finally {
    Object.assign(globalThis, { setTimeout, clearTimeout });
  }
}

Deno.test("systemClock tells the time in milliseconds since 1970", () => {
  const before = Date.now();
  const now = systemClock.now();
  assert(before <= now && now <= Date.now());
});

Deno.test("systemClock calls back once the time has passed", async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  systemClock.setTimer(0, resolve);
  await promise;
});

Deno.test("systemClock does not call back a timer that was cancelled", () => {
  withTimeouts((timeouts, pass) => {
    let calls = 0;
    const cancel = systemClock.setTimer(5, () => calls++);
    cancel();
    pass();
    assertEquals([timeouts, calls], [[5], 0]);
  });
});

Deno.test("systemClock waits for as long as it is told, beyond what setTimeout knows", () => {
  withTimeouts((timeouts, pass) => {
    let calls = 0;
    systemClock.setTimer(2 * (2 ** 31 - 1) + 7, () => calls++);
    pass();
    pass();
    assertEquals([timeouts, calls], [[2 ** 31 - 1, 2 ** 31 - 1, 7], 0]);
    pass();
    assertEquals(calls, 1);
  });
});

Deno.test("systemClock cancels a long timer in its second part", () => {
  withTimeouts((timeouts, pass) => {
    let calls = 0;
    const cancel = systemClock.setTimer(2 ** 31, () => calls++);
    pass();
    cancel();
    pass();
    assertEquals([timeouts, calls], [[2 ** 31 - 1, 1], 0]);
  });
});

Deno.test("systemClock never calls back after an infinite time", () => {
  withTimeouts((timeouts, pass) => {
    systemClock.setTimer(Infinity, () => assert(false));
    for (let i = 0; i < 10; i++) pass();
    assertEquals(new Set(timeouts), new Set([2 ** 31 - 1]));
  });
});

Deno.test("wait() ends when its time has passed, and leaves no listener", async () => {
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

Deno.test("wait() under a signal that aborted before sets no timer", async () => {
  const clock = new ManualClock();
  const reason = new Error("gone");
  const error = await assertRejects(() => wait(clock, 100, AbortSignal.abort(reason)));
  assertStrictEquals(error, reason);
  assertEquals(clock.pendingTimers, 0);
});
