/**
 * The store in a SQLite file.
 *
 * @module
 */
import { open, rm } from "node:fs/promises";
import { backup, type DatabaseSync } from "node:sqlite";
import { quote } from "../../errors.ts";
import { checkOptions, DELAY, FUNCTION } from "../../llm/option_rules.ts";
import { makeStore, storeClosed } from "../backend.ts";
import type { Store } from "../store.ts";
import { StoreError } from "../store_errors.ts";
import { BusyRetry } from "./busy_retry.ts";
import {
  databaseLocation,
  filePath,
  IN_MEMORY,
  openDatabase,
  prepareDatabase,
} from "./connection.ts";
import { sqliteBackend } from "./sqlite_backend.ts";
import { storeErrorOf } from "./sqlite_failure.ts";
import { checkWriteAheadLog } from "./write_ahead_log.ts";

/** Options of {@linkcode sqliteStore}. */
export interface SqliteStoreOptions {
  /**
   * The time in milliseconds since 1970; give every process that uses the file
   * the same. Default: `Date.now`.
   */
  readonly clock?: () => number;
  /**
   * How long a call waits in all while another process writes, in milliseconds,
   * from 0. After that it fails with a {@linkcode StoreError} that is retryable.
   * The event loop goes on meanwhile. Default: 10,000.
   */
  readonly busyTimeout?: number;
  /** Spreads the attempts of those who wait: numbers from 0 up to 1. Default: `Math.random`. */
  readonly random?: () => number;
  /** Waits between attempts, for so many milliseconds. Default: by `setTimeout`. */
  readonly wait?: (ms: number) => Promise<void>;
}

/** A store in a SQLite database. */
export interface SqliteStore extends Store {
  /**
   * Copies the store, as it is at this moment, into a new file, while others go
   * on using it. The event loop stands still meanwhile. A copy of the file alone,
   * without the `-wal` beside it, is no backup: it lacks what was written last.
   *
   * @param file A path or a `file:` URL.
   * @throws {StoreError} if there is such a file, or it cannot be written.
   */
  backup(file: string | URL): Promise<void>;
}

/**
 * Opens a store in a SQLite database, and makes the file where there is none. One
 * machine can use it from several processes at once; a file system of a network
 * cannot hold it. What is resolved survives the death of the process and the loss
 * of power, as far as the disk tells the truth: it is flushed first.
 *
 * In Deno it needs `--allow-read` and `--allow-write` for the file. SQLite keeps
 * two more beside it while the store is open, `-wal` and `-shm`. Where `-wal` may
 * be read too, a damaged one is refused when the store is opened; SQLite by itself
 * drops what is behind the damage without a word.
 *
 * @param file A path, a `file:` URL, or `":memory:"` for one that lasts until it is closed.
 * @throws {ConfigError} if the path or an option is none.
 * @throws {StoreError} if the file cannot be opened, is damaged, or holds something else.
 * @throws {StoreVersionError} if a newer release wrote it; it stays as it is.
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
  const path = filePath(file);
  const { clock = Date.now, busyTimeout = 10_000, random = Math.random, wait = sleep } = options;
  checkOptions("open a store", options, {
    clock: FUNCTION,
    busyTimeout: DELAY,
    random: FUNCTION,
    wait: FUNCTION,
  });
  const retry = new BusyRetry({ busyTimeout, random, wait });
  if (path !== IN_MEMORY) await checkWriteAheadLog(path);
  let database: DatabaseSync | undefined;
  try {
    const opened = database = openDatabase(path);
    await prepareDatabase(opened, path, retry);
    const backend = sqliteBackend({ database: opened, file: path, retry, clock });
    return { ...makeStore("sqlite", backend), backup: (file) => copyDatabase(opened, file) };
  } catch (error) {
    database?.close();
    throw storeErrorOf(error, "open the store", path);
  }
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/**
 * Copies a database as it is at one moment. It uses the backup interface of
 * SQLite, https://www.sqlite.org/backup.html: `VACUUM INTO` attaches the copy,
 * which Deno allows to programs alone that may do everything.
 */
async function copyDatabase(database: DatabaseSync, file: string | URL): Promise<void> {
  if (!database.isOpen) throw storeClosed("sqlite");
  const path = filePath(file);
  try {
    // An empty file is an empty database for SQLite. That it is created here keeps others away.
    await (await open(path, "wx")).close();
  } catch (cause) {
    if ((cause as { readonly code?: unknown })?.code === "EEXIST") {
      throw new StoreError(
        `Cannot make a backup in ${quote(path)}: there is such a file: expected a new one`,
        { cause },
      );
    }
    throw storeErrorOf(cause, "make a backup", path);
  }
  try {
    await backup(database, databaseLocation(path));
  } catch (error) {
    await rm(path, { force: true });
    throw storeErrorOf(error, "make a backup", path);
  }
}
