/**
 * Opening a store by a URL, for example one from a configuration file.
 *
 * @module
 */
import { ConfigError, quote, reasonOf } from "../errors.ts";
import { memoryStore } from "./backend/memory.ts";
import type { VerifiableStore } from "./store.ts";
import { StoreError } from "./store_errors.ts";

const KNOWN_URLS = '"memory:", "sqlite:agent.db" or "postgres://user:password@host/database"';

/**
 * Opens the store that a URL names. Only the driver of that store is loaded.
 *
 * | URL | store |
 * | --- | --- |
 * | `memory:` | {@linkcode memoryStore}; lost when the program ends |
 * | `sqlite:agent.db`, `sqlite:/var/agent.db` | a SQLite file; needs `--allow-read` and `--allow-write` for its folder |
 * | `sqlite::memory:` | a SQLite database without a file; lost when it is closed |
 * | `postgres://…`, `postgresql://…` | a PostgreSQL database; parameters and permissions as for `postgresStore()` |
 *
 * The text after `sqlite:` is a plain path: percent escapes in it are not decoded. In Node, it needs
 * version 22.16 or newer.
 *
 * @throws {ConfigError} if the URL names no known store, or is invalid. No message contains a
 *   password.
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
export async function openStore(url: string): Promise<VerifiableStore> {
  const [, scheme, rest] = /^([a-z][a-z0-9+.-]*):(.*)$/is.exec(url) ?? [];
  if (scheme === undefined || rest === undefined) {
    throw new ConfigError(`Cannot open a store by a URL without a scheme: expected ${KNOWN_URLS}`);
  }
  switch (scheme.toLowerCase()) {
    case "memory":
      if (rest === "") return memoryStore();
      throw new ConfigError(
        `Cannot open store ${quote(`memory:${rest}`)}: expected "memory:" with nothing after it`,
      );
    case "sqlite": {
      const path = toSqlitePath(rest);
      const { sqliteStore } = await import("./sqlite/mod.ts").catch((cause): never => {
        throw new StoreError(
          `Cannot open store ${quote(url)}: its driver cannot be loaded: ${reasonOf(cause)}: ` +
            "expected a runtime whose module node:sqlite is complete: Node 22.16 or newer, or Deno",
          { cause },
        );
      });
      return await sqliteStore(path);
    }
    case "postgres":
    case "postgresql": {
      const { postgresStore } = await import("./postgres/mod.ts");
      return await postgresStore(url);
    }
    default:
      throw new ConfigError(
        `Cannot open a store by a URL of scheme ${quote(scheme)}: expected ${KNOWN_URLS}`,
      );
  }
}

/** Returns the path of a SQLite file. `sqlite:///var/agent.db` means `/var/agent.db`. */
function toSqlitePath(rest: string): string {
  if (rest === "") {
    throw new ConfigError(
      'Cannot open store "sqlite:": expected a path, for example "sqlite:agent.db"',
    );
  }
  if (!rest.startsWith("//")) return rest;
  if (rest.startsWith("///")) return rest.slice(2);
  throw new ConfigError(
    `Cannot open store ${quote(`sqlite:${rest}`)}: the URL names a host: ` +
      `expected "sqlite:${rest.slice(2)}" or, for an absolute path, "sqlite:///…"`,
  );
}
