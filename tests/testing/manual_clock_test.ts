import { ConfigError } from "@nomos/agent";
import { ManualClock } from "@nomos/agent/testing";
import { assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";

Deno.test("ManualClock stands still until it is advanced", async () => {
  const clock = new ManualClock(1_000);
  assertEquals(clock.now(), 1_000);
  await clock.advance(5);
  assertEquals(clock.now(), 1_005);
  assertEquals(new ManualClock().now(), 0);
});

Deno.test("ManualClock calls timers by due time, then in the order in which they were set", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(20)), async (delays) => {
      const clock = new ManualClock();
      const called: [number, number][] = [];
      for (const [index, delay] of delays.entries()) {
        clock.setTimer(delay, () => called.push([clock.now(), index]));
      }
      await clock.advance(20);
      const expected = delays.map((delay, index): [number, number] => [delay, index]);
      assertEquals(called, expected.sort((a, b) => a[0] - b[0] || a[1] - b[1]));
    }),
    { numRuns: 30 },
  );
});

Deno.test("ManualClock does not call a timer that is not due yet", async () => {
  const clock = new ManualClock();
  let calls = 0;
  clock.setTimer(10, () => calls++);
  await clock.advance(9);
  assertEquals([calls, clock.pendingTimers], [0, 1]);
  await clock.advance(1);
  assertEquals([calls, clock.pendingTimers], [1, 0]);
});

Deno.test("ManualClock does not call a cancelled timer, even if another timer cancelled it", async () => {
  const clock = new ManualClock();
  let calls = 0;
  clock.setTimer(1, () => {
    cancelSecond();
    cancelSecond();
  });
  const cancelSecond = clock.setTimer(1, () => calls++);
  const cancelThird = clock.setTimer(2, () => calls++);
  cancelThird();
  assertEquals(clock.pendingTimers, 2);
  await clock.advance(5);
  assertEquals([calls, clock.pendingTimers], [0, 0]);
});

Deno.test("ManualClock calls timers that are set while it advances", async () => {
  const clock = new ManualClock();
  const times: number[] = [];
  const tick = () => {
    times.push(clock.now());
    clock.setTimer(3, tick);
  };
  clock.setTimer(3, tick);
  await clock.advance(10);
  assertEquals([times, clock.now(), clock.pendingTimers], [[3, 6, 9], 10, 1]);
});

Deno.test("ManualClock settles pending promises before and after each timer", async () => {
  const clock = new ManualClock();
  const order: string[] = [];
  const sleep = (ms: number) => new Promise<void>((resolve) => clock.setTimer(ms, resolve));
  const walk = async (name: string, ms: number) => {
    for (let i = 0; i < 10_000; i++) await null;
    for (let step = 0; step < 2; step++) {
      await sleep(ms);
      for (let i = 0; i < 10_000; i++) await null;
      order.push(`${name} at ${clock.now()}`);
    }
  };
  const walks = [walk("a", 2), walk("b", 3)];
  await clock.advance(10);
  await Promise.all(walks);
  assertEquals(order, ["a at 2", "b at 3", "a at 4", "b at 6"]);
});

Deno.test("ManualClock treats a negative delay or NaN as 0, and Infinity as never", async () => {
  const clock = new ManualClock();
  const called: unknown[] = [];
  for (const delay of [-5, NaN, 0]) clock.setTimer(delay, () => called.push(delay));
  clock.setTimer(Infinity, () => called.push("never"));
  await clock.advance(0);
  assertEquals(called, [-5, NaN, 0]);
  await clock.advance(Number.MAX_VALUE);
  assertEquals(called.length, 3);
});

Deno.test("ManualClock rejects with the error of a timer and keeps the others", async () => {
  const clock = new ManualClock();
  let calls = 0;
  clock.setTimer(1, () => {
    throw new TypeError("broken");
  });
  clock.setTimer(2, () => calls++);
  await assertRejects(() => clock.advance(5), TypeError, "broken");
  assertEquals([clock.now(), calls], [1, 0]);
  await clock.advance(1);
  assertEquals([clock.now(), calls], [2, 1]);
});

Deno.test("ManualClock refuses to advance by an invalid time", async () => {
  for (const milliseconds of [-1, NaN, Infinity]) {
    await assertRejects(
      () => new ManualClock().advance(milliseconds),
      ConfigError,
      `Cannot advance a clock by ${milliseconds}: expected a finite number of milliseconds, at least 0`,
    );
  }
});
