import { sqliteStore } from "@nomos/agent/sqlite";
import { ConflictError, type Lease, type Store, StoreError } from "@nomos/agent/store";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { makeStore } from "../../../src/store/backend/backend.ts";
import { BusyRetry } from "../../../src/store/sqlite/busy_retry.ts";
import { openDatabase, prepareDatabase } from "../../../src/store/sqlite/connection.ts";
import { sqliteBackend } from "../../../src/store/sqlite/sqlite_backend.ts";
import { FaultyDatabase } from "./faulty_database.ts";
import { appended, entriesOf, leased, withFolder } from "./sqlite_fixture.ts";

const makeRetry = () => {
  return new BusyRetry({ busyTimeout: 100, random: () => 0, wait: () => Promise.resolve() });
};

/** Makes a store with a faulty database. */
async function makeFaultyStore(file: string): Promise<[Store, FaultyDatabase]> {
  const retry = makeRetry();
  const inner = openDatabase(file);
  await prepareDatabase(inner, file, retry);
  const database = new FaultyDatabase(inner);
  const backend = sqliteBackend({ database, file, retry, clock: () => 1 });
  return [makeStore("sqlite", backend), database];
}

const FAULTS = [
  "disk I/O error",
  "database or disk is full",
  "attempt to write a readonly database",
];

Deno.test("if any database call of an append fails, the append happened or not as its error says", async () => {
  for (const message of FAULTS) {
    let isThrough = false;
    for (let nth = 1; !isThrough; nth++) {
      const [store, database] = await makeFaultyStore(":memory:");
      const lease = await leased(store);
      await store.append(lease, appended(0, 3));
      const failing = database.calls.length + nth;
      database.fault = { message, fails: (call) => call === failing };
      const appending = store.append(lease, { ...appended(3, 2), snapshot: '"s"' });
      const error = await appending.then(() => undefined, (error) => error);
      isThrough = database.calls.length < failing;
      const failed = database.calls[failing - 1];
      database.fault = undefined;
      const session = (await store.read("a"))!;
      const head = error === undefined ? 5 : 3;
      assertEquals([session.head, session.snapshot?.head ?? 3], [head, head]);
      assertEquals((await entriesOf(store)).length, head);
      if (!isThrough) {
        assert(error instanceof StoreError, `${message} at ${failed}: ${error}`);
        assertEquals(error.isUnknown, failed === "COMMIT" && message === "disk I/O error");
      }
      await store.append(lease, appended(head));
      await store.close();
    }
  }
});

Deno.test("an append whose reply is lost rejects with isUnknown", async () => {
  const [store, database] = await makeFaultyStore(":memory:");
  const lease = await leased(store);
  database.fault = {
    message: "disk I/O error",
    isDone: true,
    fails: (_call, sql) => sql === "COMMIT",
  };
  const error = await assertRejects(() => store.append(lease, appended(0)), StoreError);
  database.fault = undefined;
  assertEquals([error.isUnknown, (await store.read("a"))?.head], [true, 1]);
  await store.close();
});

Deno.test("if any database call of another method fails, it rejects and changes nothing", async () => {
  const calls: Record<string, (store: Store, lease: Lease) => Promise<unknown>> = {
    create: (store) => store.create("b", { meta: "{}", hash: "00" }),
    read: (store) => store.read("a"),
    entries: (store) => entriesOf(store),
    claim: (store) => store.claim("a", { owner: "other", ttl: 1, force: true }),
    renew: (store, lease) => store.renew(lease, 1),
    release: (store, lease) => store.release(lease),
    "a refused append": (store, lease) => store.append({ ...lease, epoch: 9 }, appended(3)),
    list: (store) => store.list(),
    delete: (store) => store.delete("a"),
  };
  for (const [name, call] of Object.entries(calls)) {
    for (let nth = 1;; nth++) {
      const [store, database] = await makeFaultyStore(":memory:");
      const lease = await leased(store);
      await store.append(lease, appended(0, 3));
      const before = [await store.list(), await entriesOf(store)];
      const failing = database.calls.length + nth;
      database.fault = { message: "disk I/O error", fails: (call) => call === failing };
      const [outcome] = await Promise.allSettled([call(store, lease)]);
      const isThrough = database.calls.length < failing;
      database.fault = undefined;
      if (!isThrough) {
        const { reason } = outcome as PromiseRejectedResult;
        assert(reason instanceof StoreError, `${name}, call ${nth}: ${reason}`);
        assertEquals([await store.list(), await entriesOf(store)], before, `${name}, call ${nth}`);
        await store.append(lease, appended(3));
      }
      await store.close();
      if (isThrough) {
        assert(nth > 1, name);
        break;
      }
    }
  }
});

Deno.test("if any database call fails, opening rejects, and the next opening succeeds", async () => {
  await withFolder(async (folder) => {
    const file = `${folder}/a.db`;
    for (let nth = 1, isThrough = false; !isThrough; nth++) {
      const inner = openDatabase(file);
      const fault = { message: "disk I/O error", fails: (call: number) => call === nth };
      const database = new FaultyDatabase(inner, fault);
      const [outcome] = await Promise.allSettled([prepareDatabase(database, file, makeRetry())]);
      inner.close();
      isThrough = database.calls.length < nth;
      assertEquals(outcome.status, isThrough ? "fulfilled" : "rejected", `call ${nth}`);
      const store = await sqliteStore(file);
      await leased(store);
      await store.close();
      await Deno.remove(file);
    }
  });
});

Deno.test("a call on a busy database is retried", async () => {
  for (const begin of ["BEGIN IMMEDIATE", "SELECT"]) {
    const [store, database] = await makeFaultyStore(":memory:");
    const lease = await leased(store);
    if (begin === "SELECT") await store.append(lease, appended(0));
    let failures = 0;
    database.fault = {
      message: "database is locked",
      fails: (_call, sql) => sql.trimStart().startsWith(begin) && ++failures < 5,
    };
    if (begin !== "SELECT") await store.append(lease, appended(0));
    assertEquals((await store.read("a"))?.head, 1);
    assertEquals(failures, 5);
    await store.close();
  }
});

Deno.test("close() runs earlier writes, but does not wait for other connections", async () => {
  const [store] = await makeFaultyStore(":memory:");
  const lease = await leased(store);
  const asked = store.append(lease, appended(0));
  await Promise.all([store.close(), asked]);

  const [busy, other] = await makeFaultyStore(":memory:");
  const busyLease = await leased(busy);
  other.fault = { message: "database is locked", fails: () => true };
  const before = other.calls.length;
  const waiting = assertRejects(() => busy.append(busyLease, appended(0)), StoreError);
  await busy.close();
  await waiting;
  assertEquals(other.calls.slice(before), ["BEGIN IMMEDIATE"]);
});

Deno.test("an append is not affected if the caller changes the list afterwards", async () => {
  const [store] = await makeFaultyStore(":memory:");
  const lease = await leased(store);
  const { entries, ...rest } = appended(0, 2);
  const list = [...entries];
  const appending = store.append(lease, { ...rest, entries: list });
  list.length = 0;
  await appending;
  assertEquals(await entriesOf(store), entries);
  await store.close();
});

Deno.test("a refused append does not affect others in the same transaction", async () => {
  const [store, database] = await makeFaultyStore(":memory:");
  const lease = await leased(store);
  const before = database.calls.length;
  const outcomes = await Promise.allSettled([
    store.append(lease, appended(0)),
    store.append(lease, appended(0)),
    store.append({ ...lease, epoch: 9 }, appended(1)),
    store.append(lease, appended(1)),
  ]);
  assertEquals(
    outcomes.map((outcome) => outcome.status === "fulfilled" ? "done" : outcome.reason.code),
    ["done", "CONFLICT", "LEASE_LOST", "done"],
  );
  const begun = database.calls.slice(before).filter((sql) => sql.startsWith("BEGIN"));
  assertEquals([begun.length, (await store.read("a"))?.head], [1, 2]);
  await store.close();
});

Deno.test("the owner of a lease may be any string", async () => {
  const [store] = await makeFaultyStore(":memory:");
  await store.create("a", { meta: "{}", hash: "00" });
  for (const owner of ["a\0b", "\ud83d", ""]) {
    const lease = (await store.claim("a", { owner, ttl: 1, force: true }))!;
    await assertRejects(
      () => store.append(lease, appended(7)),
      ConflictError,
      "expected its current head",
    );
  }
  await store.close();
});

Deno.test("with a full disk, writes reject and reads work, until there is space again", async () => {
  await withFolder(async (folder) => {
    const [store, database] = await makeFaultyStore(`${folder}/a.db`);
    const lease = await leased(store);
    database.exec("PRAGMA max_page_count = 40");
    const text = "x".repeat(2_000);
    let head = 0;
    let failure: unknown;
    while (failure === undefined && head < 1_000) {
      failure = await store.append(lease, appended(head, 3, text)).catch((error) => error);
      if (failure === undefined) head += 3;
    }
    assert(failure instanceof StoreError && failure.isRetryable && !failure.isUnknown);
    assertEquals(
      failure.message,
      `Cannot append to session "a" in "${folder}/a.db": ` +
        "the database or the disk is full: expected free space",
    );
    assertEquals((await entriesOf(store)).length, head);
    database.exec("PRAGMA max_page_count = 4000");
    await store.append(lease, appended(head, 3, text));
    assertEquals((await store.read("a"))?.head, head + 3);
    await store.close();
  });
});
