/**
 * SQL of the PostgreSQL store.
 *
 * @module
 */
import { DESCRIBED, IS_DEAD } from "./session_row.ts";

/** Name of a statement. */
export type StatementName =
  | "create"
  | "setLabels"
  | "record"
  | "createChild"
  | "readBlob"
  | "read"
  | "entries"
  | "claim"
  | "claimAppending"
  | "claimWithBlobs"
  | "requestStop"
  | "listStops"
  | "renew"
  | "release"
  | "append"
  | "appendWithBlobs"
  | "leasedHead"
  | "delete";

/** Builds the SQL of each statement. The comments list the parameters, from `$1`. */
export function buildStatements(schema: string): Record<StatementName, string> {
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
  /** Stores the blobs of an append by `writer`, whose hashes and bytes are two parameters. */
  const keep = (writer: string, hashes: string, bytes: string) =>
    `, kept AS (
        INSERT INTO ${schema}.blob (hash, data)
        SELECT given.hash, given.data
        FROM ${writer}, unnest(${hashes}::text[], ${bytes}::bytea[]) AS given (hash, data)
        ORDER BY given.hash
        ON CONFLICT (hash) DO UPDATE SET hash = excluded.hash
        RETURNING hash
      ), used AS (
        INSERT INTO ${schema}.blob_use (session, hash)
        SELECT writer.number, kept.hash FROM ${writer}, kept
        ON CONFLICT DO NOTHING
      )`;
  const added = "unnest($6::text[], $7::text[]) WITH ORDINALITY AS added (body, hash, place)";
  // `id, owner, ttl, force, head, bodies, hashes, snapshot, status, approvals, hash`: returns a
  // row if the session exists, with the new epoch if it was claimed. clock_timestamp(), unlike
  // now(), is read after waiting for the lock of the row.
  const claim = (blobs = ""): string =>
    `WITH former AS (
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
    )${blobs}
    SELECT former.*, "newEpoch" FROM ${schema}.session AS existing
    LEFT JOIN (former JOIN claimed USING (number)) ON true
    WHERE existing.id = $1`;
  // `id, owner, epoch, child, head, bodies, hashes, snapshot, status, approvals, release`
  const append = (blobs = ""): string =>
    `WITH ${leased}, target AS (SELECT ${target("leased", "$4")} AS number FROM leased),
    writer AS (
      UPDATE ${schema}.session SET
        owner = CASE WHEN $11 THEN NULL ELSE owner END,
        lease_until = CASE WHEN $11 THEN NULL ELSE lease_until END,
        ${advance("session.head = $5")}
      FROM target WHERE session.number = target.number AND head = $5
      RETURNING session.number
    )${blobs}
    ${insert} FROM writer, ${added}`;
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
    // `id, hash`
    readBlob: `SELECT data FROM ${schema}.blob WHERE hash = $2 AND EXISTS (
        SELECT FROM ${schema}.blob_use JOIN ${schema}.session ON number = blob_use.session
        WHERE blob_use.hash = $2 AND (id = $1 OR parent = (
          SELECT number FROM ${schema}.session AS parent WHERE parent.id = $1
        ))
      )`,
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
    claim: claim(),
    claimAppending: claim(),
    // The same with `hashes, bytes`.
    claimWithBlobs: claim(
      keep(
        "claimed AS writer JOIN former ON former.head = $5 AND former.hash = $11",
        "$12",
        "$13",
      ),
    ),
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
    append: append(),
    // The same with `hashes, bytes`.
    appendWithBlobs: append(keep("writer", "$12", "$13")),
    // `id, owner, epoch, child`: returns a row if the lease is held, with the head if there is one.
    leasedHead: `SELECT (
        SELECT head FROM ${schema}.session AS found WHERE number = ${target("session", "$4")}
      ) AS head FROM ${schema}.session WHERE ${isLeased}`,
    // `id`
    delete: `DELETE FROM ${schema}.session WHERE id = $1`,
  };
}
