/**
 * The tables of the store, and how they come to be.
 *
 * - `session`: one row each. `id` is the key of the id (see `../session_key.ts`);
 *   `number` stands for it in `entry`, and is another when an id is used anew.
 *   `owner` (as a key too), `epoch` and `lease_until` are the lease; without one,
 *   there is no owner. The row is the lock of the session: an append updates it, so
 *   that appends, claims and a deletion happen one after another.
 * - `entry`: the log, by session and place. Bodies and hashes are text, not jsonb,
 *   which would change them; JSON text has nothing in it that text cannot hold.
 * - `lease_epoch`: counts claims over all sessions, so that an epoch is never given
 *   twice, not even where an id is deleted and used anew.
 * - `version`: one row, with the version of all this.
 *
 * @module
 */
import { quote } from "../../errors.ts";
import { StoreError, StoreVersionError } from "../store_errors.ts";
import type { Database, Query } from "./database.ts";

/** A schema as the prefix of its tables in SQL. */
export function quoteSchema(schema: string): string {
  return `"${schema.replaceAll('"', '""')}"`;
}

/**
 * The statements that make each version of the tables from the one before, the first
 * from nothing. A released step never changes. Programs of the release before go on
 * while a step is done: it must leave their statements to work, or to fail.
 */
const STEPS: readonly ((schema: string) => readonly string[])[] = [
  (schema) => [
    `CREATE TABLE ${schema}.version (
       number integer NOT NULL,
       is_only boolean PRIMARY KEY DEFAULT true CHECK (is_only)
     )`,
    `INSERT INTO ${schema}.version (number) VALUES (0)`,
    `CREATE SEQUENCE ${schema}.lease_epoch`,
    // Room in each page lets an append change its row in place.
    `CREATE TABLE ${schema}.session (
       number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
       id bytea NOT NULL UNIQUE,
       meta text NOT NULL,
       head bigint NOT NULL DEFAULT 0,
       hash text NOT NULL,
       snapshot_head bigint,
       snapshot_hash text,
       snapshot text,
       owner bytea,
       epoch bigint NOT NULL DEFAULT 0,
       lease_until timestamptz,
       created_at timestamptz NOT NULL DEFAULT now(),
       updated_at timestamptz NOT NULL DEFAULT now()
     ) WITH (fillfactor = 70)`,
    `CREATE TABLE ${schema}.entry (
       session bigint NOT NULL REFERENCES ${schema}.session ON DELETE CASCADE,
       seq bigint NOT NULL,
       body text NOT NULL,
       hash text NOT NULL,
       PRIMARY KEY (session, seq)
     )`,
  ],
];

/**
 * Makes the tables, or brings them to the present version: once, however many
 * begin at the same time, all or nothing, and at another time if not at this.
 *
 * @throws {StoreVersionError} if a newer release made them.
 * @throws {StoreError} if they cannot be made.
 */
export function prepareTables(database: Database, schema: string): Promise<void> {
  const purpose = `open schema ${quote(schema)}`;
  const attempt = `${purpose} in PostgreSQL at ${database.place}`;
  const quoted = quoteSchema(schema);
  return database.transaction({ purpose, isRepeatable: true }, async (query) => {
    // Most find everything in place, and need neither the lock nor the right to make tables.
    if ((await findTables(query, schema, attempt)).version === STEPS.length) return;
    // One that is stopped in here must not keep the others out for ever.
    await query("SET LOCAL idle_in_transaction_session_timeout = '60s'");
    const lock = `nomos_agent tables ${schema}`;
    await query("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", [lock]);
    const { hasSchema, version } = await findTables(query, schema, attempt);
    if (!hasSchema) await query(`CREATE SCHEMA ${quoted}`);
    for (const statement of STEPS.slice(version).flatMap((step) => step(quoted))) {
      await query(statement);
    }
    await query(`UPDATE ${quoted}.version SET number = $1`, [STEPS.length]);
  });
}

interface FoundTables {
  readonly hasSchema: boolean;
  readonly hasVersion: boolean;
  readonly encoding: string;
}

/** Finds the version of the tables, 0 if there are none. Rejects those that cannot be used. */
async function findTables(
  query: Query,
  schema: string,
  attempt: string,
): Promise<{ readonly hasSchema: boolean; readonly version: number }> {
  const { rows: [found] } = await query<FoundTables>(
    // Not by to_regclass(): it remembers from before the lock that there was nothing.
    `SELECT EXISTS (SELECT FROM pg_catalog.pg_namespace WHERE nspname = $1) AS "hasSchema",
       EXISTS (
         SELECT FROM pg_catalog.pg_tables WHERE schemaname = $1 AND tablename = 'version'
       ) AS "hasVersion",
       current_setting('server_encoding') AS encoding`,
    [schema],
  );
  const { hasSchema, hasVersion, encoding } = found!;
  if (encoding !== "UTF8") {
    throw new StoreError(
      `Cannot ${attempt}: the encoding of the database is ${quote(encoding)}: expected "UTF8"`,
    );
  }
  if (!hasVersion) return { hasSchema, version: 0 };
  const { rows } = await query<{ readonly number: number }>(
    `SELECT number FROM ${quoteSchema(schema)}.version`,
  );
  const version = rows[0]?.number ?? 0;
  if (version <= STEPS.length) return { hasSchema, version };
  throw new StoreVersionError(
    `Cannot ${attempt}: a newer release made its tables, of version ${version}: ` +
      `expected at most version ${STEPS.length}`,
  );
}
