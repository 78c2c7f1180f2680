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

/** The names of the tables in SQL, with their schema. */
export interface Tables {
  /** The schema, as it is. */
  readonly schema: string;
  /** The schema. */
  readonly within: string;
  /** The sessions. */
  readonly session: string;
  /** Their entries. */
  readonly entry: string;
  /** The sequence of the epochs. */
  readonly epoch: string;
  /** The next epoch. */
  readonly nextEpoch: string;
  /** The version. */
  readonly version: string;
}

/** The names of the tables in a schema. */
export function tablesOf(schema: string): Tables {
  const within = `"${schema.replaceAll('"', '""')}"`;
  const epoch = `${within}.lease_epoch`;
  return {
    schema,
    within,
    session: `${within}.session`,
    entry: `${within}.entry`,
    epoch,
    nextEpoch: `nextval('${epoch.replaceAll("'", "''")}')`,
    version: `${within}.version`,
  };
}

/**
 * What makes each version from the one before, the first from nothing. What was
 * released never changes. Programs of the release before go on while a step is
 * done: it must leave their statements to work, or to fail.
 */
const STEPS: readonly ((tables: Tables) => readonly string[])[] = [
  ({ session, entry, epoch, version }) => [
    `CREATE TABLE ${version} (
       number integer NOT NULL,
       is_only boolean PRIMARY KEY DEFAULT true CHECK (is_only)
     )`,
    `INSERT INTO ${version} (number) VALUES (0)`,
    `CREATE SEQUENCE ${epoch}`,
    // Room in each page lets an append change its row in place.
    `CREATE TABLE ${session} (
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
    `CREATE TABLE ${entry} (
       session bigint NOT NULL REFERENCES ${session} ON DELETE CASCADE,
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
export function prepareTables(database: Database, tables: Tables): Promise<void> {
  const purpose = `open schema ${quote(tables.schema)}`;
  const find = async (query: Query) => {
    const found = await findTables(query, tables);
    if (found.version <= STEPS.length && found.encoding === "UTF8") return found;
    throw refusal(`${purpose} in PostgreSQL at ${database.place}`, found);
  };
  return database.transaction({ purpose, isRepeatable: true }, async (query) => {
    // Most find everything in place, and need neither the lock nor the right to make tables.
    if ((await find(query)).version === STEPS.length) return;
    // One that is stopped in here must not keep the others out for ever.
    await query("SET LOCAL idle_in_transaction_session_timeout = '60s'");
    const lock = `nomos_agent tables ${tables.schema}`;
    await query("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", [lock]);
    const { hasSchema, version } = await find(query);
    if (!hasSchema) await query(`CREATE SCHEMA ${tables.within}`);
    for (const statement of STEPS.slice(version).flatMap((step) => step(tables))) {
      await query(statement);
    }
    await query(`UPDATE ${tables.version} SET number = $1`, [STEPS.length]);
  });
}

/** What is there. */
interface Found {
  readonly hasSchema: boolean;
  readonly version: number;
  readonly encoding: string;
}

async function findTables(query: Query, { schema, version }: Tables): Promise<Found> {
  interface Catalogue extends Omit<Found, "version"> {
    readonly hasVersion: boolean;
  }
  const { rows: [catalogue] } = await query<Catalogue>(
    // Not by to_regclass(): it remembers from before the lock that there was nothing.
    `SELECT EXISTS (SELECT FROM pg_catalog.pg_namespace WHERE nspname = $1) AS "hasSchema",
       EXISTS (
         SELECT FROM pg_catalog.pg_tables WHERE schemaname = $1 AND tablename = 'version'
       ) AS "hasVersion",
       current_setting('server_encoding') AS encoding`,
    [schema],
  );
  const { hasVersion, ...found } = catalogue!;
  if (!hasVersion) return { ...found, version: 0 };
  const { rows } = await query<{ number: number }>(`SELECT number FROM ${version}`);
  return { ...found, version: rows[0]?.number ?? 0 };
}

function refusal(attempt: string, { version, encoding }: Found): StoreError {
  if (encoding !== "UTF8") {
    return new StoreError(
      `Cannot ${attempt}: the encoding of the database is ${quote(encoding)}: expected "UTF8"`,
    );
  }
  return new StoreVersionError(
    `Cannot ${attempt}: a newer release made its tables, of version ${version}: ` +
      `expected at most version ${STEPS.length}`,
  );
}
