import type { PostgresStoreOptions } from "@nomos/agent/postgres";
import { StoreError } from "@nomos/agent/store";
import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { Database } from "../../../src/store/postgres/database.ts";
import { readSettings } from "../../../src/store/postgres/postgres_options.ts";
import { postgresTest } from "../../postgres/postgres_test_case.ts";
import { Proxy } from "../../postgres/proxy.ts";

const WORK = { purpose: "try", isRepeatable: false };

async function withDatabase(
  url: string,
  body: (database: Database) => Promise<void>,
  options: PostgresStoreOptions = {},
  { random, pool = {} }: { random?: () => number; pool?: object } = {},
): Promise<void> {
  const settings = readSettings(url, { maxConnections: 1, ...options });
  const database = new Database({ ...settings, pool: { ...settings.pool, ...pool } }, random);
  try {
    await body(database);
  } finally {
    await database.close();
  }
}

postgresTest(
  "Database returns bigint columns as numbers, and the row count",
  async ({ url }) => {
    await withDatabase(url, async (database) => {
      const text = "SELECT 9007199254740991 AS number, $1::bytea AS key, NULL AS nothing";
      const { rows, count } = await database.run({
        ...WORK,
        text,
        values: [Uint8Array.of(0, 255)],
      });
      const [{ key, ...row }] = rows as [{ key: Uint8Array }];
      const expected = { number: Number.MAX_SAFE_INTEGER, nothing: null };
      assertEquals([row, [...key], count], [expected, [0, 255], 1]);
    });
  },
);

postgresTest("Database times out if the server does not reply", async (postgres) => {
  await using proxy = new Proxy(postgres.url);
  const statement = { ...WORK, text: "SELECT 'lost' AS word", values: [] };
  const lose = async (database: Database) => {
    proxy.fault = { text: "lost", kind: "silence" };
    const error = await assertRejects(() => database.run(statement), StoreError);
    assertStringIncludes(error.message, "the server did not reply in time");
    assertEquals([error.isRetryable, error.isUnknown], [true, true]);
    // A connection without replies is not used again.
    assertEquals((await database.run(statement)).rows, [{ word: "lost" }]);
  };
  await withDatabase(proxy.url, lose, {}, { pool: { query_timeout: 1_000 } });
});

postgresTest("Database retries at most `retries` times, with jitter", async ({ url }) => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const closed = new URL(url);
  closed.hostname = "127.0.0.1";
  closed.port = String(listener.addr.port);
  listener.close();
  let waits = 0;
  const random = () => (waits++, -0.5);
  const fail = async (database: Database) => {
    const statement = { ...WORK, text: "SELECT", values: [] };
    await assertRejects(() => database.run(statement), StoreError);
    assertEquals(waits, 10);
  };
  await withDatabase(closed.href, fail, { retries: 10 }, { random });
});

postgresTest("Database.transaction() commits all statements or none", async (postgres) => {
  const { schema, url } = postgres;
  await postgres.query(`CREATE SCHEMA ${schema}`);
  await withDatabase(url, async (database) => {
    const reason = new Error("It is enough");
    const failing = database.transaction(WORK, async (query) => {
      await query(`CREATE TABLE ${schema}.half (number integer)`);
      throw reason;
    });
    assertEquals(await failing.catch((error) => error), reason);
    const divide = () => database.transaction(WORK, (query) => query("SELECT 1 / 0"));
    const { message } = await assertRejects(divide, StoreError);
    assertStringIncludes(message, "Cannot try in PostgreSQL at ");
    const table = `${schema}.whole`;
    const result = await database.transaction(WORK, async (query) => {
      await query(`CREATE TABLE ${table} (number integer)`);
      return await query<{ number: number }>(`INSERT INTO ${table} VALUES (1) RETURNING number`);
    });
    assertEquals(result, { rows: [{ number: 1 }], count: 1 });
    assertEquals((await database.run({ ...WORK, text: `TABLE ${table}`, values: [] })).count, 1);
  });
  const tables = "SELECT tablename FROM pg_tables WHERE schemaname = $1";
  assertEquals(await postgres.query(tables, schema), [{ tablename: "whole" }]);
});
