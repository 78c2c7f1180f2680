/**
 * Tables of the store, and their migrations.
 *
 * - `session`: one row per session or child. `id` is the key of the session (see
 *   `../backend/session_key.ts`); `entry` refers to it by `number`, which is new if a deleted id
 *   is reused. `owner` (encoded like `id`), `epoch` and `lease_until` are the lease;
 *   without a lease, `owner` is null. The row also serializes writers: appends, claims
 *   and deletions lock it. A child has no `id` and no lease, but the number of its session
 *   as `parent`, and its own key as `child`. Whatever locks both rows locks the session's
 *   first, so that writers of one family never deadlock. `status` and `approvals` are those
 *   after the first `status_head` entries; `known_status` is `unknown` if there are others.
 *   `rested_at` is the time of the last append without a lease. Neither changes with every
 *   append, which keeps updates heap-only (HOT).
 * - `entry`: the logs, by session and sequence number. Bodies are text and not jsonb,
 *   which would reformat them.
 * - `label`: labels of the sessions, in the order of their keys.
 * - `blob`: bytes of entries by their hash. `blob_use` lists the sessions and children that have
 *   them; a trigger deletes a blob with its last use. Writers and the trigger lock the blob before
 *   they look at its uses, so that no use refers to a blob that is being deleted.
 * - `stop_request`: epochs of the leases whose writers should stop their turns.
 * - `lease_epoch`: sequence of epochs over all sessions, so that an id that is deleted
 *   and reused gets no epoch twice.
 * - `version`: one row, with the version of the tables.
 *
 * @module
 */
import { quote } from "../../errors.ts";
import { HAS_CALLER, listAdoptions } from "../adoption.ts";
import { StoreError, StoreVersionError } from "../store_errors.ts";
import type { Database, Query } from "./database.ts";

/** Quotes the name of a schema for SQL. */
export function quoteSchema(schema: string): string {
  return `"${schema.replaceAll('"', '""')}"`;
}

/**
 * SQL migrations, each from one version of the tables to the next; the first creates them.
 * Never change a released migration. Processes of the previous release keep running during
 * a migration: afterwards, each of their statements must still work correctly or fail.
 */
export const MIGRATIONS: readonly ((schema: string, query: Query) => Promise<void>)[] = [
  createTables,
  addChildren,
  addStopRequests,
  addSummaries,
  addBlobs,
];

async function createTables(schema: string, query: Query): Promise<void> {
  const statements = [
    `CREATE TABLE ${schema}.version (
       number integer NOT NULL,
       is_only boolean PRIMARY KEY DEFAULT true CHECK (is_only)
     )`,
    `INSERT INTO ${schema}.version (number) VALUES (0)`,
    `CREATE SEQUENCE ${schema}.lease_epoch`,
    // Free space in each page allows heap-only (HOT) updates.
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
  ];
  for (const statement of statements) await query(statement);
}

/**
 * Makes sessions of calls children of the sessions that called them. Those of deleted sessions
 * are deleted. Processes of the previous release can no longer create such sessions.
 */
async function addChildren(schema: string, query: Query): Promise<void> {
  await query(`ALTER TABLE ${schema}.session
    ALTER COLUMN id DROP NOT NULL,
    ADD COLUMN parent bigint REFERENCES ${schema}.session ON DELETE CASCADE,
    ADD COLUMN child bytea`);
  await query(`CREATE UNIQUE INDEX session_child ON ${schema}.session (parent, child)
    WHERE parent IS NOT NULL`);
  const { rows } = await query<{ readonly id: Uint8Array; readonly meta: string }>(
    `SELECT id, meta FROM ${schema}.session WHERE meta LIKE $1`,
    [HAS_CALLER],
  );
  const adoptions = listAdoptions(rows);
  const children = adoptions.map(({ child }) => child.toHex());
  await query(
    `UPDATE ${schema}.session AS adopted
     SET parent = caller.number, child = adopted.id, id = NULL
     FROM unnest($1::text[], $2::text[]) AS adoption (child, caller),
       ${schema}.session AS caller
     WHERE adopted.id = decode(adoption.child, 'hex')
       AND caller.id = decode(adoption.caller, 'hex')`,
    [children, adoptions.map(({ session }) => session.toHex())],
  );
  await query(
    `DELETE FROM ${schema}.session USING unnest($1::text[]) AS orphan (id)
     WHERE session.id = decode(orphan.id, 'hex')`,
    [children],
  );
  await query(`ALTER TABLE ${schema}.session
    ADD CHECK (CASE WHEN id IS NULL THEN parent IS NOT NULL AND child IS NOT NULL
      ELSE parent IS NULL AND child IS NULL END),
    ADD CONSTRAINT session_is_no_child CHECK
      (id IS NULL OR meta NOT LIKE '{"version":2,%"caller":%')`);
}

async function addStopRequests(schema: string, query: Query): Promise<void> {
  await query(`CREATE TABLE ${schema}.stop_request (
    epoch bigint PRIMARY KEY,
    session bigint NOT NULL REFERENCES ${schema}.session ON DELETE CASCADE
  )`);
}

/**
 * Adds what lists show. Processes of the previous release append without a status: then
 * `status_head` differs from `head`, and the log is read, as for all older sessions.
 */
async function addSummaries(schema: string, query: Query): Promise<void> {
  await query(`ALTER TABLE ${schema}.session
    ADD COLUMN status text NOT NULL DEFAULT 'waiting',
    ADD COLUMN status_head bigint,
    ADD COLUMN approvals text,
    ADD COLUMN labels text[]`);
  await query(`ALTER TABLE ${schema}.session
    ALTER COLUMN status_head SET DEFAULT 0,
    ADD COLUMN known_status text GENERATED ALWAYS AS
      (CASE WHEN status_head = head THEN status ELSE 'unknown' END) STORED,
    ADD COLUMN rested_at timestamptz GENERATED ALWAYS AS
      (CASE WHEN owner IS NULL THEN updated_at END) STORED`);
  await query(`CREATE INDEX session_free ON ${schema}.session (known_status, id, rested_at)
    WHERE id IS NOT NULL AND owner IS NULL`);
  await query(`CREATE INDEX session_rested ON ${schema}.session (rested_at)
    WHERE id IS NOT NULL AND owner IS NULL`);
  await query(`CREATE INDEX session_leased ON ${schema}.session (known_status, id)
    WHERE id IS NOT NULL AND owner IS NOT NULL`);
  await query(`CREATE TABLE ${schema}.label (
    session bigint NOT NULL REFERENCES ${schema}.session ON DELETE CASCADE,
    label text NOT NULL,
    id bytea NOT NULL,
    PRIMARY KEY (session, label)
  )`);
  await query(`CREATE INDEX label_session ON ${schema}.label (label, id)`);
}

async function addBlobs(schema: string, query: Query): Promise<void> {
  await query(`CREATE TABLE ${schema}.blob (hash text PRIMARY KEY, data bytea NOT NULL)`);
  await query(`CREATE TABLE ${schema}.blob_use (
    session bigint NOT NULL REFERENCES ${schema}.session ON DELETE CASCADE,
    hash text NOT NULL REFERENCES ${schema}.blob,
    PRIMARY KEY (session, hash)
  )`);
  await query(`CREATE INDEX blob_use_hash ON ${schema}.blob_use (hash)`);
  // Each statement of the function sees what was committed while the one before waited.
  const body = `BEGIN
    PERFORM FROM ${schema}.blob WHERE hash IN (SELECT hash FROM gone) ORDER BY hash FOR UPDATE;
    DELETE FROM ${schema}.blob WHERE hash IN (SELECT hash FROM gone)
      AND NOT EXISTS (SELECT FROM ${schema}.blob_use AS other WHERE other.hash = blob.hash);
    RETURN NULL;
  END`;
  await query(`CREATE FUNCTION ${schema}.delete_unused_blobs() RETURNS trigger
    LANGUAGE plpgsql AS '${body.replaceAll("'", "''")}'`);
  await query(`CREATE TRIGGER blob_unused AFTER DELETE ON ${schema}.blob_use
    REFERENCING OLD TABLE AS gone FOR EACH STATEMENT
    EXECUTE FUNCTION ${schema}.delete_unused_blobs()`);
}

/**
 * Creates the tables or migrates them to the current version, in one transaction. An
 * advisory lock ensures that only one of several processes does it.
 *
 * @throws {StoreVersionError} if a newer release made the tables.
 * @throws {StoreError} if the tables cannot be created.
 */
export function prepareTables(database: Database, schema: string): Promise<void> {
  const purpose = `open schema ${quote(schema)}`;
  const attempt = `${purpose} in PostgreSQL at ${database.address}`;
  const quoted = quoteSchema(schema);
  return database.transaction({ purpose, isRepeatable: true }, async (query) => {
    // The common case needs neither the lock nor the right to create tables.
    if ((await findTables(query, schema, attempt)).version === MIGRATIONS.length) return;
    // A process that hangs here must not hold the lock forever.
    await query("SET LOCAL idle_in_transaction_session_timeout = '60s'");
    const lock = `nomos_agent tables ${schema}`;
    await query("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", [lock]);
    const { hasSchema, version } = await findTables(query, schema, attempt);
    if (!hasSchema) await query(`CREATE SCHEMA ${quoted}`);
    for (const migration of MIGRATIONS.slice(version)) await migration(quoted, query);
    await query(`UPDATE ${quoted}.version SET number = $1`, [MIGRATIONS.length]);
  });
}

interface FoundTables {
  readonly hasSchema: boolean;
  readonly hasVersion: boolean;
  readonly encoding: string;
}

/**
 * Reads the version of the tables, 0 if there are none. Rejects databases that are not in
 * UTF-8 and tables of a newer release.
 */
async function findTables(
  query: Query,
  schema: string,
  attempt: string,
): Promise<{ readonly hasSchema: boolean; readonly version: number }> {
  const { rows: [found] } = await query<FoundTables>(
    // to_regclass() is not used, because it caches that a table was missing before the lock.
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
      `Cannot ${attempt}: the encoding of the database is ${quote(encoding)}: expected "UTF8"; ` +
        "create the database with ENCODING 'UTF8'",
    );
  }
  if (!hasVersion) return { hasSchema, version: 0 };
  const { rows } = await query<{ readonly number: number }>(
    `SELECT number FROM ${quoteSchema(schema)}.version`,
  );
  const version = rows[0]?.number ?? 0;
  if (version <= MIGRATIONS.length) return { hasSchema, version };
  throw new StoreVersionError(
    `Cannot ${attempt}: a newer release made its tables, in version ${version}: ` +
      `expected at most version ${MIGRATIONS.length}; upgrade @nomos/agent to use them`,
  );
}
