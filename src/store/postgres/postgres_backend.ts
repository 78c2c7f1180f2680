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
import { encodeKey } from "../session_key.ts";
import type { Append, StoredEntry } from "../store.ts";
import type { Database } from "./database.ts";
import { listQueries } from "./list_query.ts";
import { DESCRIBED, IS_DEAD, type SessionRow, toSession } from "./session_row.ts";
import { quoteSchema } from "./tables.ts";

/** Makes the backend on the tables of a schema. */
export function postgresBackend(database: Database, schema: string): Backend {
  const sql = buildStatements(quoteSchema(schema));
  /** Runs a statement on a session, whose key is the first parameter. */
  const run = <Row>(verb: string, id: string, key: keyof typeof sql, ...values: unknown[]) =>
    database.run<Row>({
      purpose: `${verb} session ${quote(id)}`,
      name: nameOf(key),
      text: sql[key],
      values: [encodeKey(id), ...values],
      isRepeatable: REPEATABLE.includes(key),
      isUrgent: URGENT.includes(key),
    });
  return {
    async create(id, { meta, hash, labels }) {
      return (await run("create", id, "create", meta, hash, labels)).count === 1;
    },
    async createChild({ id, owner, epoch }, child, { meta, hash }) {
      const lease = [encodeKey(owner), epoch];
      const values = [...lease, encodeKey(child), meta, hash];
      const { count } = await run("create a child of", id, "createChild", ...values);
      if (count === 1) return "created";
      const { count: held } = await run("read the lease of", id, "leasedHead", ...lease, null);
      return held === 0 ? "lost" : "exists";
    },
    async read(id, child) {
      const { rows: [row] } = await run<SessionRow>("read", id, "read", encodeChild(child));
      return row && toSession(child ?? id, row);
    },
    async entries(id, { child, from, limit }) {
      const values = [encodeChild(child), from, limit];
      return (await run<StoredEntry>("read the entries of", id, "entries", ...values)).rows;
    },
    async claim(id, { owner, ttl, force = false, append }) {
      const key = append === undefined ? "claim" : "claimAppending";
      const values = [ttl, force, ...appendedValues(append), append?.hash ?? null];
      const { rows: [row] } = await run<ClaimRow>("claim", id, key, encodeKey(owner), ...values);
      if (row === undefined) return "missing";
      const { newEpoch, number: _, ...former } = row;
      return newEpoch === null ? "busy" : { epoch: newEpoch, session: toSession(id, former) };
    },
    async requestStop(id, epoch) {
      return (await run("request a stop of", id, "requestStop", epoch)).count === 1;
    },
    async listStops() {
      const statement = {
        purpose: "list requested stops",
        name: nameOf("listStops"),
        text: sql.listStops,
        values: [],
        isRepeatable: true,
      };
      const { rows } = await database.run<{ readonly epoch: number }>(statement);
      return rows.map(({ epoch }) => epoch);
    },
    async renew({ id, owner, epoch }, ttl) {
      const values = [encodeKey(owner), epoch, ttl];
      return (await run("renew the lease of", id, "renew", ...values)).count === 1;
    },
    async release({ id, owner, epoch }) {
      await run("release", id, "release", encodeKey(owner), epoch);
    },
    async append({ id, owner, epoch }, { child, release = false, ...appended }) {
      const lease = [encodeKey(owner), epoch];
      const key = encodeChild(child);
      const values = [...lease, key, ...appendedValues(appended), release];
      const { count } = await run("append to", id, "append", ...values);
      if (count === appended.entries.length) return "appended";
      const verb = "read the head after a refused append to";
      const { rows: [leased] } = await run<HeadRow>(verb, id, "leasedHead", ...lease, key);
      return leased === undefined ? "lost" : leased.head ?? "missing";
    },
    ...listQueries(database, quoteSchema(schema)),
    async setLabels(id, labels) {
      await run("label", id, "setLabels", labels);
    },
    async record(id, { head, status, approvals }) {
      await run("record the status of", id, "record", head, status, encodeApprovals(approvals));
    },
    async delete(id) {
      return (await run("delete", id, "delete")).count === 1;
    },
    close: () => database.close(),
  };
}

/** Session before the claim; its columns are null too if another owner holds the lease. */
interface ClaimRow extends SessionRow {
  readonly number: number | null;
  /** Epoch of the new lease; null if another owner holds it. */
  readonly newEpoch: number | null;
}

interface HeadRow {
  readonly head: number | null;
}

/**
 * Statements that can be repeated: those that read or replace, and those about one's own lease. Not
 * a claim that appends: if another writer took the session over meanwhile, it would seem not to
 * have appended.
 */
const REPEATABLE = [
  "read",
  "entries",
  "leasedHead",
  "claim",
  "renew",
  "release",
  "record",
  "setLabels",
];

/** Statements that run however many others wait: a lease that is not released keeps others out. */
const URGENT = ["renew", "release"];

/** Returns the name of a statement on the server, as in `pg_prepared_statements`. */
function nameOf(key: string): string {
  return `nomos_agent_${key}`;
}

/** Returns approvals as JSON; null if there are none, as for most sessions. */
function encodeApprovals(approvals: Append["approvals"] = []): string | null {
  return approvals.length === 0 ? null : JSON.stringify(approvals);
}

/** Returns the parameters of entries to append, up to the approvals. */
function appendedValues(appended: Omit<Append, "child" | "release"> | undefined): unknown[] {
  if (appended === undefined) return [null, null, null, null, null, null];
  const { head, entries, snapshot = null, status = null, approvals } = appended;
  const bodies = entries.map(({ body }) => body);
  const hashes = entries.map(({ hash }) => hash);
  return [head, bodies, hashes, snapshot, status, encodeApprovals(approvals)];
}

function encodeChild(child: string | undefined): Uint8Array | null {
  return child === undefined ? null : encodeKey(child);
}

/** Builds the SQL of each statement. The comments list the parameters, from `$1`. */
function buildStatements(schema: string) {
  const nextEpoch = `nextval('${schema.replaceAll("'", "''")}.lease_epoch')`;
  const isLeased = "id = $1 AND owner = $2 AND epoch = $3";
  /** Number of the row of a session, or of the child of it with that key. */
  const target = (session: string, child: string) =>
    `CASE WHEN ${child}::bytea IS NULL THEN ${session}.number ELSE (
        SELECT number FROM ${schema}.session AS other
        WHERE other.parent = ${session}.number AND other.child = ${child}
      ) END`;
  // Locks the row of the session before that of a child, so that writers never deadlock.
  const leased = `leased AS (
        SELECT number FROM ${schema}.session WHERE ${isLeased} FOR NO KEY UPDATE
      )`;
  // Entries to append are always the parameters `$5 head, $6 bodies, $7 hashes, $8 snapshot,
  // $9 status, $10 approvals`. The status of a child is not used.
  /** Columns of a session after the append, unless the condition `isAt` is false. */
  const advance = (isAt: string) => `
          head = session.head + CASE WHEN ${isAt} THEN cardinality($6::text[]) ELSE 0 END,
          hash = CASE WHEN ${isAt} THEN ($7::text[])[cardinality($7::text[])]
            ELSE session.hash END,
          snapshot_head = CASE WHEN ${isAt} AND $8::text IS NOT NULL
            THEN $5 + cardinality($6::text[]) ELSE snapshot_head END,
          snapshot_hash = CASE WHEN ${isAt} AND $8::text IS NOT NULL
            THEN ($7::text[])[cardinality($7::text[])] ELSE snapshot_hash END,
          snapshot = CASE WHEN ${isAt} THEN coalesce($8, snapshot) ELSE snapshot END,
          status_head = CASE WHEN ${isAt} AND $9::text IS NOT NULL
            THEN $5 + cardinality($6::text[]) ELSE status_head END,
          status = CASE WHEN ${isAt} THEN coalesce($9, status) ELSE status END,
          approvals = CASE WHEN ${isAt} AND $9::text IS NOT NULL THEN $10 ELSE approvals END,
          updated_at = CASE WHEN ${isAt} THEN now() ELSE session.updated_at END`;
  const insert = `INSERT INTO ${schema}.entry (session, seq, body, hash)
      SELECT writer.number, $5 + added.place - 1, added.body, added.hash`;
  const added = "unnest($6::text[], $7::text[]) WITH ORDINALITY AS added (body, hash, place)";
  // `id, owner, ttl, force, head, bodies, hashes, snapshot, status, approvals, hash`: returns a
  // row if the session exists, with the new epoch if it was claimed. clock_timestamp(), unlike
  // now(), is read after waiting for the lock of the row.
  const claim = `WITH former AS (
      SELECT number, ${DESCRIBED} FROM ${schema}.session
      WHERE id = $1 AND ($4 OR owner IS NULL OR owner = $2 OR lease_until <= clock_timestamp()
        OR ${IS_DEAD})
      FOR NO KEY UPDATE
    ), claimed AS (
      UPDATE ${schema}.session SET owner = $2,
        epoch = CASE WHEN session.owner = $2 THEN session.epoch ELSE ${nextEpoch} END,
        lease_until = clock_timestamp() + $3 * interval '1 millisecond',
        ${advance("session.head = $5 AND session.hash = $11")}
      FROM former WHERE session.number = former.number
      RETURNING session.number, session.epoch AS "newEpoch"
    ), added AS (
      ${insert} FROM claimed AS writer
      JOIN former ON former.head = $5 AND former.hash = $11, ${added}
    )
    SELECT former.*, "newEpoch" FROM ${schema}.session AS existing
    LEFT JOIN (former JOIN claimed USING (number)) ON true
    WHERE existing.id = $1`;
  return {
    // `id, meta, hash, labels`: returns a row if the session was created.
    create: `WITH created AS (
        INSERT INTO ${schema}.session (id, meta, hash, labels)
        VALUES ($1, $2, $3, nullif($4::text[], '{}'))
        ON CONFLICT (id) DO NOTHING
        RETURNING number, id, labels
      ), labeled AS (
        INSERT INTO ${schema}.label (session, label, id)
        SELECT number, label, id FROM created, unnest(labels) AS label
      )
      SELECT FROM created`,
    // `id, labels`
    setLabels: `WITH target AS (
        UPDATE ${schema}.session SET labels = nullif($2::text[], '{}') WHERE id = $1
        RETURNING number, id
      ), removed AS (
        DELETE FROM ${schema}.label USING target
        WHERE session = target.number AND NOT label.label = ANY($2::text[])
      )
      INSERT INTO ${schema}.label (session, label, id)
      SELECT number, added, id FROM target, unnest($2::text[]) AS added
      ON CONFLICT DO NOTHING`,
    // `id, head, status, approvals`
    record: `UPDATE ${schema}.session SET status = $3, status_head = $2, approvals = $4
      WHERE id = $1 AND head = $2`,
    // `id, owner, epoch, child, meta, hash`
    createChild: `WITH ${leased}
      INSERT INTO ${schema}.session (parent, child, meta, hash)
      SELECT number, $4, $5, $6 FROM leased
      ON CONFLICT (parent, child) WHERE parent IS NOT NULL DO NOTHING`,
    // `id, child`
    read: `SELECT ${DESCRIBED}, CASE WHEN snapshot IS NOT NULL THEN
        json_build_object('head', snapshot_head, 'hash', snapshot_hash, 'body', snapshot)
      END AS snapshot FROM ${schema}.session WHERE number = (
        SELECT ${target("session", "$2")} FROM ${schema}.session WHERE id = $1
      )`,
    // `id, child, from, limit`
    entries: `SELECT seq, body, hash FROM ${schema}.entry
      WHERE session = (
        SELECT ${target("session", "$2")} FROM ${schema}.session WHERE id = $1
      ) AND seq >= $3
      ORDER BY seq LIMIT $4`,
    claim,
    claimAppending: claim,
    // `id, epoch`. A request ends with the lease.
    requestStop: `WITH forgotten AS (
        DELETE FROM ${schema}.stop_request AS request WHERE NOT EXISTS (
          SELECT FROM ${schema}.session
          WHERE number = request.session AND epoch = request.epoch AND owner IS NOT NULL
        )
      )
      INSERT INTO ${schema}.stop_request (epoch, session)
      SELECT epoch, number FROM ${schema}.session
      WHERE id = $1 AND epoch = $2 AND owner IS NOT NULL
      ON CONFLICT (epoch) DO UPDATE SET session = excluded.session`,
    listStops: `SELECT epoch FROM ${schema}.stop_request`,
    // `id, owner, epoch, ttl`
    renew: `UPDATE ${schema}.session
      SET lease_until = clock_timestamp() + $4 * interval '1 millisecond' WHERE ${isLeased}`,
    // `id, owner, epoch`
    release: `UPDATE ${schema}.session SET owner = NULL, lease_until = NULL WHERE ${isLeased}`,
    // `id, owner, epoch, child, head, bodies, hashes, snapshot, status, approvals, release`
    append: `WITH ${leased}, target AS (SELECT ${target("leased", "$4")} AS number FROM leased),
      writer AS (
        UPDATE ${schema}.session SET
          owner = CASE WHEN $11 THEN NULL ELSE owner END,
          lease_until = CASE WHEN $11 THEN NULL ELSE lease_until END,
          ${advance("session.head = $5")}
        FROM target WHERE session.number = target.number AND head = $5
        RETURNING session.number
      )
      ${insert} FROM writer, ${added}`,
    // `id, owner, epoch, child`: returns a row if the lease is held, with the head if there is one.
    leasedHead: `SELECT (
        SELECT head FROM ${schema}.session AS found WHERE number = ${target("session", "$4")}
      ) AS head FROM ${schema}.session WHERE ${isLeased}`,
    // `id`
    delete: `DELETE FROM ${schema}.session WHERE id = $1`,
  };
}
