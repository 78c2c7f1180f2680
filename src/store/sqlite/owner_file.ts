/**
 * Owner files: they let a process detect that the owner of a lease is dead.
 *
 * An owner file is an empty database beside that of the store. The process that made it keeps it in
 * `BEGIN EXCLUSIVE`, a lock that the system removes when the process dies in any way. It therefore
 * works for stopped processes and across PID namespaces, where process ids do not.
 *
 * @module
 */
import { existsSync, readdirSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { ownerPrefixOf, tokenOf } from "../backend/backend.ts";

/** Maximum number of owner files that are tried. */
const ATTEMPTS = 3;

/** Owner file of an open store. */
export class OwnerFile {
  /** Prefix of the lease owners of this process, for its store. */
  readonly identity: { readonly ownerPrefix: string };
  readonly #path: string;
  readonly #file: string;
  readonly #lock: DatabaseSync;

  private constructor(path: string, token: string, lock: DatabaseSync) {
    this.identity = { ownerPrefix: ownerPrefixOf(token) };
    this.#path = path;
    this.#file = pathOf(path, token);
    this.#lock = lock;
  }

  /**
   * Makes the owner file of a store, and deletes those of dead processes. Returns undefined if
   * the folder does not permit it; leases then last until they expire.
   *
   * @param path Absolute path of the database.
   */
  static create(path: string): OwnerFile | undefined {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const token = crypto.randomUUID();
      const file = pathOf(path, token);
      const lock = tryLock(file, "EXCLUSIVE");
      // Another process that deletes dead files may have been faster.
      if (lock !== undefined && existsSync(file)) {
        listLiveTokens(path);
        return new OwnerFile(path, token, lock);
      }
      lock?.close();
    }
    return undefined;
  }

  /** Returns true if no other store has the database open. */
  isAlone(): boolean {
    return listLiveTokens(this.#path)?.length === 1;
  }

  /** Deletes the file, and unlocks it. Returns true if no other store has the database open. */
  closeLast(): boolean {
    deleteLocked(this.#file, this.#lock);
    return listLiveTokens(this.#path)?.length === 0;
  }
}

/**
 * Returns true if the owner of a lease is certainly dead. Its owner file is deleted then. An owner
 * whose file is missing is dead too: another process deleted it.
 *
 * @param path Absolute path of the database.
 */
export function isDeadOwner(path: string, owner: string): boolean {
  const token = tokenOf(owner);
  if (token === undefined) return false;
  const file = pathOf(path, token);
  const lock = tryLock(file, "SHARED");
  if (lock === undefined) return false;
  deleteLocked(file, lock);
  return true;
}

function pathOf(path: string, token: string): string {
  return `${path}-owner-${token}`;
}

/**
 * Lists the tokens of the live processes that have a store open, and deletes the owner files of
 * dead ones. Returns undefined if the folder cannot be read.
 *
 * @param path Absolute path of the database.
 */
export function listLiveTokens(path: string): string[] | undefined {
  const tokens: string[] = [];
  const prefix = pathOf(basename(path), "");
  const folder = dirname(path);
  if (!isPermitted("read", folder)) return undefined;
  for (const name of readdirSync(folder)) {
    if (!name.startsWith(prefix)) continue;
    const file = join(folder, name);
    const lock = tryLock(file, "SHARED");
    if (lock === undefined) tokens.push(name.slice(prefix.length));
    else deleteLocked(file, lock);
  }
  return tokens;
}

/** Deletes a file before it is unlocked, so that nobody locks it in between. */
function deleteLocked(file: string, lock: DatabaseSync): void {
  try {
    rmSync(file, { force: true });
  } catch {
    // Windows deletes no open file. An unlocked file means the same as a missing one.
  }
  lock.close();
}

/**
 * Locks a file, which is created if it is missing. Returns undefined if that fails. Processes that
 * look share the lock, so that none takes another for the owner.
 */
function tryLock(file: string, mode: "EXCLUSIVE" | "SHARED"): DatabaseSync | undefined {
  if (!isPermitted("read", file) || !isPermitted("write", file)) return undefined;
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(file, { timeout: 0 });
    // The transaction writes nothing, so it needs no journal beside the file.
    database.exec("PRAGMA journal_mode = MEMORY");
    database.exec(mode === "SHARED" ? "BEGIN; SELECT 1 FROM sqlite_schema" : "BEGIN EXCLUSIVE");
    return database;
  } catch {
    database?.close();
    return undefined;
  }
}

/** Part of `Deno.permissions`. */
interface Permissions {
  querySync(descriptor: { name: string; path: string }): { readonly state: string };
}

/** Returns false if Deno would refuse access, or ask the user for it. */
export function isPermitted(name: "read" | "write", path: string): boolean {
  const { Deno } = globalThis as { readonly Deno?: { readonly permissions?: Permissions } };
  const status = Deno?.permissions?.querySync({ name, path });
  return status === undefined || status.state === "granted";
}
