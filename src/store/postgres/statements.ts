/**
 * The statements of the store, as SQL. Each is a transaction of its own, so that
 * they work through a pooler that gives each transaction another connection; and
 * each names its tables in full, for such a connection may have any search path.
 *
 * @module
 */
import type { Tables } from "./tables.ts";

/** The SQL of every method. */
export interface Statements {
  /** `id, meta, hash` */
  readonly create: string;
  /** `id` */
  readonly read: string;
  /** `id, from, limit` */
  readonly entries: string;
  /** `id, owner, ttl, force`; a row if there is the session, with the epoch if it was claimed. */
  readonly claim: string;
  /** `id, owner, epoch, ttl` */
  readonly renew: string;
  /** `id, owner, epoch` */
  readonly release: string;
  /** `id, owner, epoch, head, bodies, hashes, snapshot` */
  readonly append: string;
  /** `id, owner, epoch`; why nothing was appended. */
  readonly standing: string;
  /** `after, from, behind, limit` */
  readonly list: string;
  /** `id` */
  readonly delete: string;
}

/** The statements for these tables. */
export function statementsOf({ session, entry, nextEpoch }: Tables): Statements {
  const held = "id = $1 AND owner = $2 AND epoch = $3";
  const described = `id, meta, head, hash,
    floor(extract(epoch FROM created_at) * 1000)::bigint AS "createdAt",
    floor(extract(epoch FROM updated_at) * 1000)::bigint AS "updatedAt"`;
  return {
    create: `INSERT INTO ${session} (id, meta, hash) VALUES ($1, $2, $3)
      ON CONFLICT (id) DO NOTHING`,
    read: `SELECT ${described},
        snapshot_head AS "snapshotHead", snapshot_hash AS "snapshotHash", snapshot
      FROM ${session} WHERE id = $1`,
    entries: `SELECT seq, body, hash FROM ${entry}
      WHERE session = (SELECT number FROM ${session} WHERE id = $1) AND seq >= $2
      ORDER BY seq LIMIT $3`,
    // The clock is read after whoever wrote the row before is waited for.
    claim: `WITH claimed AS (
        UPDATE ${session} SET owner = $2, epoch = ${nextEpoch},
          lease_until = clock_timestamp() + $3 * interval '1 millisecond'
        WHERE id = $1 AND ($4 OR owner IS NULL OR lease_until <= clock_timestamp())
        RETURNING epoch
      )
      SELECT (SELECT epoch FROM claimed) AS epoch FROM ${session} WHERE id = $1`,
    renew: `UPDATE ${session}
      SET lease_until = clock_timestamp() + $4 * interval '1 millisecond' WHERE ${held}`,
    release: `UPDATE ${session} SET owner = NULL, lease_until = NULL WHERE ${held}`,
    append: `WITH writer AS (
        UPDATE ${session} SET
          head = head + cardinality($5::text[]),
          hash = ($6::text[])[cardinality($6::text[])],
          snapshot_head = CASE WHEN $7::text IS NULL THEN snapshot_head
            ELSE head + cardinality($5::text[]) END,
          snapshot_hash = CASE WHEN $7::text IS NULL THEN snapshot_hash
            ELSE ($6::text[])[cardinality($6::text[])] END,
          snapshot = coalesce($7, snapshot),
          updated_at = now()
        WHERE ${held} AND head = $4
        RETURNING number
      )
      INSERT INTO ${entry} (session, seq, body, hash)
      SELECT writer.number, $4 + added.place - 1, added.body, added.hash
      FROM writer, unnest($5::text[], $6::text[]) WITH ORDINALITY AS added (body, hash, place)`,
    standing: `SELECT owner = $2 AND epoch = $3 AS "isHeld", head FROM ${session} WHERE id = $1`,
    list: `SELECT ${described} FROM ${session}
      WHERE ($1::bytea IS NULL OR id > $1) AND id >= $2 AND ($3::bytea IS NULL OR id < $3)
      ORDER BY id LIMIT $4`,
    delete: `DELETE FROM ${session} WHERE id = $1`,
  };
}
