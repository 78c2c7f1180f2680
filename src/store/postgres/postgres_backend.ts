/**
 * Backend of the PostgreSQL store.
 *
 * It works through a pooler in transaction mode, where each transaction may use another
 * connection. Therefore each statement is a transaction of its own, and tables are
 * qualified with their schema, because the connection may have any search path.
 *
 * @module
 */
import { quote } from "../../errors.ts";
import type { Backend } from "../backend.ts";
import { decodeKey, encodeKey, keyRange } from "../session_key.ts";
import type { StoredEntry, StoredSession, StoredSnapshot } from "../store.ts";
import type { Database } from "./database.ts";
import { quoteSchema } from "./tables.ts";

interface SessionRow extends Omit<StoredSession, "id" | "snapshot"> {
  readonly id: Uint8Array;
  readonly snapshot?: StoredSnapshot | null;
}

/** Makes the backend on the tables of a schema. */
export function postgresBackend(database: Database, schema: string): Backend {
  const sql = buildStatements(quoteSchema(schema));
  /** Runs a statement on a session, whose key is the first parameter. */
  const run = <Row>(verb: string, id: string, text: string, ...values: readonly unknown[]) =>
    database.run<Row>({
      purpose: `${verb} session ${quote(id)}`,
      text,
      values: [encodeKey(id), ...values],
      // Reading is idempotent.
      isRepeatable: text.startsWith("SELECT"),
    });
  return {
    async create(id, { meta, hash }) {
      return (await run("create", id, sql.create, meta, hash)).count === 1;
    },
    async read(id) {
      const { rows: [row] } = await run<SessionRow>("read", id, sql.read);
      return row && toSession(row);
    },
    async entries(id, { from, limit }) {
      return (await run<StoredEntry>("read the entries of", id, sql.entries, from, limit)).rows;
    },
    async claim(id, { owner, ttl, force = false }) {
      const values = [encodeKey(owner), ttl, force];
      const { rows: [row] } = await run<ClaimRow>("claim", id, sql.claim, ...values);
      return row === undefined ? "missing" : row.epoch ?? "busy";
    },
    async renew({ id, owner, epoch }, ttl) {
      const values = [encodeKey(owner), epoch, ttl];
      return (await run("renew the lease of", id, sql.renew, ...values)).count === 1;
    },
    async release({ id, owner, epoch }) {
      await run("release", id, sql.release, encodeKey(owner), epoch);
    },
    async append({ id, owner, epoch }, { head, entries, snapshot = null }) {
      const lease = [encodeKey(owner), epoch];
      const bodies = entries.map(({ body }) => body);
      const hashes = entries.map(({ hash }) => hash);
      const values = [...lease, head, bodies, hashes, snapshot];
      const { count } = await run("append to", id, sql.append, ...values);
      if (count === entries.length) return "appended";
      const verb = "read the head after a refused append to";
      const { rows: [leased] } = await run<SessionRow>(verb, id, sql.leasedHead, ...lease);
      return leased?.head ?? "lost";
    },
    async list({ prefix, after, limit }) {
      const values = [...keyRange(prefix, after), limit];
      const statement = { purpose: "list sessions", text: sql.list, values, isRepeatable: true };
      return (await database.run<SessionRow>(statement)).rows.map(toSession);
    },
    async delete(id) {
      return (await run("delete", id, sql.delete)).count === 1;
    },
    close: () => database.close(),
  };
}

interface ClaimRow {
  readonly epoch: number | null;
}

function toSession({ id, snapshot, ...rest }: SessionRow): StoredSession {
  return { id: decodeKey(id), ...rest, ...(snapshot && { snapshot }) };
}

/** Builds the SQL of each statement. The comments list the parameters, from `$1`. */
function buildStatements(schema: string) {
  const nextEpoch = `nextval('${schema.replaceAll("'", "''")}.lease_epoch')`;
  const isLeased = "id = $1 AND owner = $2 AND epoch = $3";
  const described = `id, meta, head, hash,
    floor(extract(epoch FROM created_at) * 1000)::bigint AS "createdAt",
    floor(extract(epoch FROM updated_at) * 1000)::bigint AS "updatedAt"`;
  return {
    // `id, meta, hash`
    create: `INSERT INTO ${schema}.session (id, meta, hash) VALUES ($1, $2, $3)
      ON CONFLICT (id) DO NOTHING`,
    // `id`
    read: `SELECT ${described}, CASE WHEN snapshot IS NOT NULL THEN
        json_build_object('head', snapshot_head, 'hash', snapshot_hash, 'body', snapshot)
      END AS snapshot FROM ${schema}.session WHERE id = $1`,
    // `id, from, limit`
    entries: `SELECT seq, body, hash FROM ${schema}.entry
      WHERE session = (SELECT number FROM ${schema}.session WHERE id = $1) AND seq >= $2
      ORDER BY seq LIMIT $3`,
    // `id, owner, ttl, force`: returns a row if the session exists, with the epoch if it was
    // claimed. clock_timestamp(), unlike now(), is read after waiting for the lock of the row.
    claim: `WITH claimed AS (
        UPDATE ${schema}.session SET owner = $2, epoch = ${nextEpoch},
          lease_until = clock_timestamp() + $3 * interval '1 millisecond'
        WHERE id = $1 AND ($4 OR owner IS NULL OR lease_until <= clock_timestamp())
        RETURNING epoch
      )
      SELECT (SELECT epoch FROM claimed) AS epoch FROM ${schema}.session WHERE id = $1`,
    // `id, owner, epoch, ttl`
    renew: `UPDATE ${schema}.session
      SET lease_until = clock_timestamp() + $4 * interval '1 millisecond' WHERE ${isLeased}`,
    // `id, owner, epoch`
    release: `UPDATE ${schema}.session SET owner = NULL, lease_until = NULL WHERE ${isLeased}`,
    // `id, owner, epoch, head, bodies, hashes, snapshot`
    append: `WITH writer AS (
        UPDATE ${schema}.session SET
          head = head + cardinality($5::text[]),
          hash = ($6::text[])[cardinality($6::text[])],
          snapshot_head = CASE WHEN $7::text IS NULL THEN snapshot_head
            ELSE head + cardinality($5::text[]) END,
          snapshot_hash = CASE WHEN $7::text IS NULL THEN snapshot_hash
            ELSE ($6::text[])[cardinality($6::text[])] END,
          snapshot = coalesce($7, snapshot),
          updated_at = now()
        WHERE ${isLeased} AND head = $4
        RETURNING number
      )
      INSERT INTO ${schema}.entry (session, seq, body, hash)
      SELECT writer.number, $4 + added.place - 1, added.body, added.hash
      FROM writer, unnest($5::text[], $6::text[]) WITH ORDINALITY AS added (body, hash, place)`,
    // `id, owner, epoch`
    leasedHead: `SELECT head FROM ${schema}.session WHERE ${isLeased}`,
    // `from, end, limit`: the range of keys, end exclusive.
    list: `SELECT ${described} FROM ${schema}.session
      WHERE id >= $1 AND id < $2 ORDER BY id LIMIT $3`,
    // `id`
    delete: `DELETE FROM ${schema}.session WHERE id = $1`,
  };
}
