/** Sessions that a turn takes between the list of old ones and their deletion are kept. */
import type { Lease, Store } from "@nomos/agent/store";
import { assert, assertEquals } from "@std/assert";
import { type Backend, makeStore } from "../../src/store/backend/backend.ts";
import { expireSessions } from "../../src/store/backend/list_sessions.ts";
import { Database } from "../../src/store/postgres/database.ts";
import { postgresBackend } from "../../src/store/postgres/postgres_backend.ts";
import { readSettings } from "../../src/store/postgres/postgres_options.ts";
import { BusyRetry } from "../../src/store/sqlite/busy_retry.ts";
import { openDatabase, prepareDatabase } from "../../src/store/sqlite/connection.ts";
import { sqliteBackend } from "../../src/store/sqlite/sqlite_backend.ts";
import { postgresTest } from "../postgres/postgres_test_case.ts";

const TTL = 60_000;

async function assertKeptIfTaken(backend: Backend): Promise<void> {
  const store = makeStore("tested", backend);
  const entry = { body: "{}", hash: "01" };
  const write = (lease: Lease, head: number) =>
    store.append(lease, {
      head,
      entries: [{ seq: head, ...entry }],
      status: "ended",
      release: true,
    });
  const claim = async (id: string) => {
    const lease = await store.claim(id, { owner: "another process", ttl: TTL });
    assert(lease !== undefined);
    return lease;
  };
  for (const id of ["changed", "free", "taken", "was taken"]) {
    await store.create(id, { meta: "{}", hash: "00" });
    await write(await claim(id), 0);
  }
  const before = Math.max(...(await store.list()).sessions.map(({ updatedAt }) => updatedAt));
  // Entries of the next millisecond are newer.
  while (await backend.now() <= before + 1);
  const age = await backend.now() - before - 1;
  const racing: Store = {
    ...store,
    list: async (page) => {
      const found = await store.list(page);
      assertEquals(found.sessions.length, 4);
      await claim("taken");
      await store.release(await claim("was taken"));
      await write(await claim("changed"), 1);
      return found;
    },
  };
  assertEquals(await expireSessions(backend, racing, { olderThan: age }), 2);
  const kept = (await store.list()).sessions.map(({ id, status }) => [id, status]);
  assertEquals(kept, [["changed", "ended"], ["taken", "running"]]);
}

Deno.test("SQLite keeps a session that a turn takes while old sessions are deleted", async () => {
  const retry = new BusyRetry({ busyTimeout: 100, random: () => 0, wait: () => Promise.resolve() });
  const database = openDatabase(":memory:");
  await prepareDatabase(database, ":memory:", retry);
  let now = 1_000;
  const backend = sqliteBackend({ database, file: ":memory:", retry, clock: () => now++ });
  await assertKeptIfTaken(backend);
  await backend.close();
});

postgresTest(
  "PostgreSQL keeps a session that a turn takes while old sessions are deleted",
  async (postgres) => {
    await postgres.open();
    const database = new Database(readSettings(postgres.url, { schema: postgres.schema }));
    const backend = postgresBackend(database, postgres.schema);
    await assertKeptIfTaken(backend);
    await backend.close();
  },
);
