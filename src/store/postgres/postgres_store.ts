/**
 * The store in PostgreSQL.
 *
 * @module
 */
import { quote } from "../../errors.ts";
import { idOf, keyBehind, keyOf } from "../session_key.ts";
import type {
  Append,
  EntryRange,
  Lease,
  LeaseClaim,
  ListPage,
  NewSession,
  SessionList,
  Store,
  StoredEntry,
  StoredSession,
} from "../store.ts";
import {
  checkAppend,
  checkRange,
  checkSessionId,
  checkTtl,
  pageLength,
} from "../store_arguments.ts";
import { idTaken, leaseLost, noSession, otherHead } from "../store_refusals.ts";
import { Database, type StatementResult } from "./database.ts";
import { readAddress } from "./postgres_address.ts";
import { type PostgresStoreOptions, settleOptions } from "./postgres_options.ts";
import { type Statements, statementsOf } from "./statements.ts";
import { prepareTables, tablesOf } from "./tables.ts";

/**
 * Opens a store in a PostgreSQL database, for the sessions of many machines.
 *
 * The first to open it makes the tables, for which the role needs the right to
 * create the schema, or in it if there is one. The database must be in UTF-8.
 *
 * Leases go by the clock of the database. What is resolved is committed, as
 * durably as the server is set to (`synchronous_commit`, `fsync`). A statement that
 * certainly was not done is sent again a few times; one whose answer was lost never
 * is, and fails with `isUnknown`. Every {@linkcode StoreError} of the server has a
 * `cause` with the SQLSTATE as `code`.
 *
 * It works through a pooler, in transaction mode too. Close the store when it is
 * no longer used: its connections keep a program from ending for `idleTimeout`.
 *
 * In Deno it needs `--allow-net=host:port`, and
 * `--allow-env=PGBINARY,PGOPTIONS,PGREPLICATION`, which the driver reads, or
 * `--ignore-env` so that it finds none of them.
 *
 * @param url For example `postgres://user:password@host:5432/database`. A host that
 *   is missing is `localhost`, a port 5432, a database the one with the user's name.
 *   Parameters: `sslmode` (`disable`, the default; `require` and `verify-full`, which
 *   both verify the server; `no-verify`), `application_name`, and `host` for the
 *   folder of a Unix socket. No error shows the password.
 * @throws {ConfigError} if the URL or an option cannot be used.
 * @throws {StoreError} if the database cannot be reached, or the tables cannot be made.
 * @throws {StoreVersionError} if a newer release made the tables.
 *
 * @example
 * ```ts
 * import { postgresStore } from "@nomos/agent/postgres";
 *
 * const url = Deno.env.get("DATABASE_URL");
 * if (url !== undefined) {
 *   const store = await postgresStore(url, { maxConnections: 20 });
 *   try {
 *     const { sessions } = await store.list({ prefix: "support/" });
 *     console.log(sessions.map(({ id, head }) => `${id}: ${head} entries`));
 *   } finally {
 *     await store.close();
 *   }
 * }
 * ```
 */
export async function postgresStore(
  url: string | URL,
  options: PostgresStoreOptions = {},
): Promise<Store> {
  const settled = settleOptions(options);
  const database = new Database(readAddress(url), settled);
  const tables = tablesOf(settled.schema);
  try {
    await prepareTables(database, tables);
  } catch (error) {
    await database.close();
    throw error;
  }
  return new PostgresStore(database, statementsOf(tables));
}

class PostgresStore implements Store {
  readonly name = "postgres";
  readonly #database: Database;
  readonly #statements: Statements;

  constructor(database: Database, statements: Statements) {
    this.#database = database;
    this.#statements = statements;
  }

  async create(id: string, { meta, hash }: NewSession): Promise<void> {
    checkSessionId(id);
    const { count } = await this.#run("create", id, meta, hash);
    if (count === 0) throw idTaken(id);
  }

  async read(id: string): Promise<StoredSession | undefined> {
    const { rows: [row] } = await this.#run<SnapshotRow>("read", id);
    if (row === undefined) return undefined;
    const { snapshotHead: head, snapshotHash: hash, snapshot: body } = row;
    const hasSnapshot = head !== null && hash !== null && body !== null;
    return { ...sessionOf(row), ...(hasSnapshot && { snapshot: { head, hash, body } }) };
  }

  async entries(id: string, range: EntryRange): Promise<readonly StoredEntry[]> {
    checkRange(range);
    return (await this.#run<StoredEntry>("entries", id, range.from, range.limit)).rows;
  }

  async claim(id: string, { owner, ttl, force = false }: LeaseClaim): Promise<Lease | undefined> {
    checkTtl(ttl);
    const { rows: [row] } = await this.#run<ClaimRow>("claim", id, keyOf(owner), ttl, force);
    if (row === undefined) throw noSession(id);
    return row.epoch === null ? undefined : { id, owner, epoch: row.epoch };
  }

  async renew({ id, owner, epoch }: Lease, ttl: number): Promise<boolean> {
    checkTtl(ttl);
    return (await this.#run("renew", id, keyOf(owner), epoch, ttl)).count === 1;
  }

  async release({ id, owner, epoch }: Lease): Promise<void> {
    await this.#run("release", id, keyOf(owner), epoch);
  }

  async append(lease: Lease, appended: Append): Promise<void> {
    checkAppend(appended);
    const { id, epoch } = lease;
    const owner = keyOf(lease.owner);
    const { head, entries, snapshot = null } = appended;
    const bodies = entries.map(({ body }) => body);
    const hashes = entries.map(({ hash }) => hash);
    const values = [owner, epoch, head, bodies, hashes, snapshot];
    const { count } = await this.#run("append", id, ...values);
    if (count === entries.length) return;
    const { rows: [standing] } = await this.#run<StandingRow>("standing", id, owner, epoch);
    throw standing?.isHeld ? otherHead(lease, head, standing.head) : leaseLost(lease);
  }

  async list(page: ListPage = {}): Promise<SessionList> {
    const limit = pageLength(page);
    const { prefix = "", after } = page;
    // One more than the page holds tells whether there is another.
    const { rows } = await this.#database.run<SessionRow>({
      purpose: "list sessions",
      text: this.#statements.list,
      values: [
        after === undefined ? null : keyOf(after),
        keyOf(prefix),
        keyBehind(prefix) ?? null,
        limit + 1,
      ],
      isRepeatable: true,
    });
    const sessions = rows.slice(0, limit).map(sessionOf);
    return { sessions, ...(rows.length > limit && { next: sessions.at(-1)!.id }) };
  }

  async delete(id: string): Promise<boolean> {
    return (await this.#run("delete", id)).count === 1;
  }

  close(): Promise<void> {
    return this.#database.close();
  }

  #run<Row>(
    statement: keyof typeof PURPOSES,
    id: string,
    ...values: readonly unknown[]
  ): Promise<StatementResult<Row>> {
    return this.#database.run({
      purpose: `${PURPOSES[statement]} ${quote(id)}`,
      text: this.#statements[statement],
      values: [keyOf(id), ...values],
      isRepeatable: statement === "read" || statement === "entries" || statement === "standing",
    });
  }
}

/** What the statements about one session are for. */
const PURPOSES = {
  create: "create session",
  read: "read session",
  entries: "read the entries of session",
  claim: "claim session",
  renew: "renew the lease of session",
  release: "release session",
  append: "append to session",
  standing: "find out why nothing was appended to session",
  delete: "delete session",
} as const satisfies Partial<Record<keyof Statements, string>>;

interface SessionRow {
  readonly id: Uint8Array;
  readonly meta: string;
  readonly head: number;
  readonly hash: string;
  readonly createdAt: number;
  readonly updatedAt: number;
}

interface SnapshotRow extends SessionRow {
  readonly snapshotHead: number | null;
  readonly snapshotHash: string | null;
  readonly snapshot: string | null;
}

interface ClaimRow {
  readonly epoch: number | null;
}

interface StandingRow {
  readonly isHeld: boolean | null;
  readonly head: number;
}

function sessionOf(row: SessionRow): Omit<StoredSession, "snapshot"> {
  const { meta, head, hash, createdAt, updatedAt } = row;
  return { id: idOf(row.id), meta, head, hash, createdAt, updatedAt };
}
