import { assert, assertEquals, assertRejects } from "@std/assert";
import { BusyRetry } from "../../../src/store/sqlite/busy_retry.ts";

const busy = () => new Error("database is locked");

function retryWith(busyTimeout: number, random = () => 0.5): [BusyRetry, number[]] {
  const waits: number[] = [];
  const wait = (ms: number) => {
    waits.push(ms);
    return Promise.resolve();
  };
  return [new BusyRetry({ busyTimeout, random, wait }), waits];
}

Deno.test("BusyRetry, retries with growing delays until the database is free", async () => {
  const [retry, waits] = retryWith(10_000);
  let attempts = 0;
  const result = await retry.run(() => {
    if (++attempts < 10) throw busy();
    return "done";
  });
  assertEquals([result, attempts], ["done", 10]);
  assertEquals(waits, [1.5, 2, 3, 5, 9, 17, 26, 26, 26]);
});

Deno.test("BusyRetry, adds jitter to a minimum delay of a millisecond", async () => {
  for (const [random, expected] of [[0, [1, 1, 1]], [0.999, [2, 3, 5]]] as const) {
    const [retry, waits] = retryWith(10_000, () => random);
    let attempts = 0;
    await retry.run(() => {
      if (++attempts < 4) throw busy();
    });
    assertEquals(waits.map(Math.round), [...expected]);
  }
});

Deno.test("BusyRetry, waits at most busyTimeout in total, then throws the last error", async () => {
  for (const timeout of [0, 1, 100, 10_000]) {
    const [retry, waits] = retryWith(timeout);
    const error = busy();
    const thrown = await assertRejects(() =>
      retry.run(() => {
        throw error;
      })
    );
    assert(thrown === error);
    assertEquals(Math.round(waits.reduce((sum, ms) => sum + ms, 0)), timeout);
  }
});

Deno.test("BusyRetry, throws every other failure at once", async () => {
  const [retry, waits] = retryWith(10_000);
  const fail = () => {
    throw new Error("disk I/O error");
  };
  await assertRejects(() => retry.run(fail), Error, "disk I/O error");
  assertEquals(waits, []);
});

Deno.test("BusyRetry, after stop(), makes one last attempt", async () => {
  let attempts = 0;
  const wait = (): Promise<void> => Promise.resolve(retry.stop());
  const retry: BusyRetry = new BusyRetry({ busyTimeout: 10_000, random: () => 0, wait });
  const attempt = () => {
    attempts++;
    throw busy();
  };
  await assertRejects(() => retry.run(attempt), Error, "locked");
  assertEquals(attempts, 2);
});
