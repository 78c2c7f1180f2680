/** Sessions of older releases, whose tables have no status, are listed with the right one. */
import { sqliteStore } from "@nomos/agent/sqlite";
import type { Store, StoredEntry } from "@nomos/agent/store";
import { assertEquals } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { FIXTURES } from "../../scripts/record_sessions.ts";
import type { StoredFixture } from "../../scripts/sessions/session_fixture.ts";
import { MIGRATIONS as POSTGRES_MIGRATIONS } from "../../src/store/postgres/tables.ts";
import { encodeKey } from "../../src/store/backend/session_key.ts";
import { MIGRATIONS as SQLITE_MIGRATIONS } from "../../src/store/sqlite/tables.ts";
import { postgresTest } from "../postgres/postgres_test_case.ts";
import { withFolder } from "./sqlite/sqlite_fixture.ts";

/** Recorded session, in whose tables an older release stored it. */
interface OldSession extends StoredFixture {
  readonly entries: readonly StoredEntry[];
}

async function readOldSession(name: string): Promise<OldSession> {
  const read = (file: string) => Deno.readTextFile(new URL(`v3/${file}`, FIXTURES));
  const lines = (await read(`${name}.jsonl`)).trimEnd().split("\n");
  const entries: StoredEntry[] = lines.map((line) => JSON.parse(line));
  return { ...JSON.parse(await read(`${name}.json`)), entries };
}

/** Asserts that a recorded session is listed as it is, beside one that is damaged. */
async function assertListed(store: Store, { id, expected }: OldSession): Promise<void> {
  const list = async (page = {}) =>
    (await store.list(page)).sessions.map(({ id, status, approvals }) => ({
      id,
      status: String(status),
      waiting: approvals.map(({ callKey }) => callKey),
    }));
  const { status, waiting = [] } = expected;
  const session = { id, status, waiting: [...waiting] };
  const statuses = ["waiting", "interrupted", "limited", "needs_approval", "ended"] as const;
  for (const each of statuses) {
    assertEquals(await list({ status: each }), each === status ? [session] : [], each);
  }
  assertEquals(await list(), [{ id: "damaged", status: "undefined", waiting: [] }, session]);
}

Deno.test("a SQLite store of an older release lists sessions with the status of their logs", async () => {
  for (const name of ["stored_after_input", "stored_clerk", "stored_long", "stored_short"]) {
    await withFolder(async (folder) => {
      const old = await readOldSession(name);
      const file = `${folder}/old.db`;
      const database = new DatabaseSync(file);
      for (const migration of SQLITE_MIGRATIONS.slice(0, 4)) database.exec(migration);
      database.exec(`PRAGMA user_version = 4; PRAGMA application_id = ${0x6e6f6d6f}`);
      const create = database.prepare(
        `INSERT INTO session (id, meta, head, hash, created_at, updated_at, epoch)
         VALUES (?, ?, ?, ?, 0, 0, 0)`,
      );
      const append = database.prepare(
        "INSERT INTO entry SELECT number, ?, ?, ? FROM session WHERE id = ?",
      );
      for (const id of [old.id, "damaged"]) {
        create.run(encodeKey(id), old.meta, old.entries.length, old.entries.at(-1)!.hash);
        for (const { seq, body, hash } of old.entries) append.run(seq, body, hash, encodeKey(id));
      }
      database.close();
      const store = await sqliteStore(file);
      await assertListed(store, old);
      assertEquals(await store.expire({ olderThan: 1 }), old.expected.status === "waiting" ? 1 : 0);
      await store.close();
    });
  }
});

postgresTest(
  "a PostgreSQL store lists what a process of the release before appended meanwhile",
  async (postgres) => {
    const { schema } = postgres;
    const old = await readOldSession("stored_long");
    await postgres.query(`CREATE SCHEMA ${schema}`);
    const query = async <Row>(text: string, values: readonly unknown[] = []) => {
      const rows = await postgres.query<Row>(text, ...values);
      return { rows, count: rows.length };
    };
    for (const migrate of POSTGRES_MIGRATIONS.slice(0, 3)) await migrate(schema, query);
    await query(`UPDATE ${schema}.version SET number = 3`);
    const create = `INSERT INTO ${schema}.session (id, meta, hash) VALUES ($1, $2, $3)`;
    /** Appends as the release before did. */
    const append = async (id: string, from: number, end: number) => {
      for (const { seq, body, hash } of old.entries.slice(from, end)) {
        await query(
          `WITH writer AS (
             UPDATE ${schema}.session SET head = head + 1, hash = $4, updated_at = now()
             WHERE id = $1 RETURNING number
           )
           INSERT INTO ${schema}.entry SELECT number, $2, $3, $4 FROM writer`,
          [encodeKey(id), seq, body, hash],
        );
      }
    };
    for (const id of [old.id, "damaged"]) {
      await query(create, [encodeKey(id), old.meta, old.hash]);
      await append(id, 0, old.entries.length - 3);
    }
    const store = await postgres.open();
    const statuses = async () => (await store.list()).sessions.map(({ status }) => status);
    assertEquals(await statuses(), [undefined, "waiting"]);
    await query(create, [encodeKey("new"), old.meta, old.hash]);
    assertEquals(await statuses(), [undefined, "waiting", "waiting"]);
    await store.delete("new");
    for (const id of [old.id, "damaged"]) await append(id, old.entries.length - 3, Infinity);
    await assertListed(store, old);
  },
);
