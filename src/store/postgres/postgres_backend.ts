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
import type { Backend } from "../backend/backend.ts";
import { encodeApprovals } from "../backend/list_sessions.ts";
import { encodeChild, encodeKey } from "../backend/session_key.ts";
import type { Append, StoredEntry } from "../store.ts";
import type { Database } from "./database.ts";
import { listQueries } from "./list_query.ts";
import { type SessionRow, toSession } from "./session_row.ts";
import { buildStatements, type StatementName } from "./statements.ts";
import { quoteSchema } from "./tables.ts";

/** Makes the backend on the tables of a schema. */
export function postgresBackend(database: Database, schema: string): Backend {
  const sql = buildStatements(quoteSchema(schema));
  /** Runs a statement on a session, whose key is the first parameter. */
  const run = <Row>(verb: string, id: string, key: StatementName, ...values: unknown[]) =>
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
    async readBlob(id, hash) {
      const verb = "read a blob of";
      return (await run<BlobRow>(verb, id, "readBlob", hash)).rows[0]?.data;
    },
    async claim(id, { owner, ttl, force = false, append }) {
      const blobs = blobValues(append);
      const key = append === undefined
        ? "claim"
        : blobs.length === 0
        ? "claimAppending"
        : "claimWithBlobs";
      const appending = [...appendedValues(append), append?.hash ?? null, ...blobs];
      const values = [encodeKey(owner), ttl, force, ...appending];
      const { rows: [row] } = await run<ClaimRow>("claim", id, key, ...values);
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
      const blobs = blobValues(appended);
      const statement = blobs.length === 0 ? "append" : "appendWithBlobs";
      const { count } = await run("append to", id, statement, ...values, ...blobs);
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

interface BlobRow {
  readonly data: Uint8Array;
}

interface HeadRow {
  readonly head: number | null;
}

/**
 * Statements that can be repeated: those that read or replace, and those about the caller's own
 * lease. Not a claim that appends: if another writer took the session over meanwhile, it would seem
 * not to have appended.
 */
const REPEATABLE: readonly StatementName[] = [
  "read",
  "entries",
  "readBlob",
  "leasedHead",
  "claim",
  "renew",
  "release",
  "record",
  "setLabels",
  "requestStop",
];

/** Statements that `maxQueue` never refuses: an unreleased lease would keep other writers out. */
const URGENT: readonly StatementName[] = ["renew", "release"];

/** Returns the name of a statement on the server, as in `pg_prepared_statements`. */
function nameOf(key: string): string {
  return `nomos_agent_${key}`;
}

/** Returns the parameters of entries to append, up to the approvals. */
function appendedValues(appended: Omit<Append, "child" | "release"> | undefined): unknown[] {
  if (appended === undefined) return [null, null, null, null, null, null];
  const { head, entries, snapshot = null, status = null, approvals } = appended;
  const bodies = entries.map(({ body }) => body);
  const hashes = entries.map(({ hash }) => hash);
  return [head, bodies, hashes, snapshot, status, encodeApprovals(approvals)];
}

/** Returns the parameters of blobs to append; none if there are no blobs. */
function blobValues({ blobs = [] }: Pick<Append, "blobs"> = {}): unknown[] {
  if (blobs.length === 0) return [];
  return [blobs.map(({ hash }) => hash), blobs.map(({ data }) => data)];
}
