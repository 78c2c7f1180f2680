import { type Store, StoreError, StoreVersionError } from "@nomos/agent/store";
import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { MIGRATIONS } from "../../../src/store/postgres/tables.ts";
import { postgresTest, type PostgresTestCase } from "../../postgres/postgres_test_case.ts";

function tablesIn(postgres: PostgresTestCase): Promise<readonly unknown[]> {
  return postgres.query("SELECT tablename FROM pg_tables WHERE schemaname = $1", postgres.schema);
}

postgresTest(
  "postgresStore() creates its tables once if opened concurrently",
  async (postgres) => {
    const opening = Array.from(
      { length: 8 },
      () => postgres.open({ maxConnections: 1, retries: 0 }),
    );
    const stores: readonly Store[] = await Promise.all(opening);
    await stores[0]!.create("a", { meta: "{}", hash: "00" });
    for (const store of stores) {
      assertEquals((await store.read("a"))?.head, 0);
    }
    const versions = await postgres.query(`SELECT number FROM ${postgres.schema}.version`);
    assertEquals(versions, [{ number: MIGRATIONS.length }]);
  },
);

postgresTest(
  "postgresStore() creates its tables after another process was killed doing so",
  async (postgres) => {
    await assertRejects(() =>
      postgres.holdTransaction([
        `CREATE SCHEMA ${postgres.schema}`,
        `CREATE TABLE ${postgres.schema}.version (number integer)`,
      ], () => Promise.reject(new Error("stopped")))
    );
    const store = await postgres.open();
    assertEquals(await store.list(), { sessions: [] });
  },
);

postgresTest(
  "postgresStore() rejects tables of a newer release, and does not change them",
  async (postgres) => {
    const store = await postgres.open();
    await store.create("a", { meta: "{}", hash: "00" });
    const newest = MIGRATIONS.length;
    await postgres.query(`UPDATE ${postgres.schema}.version SET number = ${newest + 1}`);
    const error = await assertRejects(() => postgres.open(), StoreVersionError);
    assertStringIncludes(
      error.message,
      `in version ${newest + 1}: expected at most version ${newest}`,
    );
    assertEquals((await store.read("a"))?.head, 0);
  },
);

postgresTest(
  "postgresStore() opens existing tables as a role that may not create any",
  async (postgres) => {
    await postgres.open();
    const store = await postgres.open({}, await postgres.createRole());
    await store.create("a", { meta: "{}", hash: "00" });
    assertEquals((await store.list()).sessions.length, 1);
  },
);

postgresTest(
  "postgresStore() creates its tables in an existing schema",
  async (postgres) => {
    await postgres.query(`CREATE SCHEMA ${postgres.schema}`);
    const url = await postgres.createRole();
    await postgres.query(`GRANT CREATE ON SCHEMA ${postgres.schema} TO ${new URL(url).username}`);
    const store = await postgres.open({}, url);
    assertEquals(await store.list(), { sessions: [] });
  },
);

postgresTest(
  "postgresStore() reports that the role may not create the tables",
  async (postgres) => {
    await postgres.query(`CREATE SCHEMA ${postgres.schema}`);
    const url = await postgres.createRole();
    for (const schema of [postgres.schema, `${postgres.schema}_2`]) {
      const error = await assertRejects(() => postgres.open({ schema }, url), StoreError);
      assertStringIncludes(error.message, `Cannot open schema "${schema}" in PostgreSQL at `);
      assertStringIncludes(error.message, "the role lacks a permission: permission denied");
      assertEquals(error.isRetryable, false);
    }
    assertEquals(await tablesIn(postgres), []);
  },
);

postgresTest("postgresStore() quotes the name of the schema", async (postgres) => {
  const schema = `${postgres.schema} "é'; --`.slice(-40);
  try {
    const store = await postgres.open({ schema });
    await store.create("a", { meta: "{}", hash: "00" });
    const lease = (await store.claim("a", { owner: "me", ttl: 1_000 }))!;
    await store.append(lease, { head: 0, entries: [{ seq: 0, body: "1", hash: "01" }] });
    assertEquals(
      (await postgres.open({ schema: postgres.schema }).then((s) => s.list())).sessions,
      [],
    );
    const found = await postgres.query("SELECT FROM pg_namespace WHERE nspname = $1", schema);
    assertEquals(found.length, 1);
  } finally {
    await postgres.query(`DROP SCHEMA "${schema.replaceAll('"', '""')}" CASCADE`);
  }
});

postgresTest("postgresStore() rejects a database that is not in UTF-8", async (postgres) => {
  const { schema } = postgres;
  await postgres.query(`CREATE DATABASE ${schema} ENCODING 'LATIN1' TEMPLATE template0 LOCALE 'C'`);
  try {
    const url = new URL(postgres.url);
    url.pathname = `/${schema}`;
    const error = await assertRejects(() => postgres.open({}, url.href), StoreError);
    assertStringIncludes(
      error.message,
      'the encoding of the database is "LATIN1": expected "UTF8"',
    );
  } finally {
    await postgres.query(`DROP DATABASE ${schema}`);
  }
});

postgresTest(
  "postgresStore() separates the entries of a deleted session from those of a new one with its id",
  async (postgres) => {
    const store = await postgres.open();
    for (let round = 0; round < 3; round++) {
      await store.create("a", { meta: "{}", hash: "00" });
      const lease = (await store.claim("a", { owner: "me", ttl: 1_000 }))!;
      await store.append(lease, { head: 0, entries: [{ seq: 0, body: `${round}`, hash: "01" }] });
      assertEquals((await store.entries("a", { from: 0, limit: 9 }))[0]?.body, `${round}`);
      await store.delete("a");
    }
    assertEquals(await postgres.query(`SELECT FROM ${postgres.schema}.entry`), []);
  },
);
