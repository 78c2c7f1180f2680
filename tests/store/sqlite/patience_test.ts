import { assert, assertEquals, assertRejects } from "@std/assert";
import { Patience } from "../../../src/store/sqlite/patience.ts";

const busy = () => new Error("database is locked");

function patienceWith(busyTimeout: number, random = () => 0.5): [Patience, number[]] {
  const waits: number[] = [];
  const wait = (ms: number) => {
    waits.push(ms);
    return Promise.resolve();
  };
  return [new Patience({ busyTimeout, random, wait }), waits];
}

Deno.test("Patience, tries again until the database is free, more and more slowly", async () => {
  const [patience, waits] = patienceWith(10_000);
  let attempts = 0;
  const result = await patience.whileBusy(() => {
    if (++attempts < 10) throw busy();
    return "done";
  });
  assertEquals([result, attempts], ["done", 10]);
  assertEquals(waits, [1.5, 2, 3, 5, 9, 17, 26, 26, 26]);
});

Deno.test("Patience, waits at random, a millisecond at least", async () => {
  for (const [random, expected] of [[0, [1, 1, 1]], [0.999, [2, 3, 5]]] as const) {
    const [patience, waits] = patienceWith(10_000, () => random);
    let attempts = 0;
    await patience.whileBusy(() => {
      if (++attempts < 4) throw busy();
    });
    assertEquals(waits.map(Math.round), [...expected]);
  }
});

Deno.test("Patience, waits no longer in all than it may, then throws what it met", async () => {
  for (const timeout of [0, 1, 100, 10_000]) {
    const [patience, waits] = patienceWith(timeout);
    const error = busy();
    const thrown = await assertRejects(() =>
      patience.whileBusy(() => {
        throw error;
      })
    );
    assert(thrown === error);
    assertEquals(Math.round(waits.reduce((sum, ms) => sum + ms, 0)), timeout);
  }
});

Deno.test("Patience, throws every other failure at once", async () => {
  const [patience, waits] = patienceWith(10_000);
  const fail = () => {
    throw new Error("disk I/O error");
  };
  await assertRejects(() => patience.whileBusy(fail), Error, "disk I/O error");
  assertEquals(waits, []);
});

Deno.test("Patience, gives up at its next attempt when it was ended", async () => {
  let attempts = 0;
  const wait = (): Promise<void> => Promise.resolve(patience.end());
  const patience: Patience = new Patience({ busyTimeout: 10_000, random: () => 0, wait });
  const attempt = () => {
    attempts++;
    throw busy();
  };
  await assertRejects(() => patience.whileBusy(attempt), Error, "locked");
  assertEquals(attempts, 2);
});
