/**
 * SQLite store.
 *
 * @module
 */
import { open, rm } from "node:fs/promises";
import process from "node:process";
import { backup, type DatabaseSync } from "node:sqlite";
import { quote } from "../../errors.ts";
import { checkOptions, DELAY, FLAG, FUNCTION } from "../../llm/option_rules.ts";
import { makeStore, makeStoreClosedError } from "../backend/backend.ts";
import type { VerifiableStore } from "../store.ts";
import { StoreError } from "../store_errors.ts";
import { BusyRetry } from "./busy_retry.ts";
import {
  IN_MEMORY,
  openDatabase,
  prepareDatabase,
  readLocation,
  toDatabaseLocation,
  toFilePath,
} from "./connection.ts";
import { bindNumbers } from "./numbered_parameters.ts";
import { isDeadOwner, listLiveTokens, OwnerFile } from "./owner_file.ts";
import { sqliteBackend } from "./sqlite_backend.ts";
import { toStoreError } from "./sqlite_failure.ts";
import { checkUseMark, clearUseMark, mayHaveLog, setUseMark } from "./use_mark.ts";
import { checkWriteAheadLog } from "./write_ahead_log.ts";

/** Options of {@linkcode sqliteStore}. */
export interface SqliteStoreOptions {
  /**
   * Returns the time, in milliseconds since 1970. All processes that use the file must
   * use the same clock. Default: `Date.now`.
   */
  readonly clock?: () => number;
  /**
   * Maximum time that a call waits while another process writes, in milliseconds from 0.
   * Afterwards it rejects with a retryable {@linkcode StoreError}. Waiting does not block
   * the event loop. Default: 10,000.
   */
  readonly busyTimeout?: number;
  /**
   * Source of the jitter of busy retries: returns numbers from 0 up to 1. Default:
   * `Math.random`.
   */
  readonly random?: () => number;
  /**
   * Waits between busy retries, for the given number of milliseconds. Default: uses
   * `setTimeout`.
   */
  readonly wait?: (ms: number) => Promise<void>;
  /**
   * If true, opens a store whose write-ahead log is missing or damaged, without the transactions
   * that are lost. Default: false.
   */
  readonly acceptLoss?: boolean;
}

/** Store in a SQLite database. */
export interface SqliteStore extends VerifiableStore {
  /**
   * Copies the current content of the store into a new file. Other processes can use the
   * store meanwhile, but the event loop of this one is blocked.
   *
   * Copying the database file without its `-wal` file is no backup, because the latest
   * writes are missing.
   *
   * @param file Path or `file:` URL of the copy.
   * @throws {StoreError} if the file exists or cannot be written.
   */
  backup(file: string | URL): Promise<void>;
}

/**
 * Opens a store in a SQLite database, and creates the file if it does not exist.
 * Several processes of one machine can use it at once. It needs a local disk: network
 * file systems are not supported. Every write is flushed to the disk before its promise
 * resolves, so it survives the death of the process and a power loss.
 *
 * In Deno it needs `--allow-read` and `--allow-write` for the folder of the file, best one that
 * contains nothing else. While the store is open, SQLite keeps two more files there, which end
 * in `-wal` and `-shm`, and the store one that contains `-owner-`. Permissions for the file
 * alone suffice too. Then a damaged write-ahead log is not rejected, and a session whose process
 * died can only be continued when its lease has expired.
 *
 * @param file Path, `file:` URL, or `":memory:"` for a database that is lost when it is closed.
 * @throws {ConfigError} if the path or an option is invalid.
 * @throws {StoreError} if the file cannot be opened, is damaged, or belongs to another program.
 * @throws {StoreVersionError} if a newer release wrote the file. The file is not changed.
 *
 * @example
 * ```ts
 * import { sqliteStore } from "@nomos/agent/sqlite";
 * import { assertEquals } from "@std/assert";
 *
 * const folder = await Deno.makeTempDir();
 * const store = await sqliteStore(`${folder}/agent.db`);
 * await store.create("chat-1", { meta: "{}", hash: "00" });
 * await store.backup(`${folder}/backup.db`);
 * await store.close();
 *
 * const restored = await sqliteStore(`${folder}/backup.db`);
 * assertEquals((await restored.read("chat-1"))?.head, 0);
 * await restored.close();
 * ```
 */
export async function sqliteStore(
  file: string | URL,
  options: SqliteStoreOptions = {},
): Promise<SqliteStore> {
  const path = toFilePath(file);
  checkOptions("open a SQLite store", options, {
    clock: FUNCTION,
    busyTimeout: DELAY,
    random: FUNCTION,
    wait: FUNCTION,
    acceptLoss: FLAG,
  });
  const { clock = Date.now, busyTimeout = 10_000, random = Math.random, wait = sleep } = options;
  const { acceptLoss = false } = options;
  const retry = new BusyRetry({ busyTimeout, random, wait });
  if (path !== IN_MEMORY && !acceptLoss) await checkWriteAheadLog(path);
  const hadLog = acceptLoss || mayHaveLog(path);
  let database: DatabaseSync | undefined;
  try {
    const opened = database = openDatabase(path);
    await prepareDatabase(opened, path, retry);
    // Absolute and without symbolic links, so that all processes find each other's owner files.
    const location = readLocation(opened);
    const isFile = location !== "";
    if (isFile && !hadLog) await retry.run(() => checkUseMark(opened, path));
    const owner = isFile ? OwnerFile.create(location) : undefined;
    if (owner !== undefined) await retry.run(() => setUseMark(opened));
    const closeDatabase = owner === undefined ? () => opened.close() : closeAtExit(opened, owner);
    const own = owner?.identity.ownerPrefix;
    const isDead = (owner: string) =>
      !(own && owner.startsWith(own)) && isDeadOwner(location, owner);
    const processes = isFile ? { isDead, listLiveTokens: () => listLiveTokens(location) } : {};
    const files = { database: bindNumbers(opened), file: path, ...processes, closeDatabase };
    const backend = { ...sqliteBackend({ ...files, retry, clock }), ...owner?.identity };
    return { ...makeStore("sqlite", backend), backup: (file) => copyDatabase(opened, file) };
  } catch (error) {
    if (database?.isOpen) database.close();
    throw toStoreError(error, "open the store", path);
  }
}

/**
 * Closes a database when the program ends without closing its store: SQLite then removes the
 * write-ahead log. Returns a function that closes it before.
 */
function closeAtExit(database: DatabaseSync, owner: OwnerFile): () => void {
  const close = () => {
    process.off("exit", close);
    process.off("uncaughtExceptionMonitor", onUncaught);
    if (owner.closeLast()) clearUseMark(database);
    database.close();
  };
  // Deno ends a program whose error nothing catches without "exit".
  const onUncaught = () => {
    const isCaught = process.listenerCount("uncaughtException") > 0;
    if (!isCaught && owner.isAlone()) clearUseMark(database);
  };
  process.on("exit", close);
  process.on("uncaughtExceptionMonitor", onUncaught);
  return close;
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/**
 * Copies a database with the backup interface of SQLite
 * (https://www.sqlite.org/backup.html). `VACUUM INTO` is not used, because Deno allows
 * it only with all permissions.
 */
async function copyDatabase(database: DatabaseSync, file: string | URL): Promise<void> {
  if (!database.isOpen) throw makeStoreClosedError("sqlite");
  const path = toFilePath(file);
  try {
    // Creates the file exclusively, so that no existing file is overwritten. SQLite reads an
    // empty file as an empty database.
    await (await open(path, "wx")).close();
  } catch (cause) {
    if ((cause as { readonly code?: unknown })?.code === "EEXIST") {
      throw new StoreError(
        `Cannot make a backup in ${quote(path)}: the file exists: expected a new path`,
        { cause },
      );
    }
    throw toStoreError(cause, "make a backup", path);
  }
  try {
    await backup(database, toDatabaseLocation(path));
    const copy = openDatabase(path);
    clearUseMark(copy);
    copy.close();
  } catch (error) {
    await rm(path, { force: true });
    throw toStoreError(error, "make a backup", path);
  }
}
