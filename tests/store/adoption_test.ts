/** Sessions that version 2 stored, in the tables of their time, go on with their children. */
import { decide, MockLLM } from "@nomos/agent";
import { sqliteStore } from "@nomos/agent/sqlite";
import type { Store, StoredEntry } from "@nomos/agent/store";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { FIXTURES } from "../../scripts/record_sessions.ts";
import { makeDesk } from "../../scripts/sessions/desk.ts";
import type { StoredFixture } from "../../scripts/sessions/session_fixture.ts";
import { MIGRATIONS as POSTGRES_MIGRATIONS } from "../../src/store/postgres/tables.ts";
import { encodeKey } from "../../src/store/backend/session_key.ts";
import { MIGRATIONS as SQLITE_MIGRATIONS } from "../../src/store/sqlite/tables.ts";
import { postgresTest } from "../postgres/postgres_test_case.ts";
import { withFolder } from "./sqlite/sqlite_fixture.ts";

/** Row of a session in the tables of version 2. */
interface OldSession {
  readonly id: string;
  readonly meta: string;
  readonly hash: string;
  readonly entries: readonly StoredEntry[];
}

/** Reads the recorded session whose child session waits for a person, and adds others. */
async function readOldSessions(): Promise<readonly OldSession[]> {
  const read = (name: string) => Deno.readTextFile(new URL(`v2/${name}`, FIXTURES));
  const fixture: StoredFixture = JSON.parse(await read("stored_clerk.json"));
  const lines = (await read("stored_clerk.jsonl")).trimEnd().split("\n");
  const entries: StoredEntry[] = lines.map((line) => JSON.parse(line));
  const [child] = fixture.children!;
  const { id: _, ...rest } = child!;
  const caller = (
    id: string,
    meta = `{"version":2,"start":"work","caller":${JSON.stringify(id)}}`,
  ) => {
    return { ...rest, meta };
  };
  return [
    { ...fixture, entries },
    child!,
    { id: "stored/1/0/4/1", ...caller("stored/1/0") },
    // Its parent was deleted.
    { id: "gone/1/0", ...caller("gone") },
    // These are sessions of the application, although their ids look like children.
    { id: "stored/2/0", ...caller("stored", '{"version":2,"start":"work"}') },
    { id: "stored/3/0", ...caller("", '{"note": "the "caller": is no JSON') },
  ];
}

/** Asserts that the children belong to their session, which goes on, and are deleted with it. */
async function assertAdopted(store: Store): Promise<void> {
  const { sessions } = await store.list();
  const others = ["stored/2/0", "stored/3/0"];
  assertEquals(sessions.map(({ id }) => id), ["stored", ...others]);
  for (const id of ["stored/1/0", "stored/1/0/4/1", "gone/1/0"]) {
    assertEquals(await store.read(id), undefined, id);
  }
  assert((await store.read("stored", "stored/1/0/4/1"))!.head > 0);
  const llm = new MockLLM([decide.respond("Done")], { whenDone: "repeat" });
  const session = await makeDesk(llm).openSession("stored", { store });
  const [asked] = session.approvals;
  assertEquals([session.status, asked!.callKey], ["needs_approval", "stored/1/0/4/0"]);
  await assertRejects(() => session.fork(), Error, "version 2 did not record how far");
  const turn = await session.approve(asked!.callKey, { hash: asked!.hash });
  assertEquals([turn.response, turn.toolResults[0]!.text], ["Done", "Done"]);
  const child = await store.entries("stored", { child: "stored/1/0", from: 0, limit: 100 });
  assertEquals(child.filter(({ body }) => body.includes("paid ann")).length, 1);
  await store.delete("stored");
  assertEquals(await store.read("stored", "stored/1/0"), undefined);
  assertEquals((await store.list()).sessions.map(({ id }) => id), others);
}

Deno.test("a SQLite store of version 2 goes on, and its child sessions belong to their parents", async () => {
  await withFolder(async (folder) => {
    const file = `${folder}/old.db`;
    const database = new DatabaseSync(file);
    database.exec(SQLITE_MIGRATIONS[0]!);
    database.exec(`PRAGMA user_version = 1; PRAGMA application_id = ${0x6e6f6d6f}`);
    const create = database.prepare(
      `INSERT INTO session (id, meta, head, hash, created_at, updated_at, epoch)
       VALUES (?, ?, ?, ?, 0, 0, 0)`,
    );
    const append = database.prepare(
      "INSERT INTO entry SELECT number, ?, ?, ? FROM session WHERE id = ?",
    );
    for (const { id, meta, entries, hash } of await readOldSessions()) {
      create.run(encodeKey(id), meta, entries.length, entries.at(-1)?.hash ?? hash);
      for (const { seq, body, hash } of entries) append.run(seq, body, hash, encodeKey(id));
    }
    database.close();
    const store = await sqliteStore(file);
    try {
      await assertAdopted(store);
    } finally {
      await store.close();
    }
    const migrated = new DatabaseSync(file);
    assertEquals(migrated.prepare("PRAGMA foreign_key_check").all(), []);
    assertEquals(migrated.prepare("PRAGMA integrity_check").get(), { integrity_check: "ok" });
    const left = migrated.prepare("SELECT DISTINCT session FROM entry").all().length;
    assertEquals(left, 2);
    migrated.close();
  });
});

postgresTest(
  "a PostgreSQL store of version 2 goes on, and its child sessions belong to their parents",
  async (postgres) => {
    const { schema } = postgres;
    await postgres.query(`CREATE SCHEMA ${schema}`);
    const query = async <Row>(text: string, values: readonly unknown[] = []) => {
      const rows = await postgres.query<Row>(text, ...values);
      return { rows, count: rows.length };
    };
    await POSTGRES_MIGRATIONS[0]!(schema, query);
    await query(`UPDATE ${schema}.version SET number = 1`);
    const create = `INSERT INTO ${schema}.session (id, meta, head, hash) VALUES ($1, $2, $3, $4)`;
    for (const { id, meta, entries, hash } of await readOldSessions()) {
      const key = encodeKey(id);
      await query(create, [key, meta, entries.length, entries.at(-1)?.hash ?? hash]);
      for (const { seq, body, hash } of entries) {
        await query(
          `INSERT INTO ${schema}.entry SELECT number, $2, $3, $4 FROM ${schema}.session WHERE id = $1`,
          [key, seq, body, hash],
        );
      }
    }
    await assertAdopted(await postgres.open());
    // A process of the previous release cannot start a call anew whose child it no longer finds.
    const old = query(`INSERT INTO ${schema}.session (id, meta, hash) VALUES ($1, $2, $3)`, [
      encodeKey("new/1/0"),
      '{"version":2,"start":"work","caller":"new"}',
      "",
    ]);
    await assertRejects(() => old, Error, "session_is_no_child");
  },
);
