/**
 * Rows of sessions, and the SQL that describes them.
 *
 * @module
 */
import { decodeKey } from "../backend/session_key.ts";
import type { StoredSession, StoredSnapshot } from "../store.ts";
import { OWNER_LOCK } from "./owner_lock.ts";

/** Row of a session, as {@linkcode DESCRIBED} selects it. */
export interface SessionRow extends Omit<StoredSession, "id" | "snapshot" | "lease" | "labels"> {
  readonly id: Uint8Array;
  readonly labels: readonly string[] | null;
  readonly owner: Uint8Array | null;
  readonly epoch: number;
  readonly until: number;
  readonly snapshot?: StoredSnapshot | null;
}

// An owner is encoded as UTF-16: the 36 characters of the token, and a tilde.
const TOKEN = "replace(encode(substring(owner FOR 72), 'escape'), '\\000', '')";

/** Condition that the owner of a lease is dead: only then can its lock be acquired. */
export const IS_DEAD: string =
  `substring(owner FROM 73 FOR 2) = '\\x007e' AND ${TOKEN} ~ '^[0-9a-f-]{36}$'
      AND pg_try_advisory_xact_lock_shared(hashtextextended('${OWNER_LOCK}' || ${TOKEN}, 0))`;

/** Columns of a session. */
export const DESCRIBED: string = `id, meta, head, hash, labels, owner, epoch,
    CASE WHEN ${IS_DEAD} THEN 0 ELSE floor(extract(epoch FROM lease_until) * 1000)::bigint END
      AS until,
    floor(extract(epoch FROM created_at) * 1000)::bigint AS "createdAt",
    floor(extract(epoch FROM updated_at) * 1000)::bigint AS "updatedAt"`;

/** Makes a session from a row. */
export function toSession(id: string, row: SessionRow): StoredSession {
  const { id: _, snapshot, labels, owner, epoch, until, ...rest } = row;
  const lease = owner && { lease: { owner: decodeKey(owner), epoch, until } };
  return { id, ...rest, ...lease, ...(labels && { labels }), ...(snapshot && { snapshot }) };
}
