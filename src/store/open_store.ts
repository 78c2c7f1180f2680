/**
 * Opening a store by a URL, as it stands in a configuration.
 *
 * @module
 */
import { ConfigError, quote } from "../errors.ts";
import { memoryStore } from "./memory.ts";
import type { Store } from "./store.ts";

const KNOWN = '"memory:", "sqlite:agent.db" or "postgres://user:password@host/database"';

/**
 * Opens the store of a URL. Its driver is loaded when it is first needed: a
 * program that uses another one is spared it.
 *
 * | URL | store |
 * | --- | --- |
 * | `memory:` | {@linkcode memoryStore}: lost with the program |
 * | `sqlite:agent.db`, `sqlite:/var/agent.db` | a SQLite file, by its path as it is; needs `--allow-read` and `--allow-write` for it |
 * | `sqlite::memory:` | a SQLite database without a file: lost when it is closed |
 * | `postgres://…`, `postgresql://…` | a PostgreSQL database, as `postgresStore()` takes it, with the permissions it needs |
 *
 * What stands behind `sqlite:` is a path and no part of a URL: nothing in it is escaped.
 *
 * @throws {ConfigError} if the URL is of no known kind. It is not shown: it may hold a password.
 * @throws {StoreError} if the store cannot be opened.
 *
 * @example
 * ```ts
 * import { openStore } from "@nomos/agent/store";
 * import { assertEquals } from "@std/assert";
 *
 * const store = await openStore("sqlite::memory:");
 * assertEquals(store.name, "sqlite");
 * await store.close();
 * ```
 */
export async function openStore(url: string): Promise<Store> {
  const [, scheme, rest] = /^([a-z][a-z0-9+.-]*):(.*)$/is.exec(url) ?? [];
  if (scheme === undefined || rest === undefined) {
    throw new ConfigError(`Cannot open a store by text without a scheme: expected ${KNOWN}`);
  }
  switch (scheme.toLowerCase()) {
    case "memory":
      if (rest === "") return memoryStore();
      throw new ConfigError(
        `Cannot open store ${quote(`memory:${rest}`)}: expected nothing behind the colon`,
      );
    case "sqlite": {
      const path = sqlitePath(rest);
      const { sqliteStore } = await import("./sqlite/mod.ts");
      return await sqliteStore(path);
    }
    case "postgres":
    case "postgresql": {
      const { postgresStore } = await import("./postgres/mod.ts");
      return await postgresStore(url);
    }
    default:
      throw new ConfigError(
        `Cannot open a store by a URL of scheme ${quote(scheme)}: expected ${KNOWN}`,
      );
  }
}

/** The path of a SQLite file; `sqlite:///var/agent.db` is a way to write one as well. */
function sqlitePath(rest: string): string {
  if (rest === "") throw new ConfigError(`Cannot open store "sqlite:": expected a path behind it`);
  if (!rest.startsWith("//")) return rest;
  if (rest.startsWith("///")) return rest.slice(2);
  throw new ConfigError(
    `Cannot open store ${quote(`sqlite:${rest}`)}: it names a host: ` +
      `expected "sqlite:${rest.slice(2)}" or "sqlite:///…" for a path from the root`,
  );
}
