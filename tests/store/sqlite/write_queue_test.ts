import { assert, assertEquals, assertRejects } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { setImmediate } from "node:timers";
import { BusyRetry } from "../../../src/store/sqlite/busy_retry.ts";
import { WriteQueue } from "../../../src/store/sqlite/write_queue.ts";
import { ConflictError, StoreError } from "@nomos/agent/store";
import { type DatabaseFault, FaultyDatabase } from "./faulty_database.ts";

interface Bench {
  readonly database: FaultyDatabase;
  readonly queue: WriteQueue;
  readonly retry: BusyRetry;
  add(value: number): Promise<number>;
  values(): unknown[];
}

async function withQueue(
  test: (bench: Bench) => Promise<void>,
  options: { fault?: DatabaseFault; check?: () => void; busyTimeout?: number } = {},
): Promise<void> {
  using inner = new DatabaseSync(":memory:");
  inner.exec("CREATE TABLE number (value INTEGER UNIQUE)");
  const { fault, check = () => {}, busyTimeout = 100 } = options;
  const database = new FaultyDatabase(inner, fault);
  const wait = () => Promise.resolve();
  const retry = new BusyRetry({ busyTimeout, random: () => 0, wait });
  const queue = new WriteQueue({ database, file: "numbers.db", retry, check });
  const insert = database.prepare("INSERT INTO number VALUES (?)");
  await test({
    database,
    queue,
    retry,
    add: (value) => queue.write(`add ${value}`, () => (insert.run(value), value)),
    values: () =>
      inner.prepare("SELECT value FROM number ORDER BY rowid").all().map((row) => row.value),
  });
}

const begins = (database: FaultyDatabase) =>
  database.calls.filter((sql) => sql.startsWith("BEGIN"));

Deno.test("WriteQueue, writes that wait together share a transaction, in order", async () => {
  await withQueue(async ({ database, add, values }) => {
    const numbers = Array.from({ length: 10 }, (_, index) => 9 - index);
    assertEquals(await Promise.all(numbers.map(add)), numbers);
    assertEquals(values(), numbers);
    assertEquals(begins(database).length, 1);
    await add(10);
    assertEquals(begins(database).length, 2);
  });
});

Deno.test("WriteQueue, a transaction has at most 64 writes", async () => {
  await withQueue(async ({ database, add, values }) => {
    await Promise.all(Array.from({ length: 130 }, (_, index) => add(index)));
    assertEquals(values().length, 130);
    assertEquals(begins(database).length, 3);
  });
});

Deno.test("WriteQueue, after a shared transaction, waits a tick for more writes", async () => {
  await withQueue(async ({ database, add, values }) => {
    await Promise.all([add(1), add(2)]);
    const later = new Promise((resolve) => setImmediate(resolve)).then(() => add(4));
    await Promise.all([add(3), later]);
    assertEquals([values(), begins(database).length], [[1, 2, 3, 4], 2]);
  });
});

Deno.test("WriteQueue, soon stops waiting if writes come alone", async () => {
  await withQueue(async ({ add }) => {
    await Promise.all([add(1), add(2)]);
    const isKept = async (value: number) => {
      let isDone = false;
      const added = add(value).then(() => isDone = true);
      for (let moment = 0; moment < 20; moment++) await null;
      const isLate = !isDone;
      await added;
      return isLate;
    };
    const kept: boolean[] = [];
    for (let value = 3; value < 13; value++) kept.push(await isKept(value));
    assertEquals(kept, [...Array(8).fill(true), false, false]);
  });
});

Deno.test("WriteQueue, a write that fails does not affect the others", async () => {
  await withQueue(async ({ add, values, database }) => {
    const outcomes = await Promise.allSettled([add(1), add(2), add(2), add(3)]);
    assertEquals(outcomes.map(({ status }) => status), [
      "fulfilled",
      "fulfilled",
      "rejected",
      "fulfilled",
    ]);
    const { reason } = outcomes[2] as PromiseRejectedResult;
    assert(reason instanceof StoreError);
    assert(reason.message.startsWith('Cannot add 2 in "numbers.db": UNIQUE'), reason.message);
    assertEquals(values(), [1, 2, 3]);
    assertEquals(database.isTransaction, false);
  });
});

Deno.test("WriteQueue, a write that fails half-way leaves nothing behind", async () => {
  await withQueue(async ({ database, queue, values, add }) => {
    const insert = database.prepare("INSERT INTO number VALUES (?)");
    const half = queue.write("add twice", () => {
      insert.run(7);
      insert.run(7);
    });
    await assertRejects(() => half, StoreError, "Cannot add twice");
    assertEquals(values(), []);
    await add(7);
    assertEquals(values(), [7]);
  });
});

Deno.test("WriteQueue, resolves no write before the commit", async () => {
  await withQueue(async ({ database, add }) => {
    const told = add(1).then(() => database.calls.at(-1));
    assertEquals(await told, "COMMIT");
  });
});

Deno.test("WriteQueue, if the disk is full at a shared commit, each write is retried alone", async () => {
  let commits = 0;
  const fault = {
    message: "database or disk is full",
    fails: (_call: number, sql: string) => sql === "COMMIT" && ++commits <= 2,
  };
  await withQueue(async ({ add, values }) => {
    const outcomes = await Promise.allSettled([add(1), add(2), add(3)]);
    const [first, ...rest] = outcomes as [PromiseRejectedResult, ...PromiseSettledResult<number>[]];
    assert(first.reason instanceof StoreError && first.reason.isRetryable);
    assertEquals(first.reason.isUnknown, false);
    assertEquals(rest.map(({ status }) => status), ["fulfilled", "fulfilled"]);
    assertEquals(values(), [2, 3]);
  }, { fault });
});

Deno.test("WriteQueue, an I/O error at a commit has an unknown outcome, and is not retried", async () => {
  for (const isDone of [true, false]) {
    const fault = {
      message: "disk I/O error",
      fails: (_: number, sql: string) => sql === "COMMIT",
      isDone,
    };
    await withQueue(async ({ database, add, values }) => {
      const outcomes = await Promise.allSettled([add(1), add(2)]);
      for (const outcome of outcomes) {
        const { reason } = outcome as PromiseRejectedResult;
        assert(reason instanceof StoreError && reason.isUnknown);
      }
      assertEquals(values(), isDone ? [1, 2] : []);
      database.fault = undefined;
      await add(3);
    }, { fault });
  }
});

Deno.test("WriteQueue, an I/O error before the commit has a known outcome", async () => {
  const fault = {
    message: "disk I/O error",
    fails: (_: number, sql: string) => sql.startsWith("INSERT"),
  };
  await withQueue(async ({ add, values }) => {
    const error = await assertRejects(() => add(1), StoreError);
    assertEquals([error.isUnknown, error.isRetryable, values()], [false, false, []]);
  }, { fault });
});

Deno.test("WriteQueue, reports the first failure if SQLite rolled back by itself", async () => {
  await withQueue(async ({ database, queue }) => {
    const failing = queue.write("fill the disk", () => {
      database.exec("ROLLBACK");
      throw new Error("database or disk is full");
    });
    const error = await assertRejects(() => failing, StoreError, "is full");
    assertEquals(error.isRetryable, true);
  });
});

Deno.test("WriteQueue, writes that exceed busyTimeout reject, and later ones succeed", async () => {
  const fault = { message: "database is locked", fails: (call: number) => call <= 101 };
  await withQueue(async ({ add, values, database }) => {
    const late = Promise.all([add(1), add(2)]);
    const error = await assertRejects(() => late, StoreError, "kept it locked");
    assertEquals([error.isRetryable, error.isUnknown], [true, false]);
    database.fault = undefined;
    await add(3);
    assertEquals(values(), [3]);
  }, { fault });
});

Deno.test("WriteQueue, writes added while others wait for a busy database join their transaction", async () => {
  const joined: Promise<number>[] = [];
  await withQueue(async ({ add, values, database }) => {
    database.fault = {
      message: "database is locked",
      fails: (call) => {
        if (call === 3) joined.push(add(2));
        return call <= 4;
      },
    };
    await add(1);
    await Promise.all(joined);
    assertEquals([values(), begins(database).length], [[1, 2], 5]);
  });
});

Deno.test("WriteQueue, end() waits for writes, and stops busy retries", async () => {
  await withQueue(async ({ queue, add, values, database, retry }) => {
    const done = add(1);
    await queue.end();
    assertEquals([values(), await done], [[1], 1]);
    database.fault = { message: "database is locked", fails: () => true };
    const waiting = assertRejects(() => add(2), StoreError);
    retry.stop();
    await queue.end();
    await waiting;
    assertEquals(begins(database).length, 2);
  });
});

Deno.test("WriteQueue, writes nothing if the check throws", async () => {
  let isForbidden = true;
  const check = () => {
    if (isForbidden) throw new ConflictError("forbidden");
  };
  await withQueue(async ({ add, values, database }) => {
    const outcomes = await Promise.allSettled([add(1), add(2)]);
    for (const outcome of outcomes) {
      assert((outcome as PromiseRejectedResult).reason instanceof ConflictError);
    }
    assertEquals([values(), database.isTransaction], [[], false]);
    isForbidden = false;
    await add(3);
    assertEquals(values(), [3]);
  }, { check });
});
