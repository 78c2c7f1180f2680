/**
 * URL of the store of a command's sessions. The launcher reads it, and does not load a store.
 *
 * @module
 */
import { dirname, join } from "node:path";
import type { Permissions } from "../config/permissions.ts";
import { readAddress } from "../store/postgres/postgres_address.ts";
import { FOLDER } from "./own_folder.ts";
import type { Project } from "./project.ts";

/** Returns the URL of the store: the one that the user named, or else a file of the project. */
export function locateStore(named: string | undefined, { root }: Pick<Project, "root">): string {
  if (named === undefined) return `sqlite:${join(root, FOLDER, "sessions.db")}`;
  return named === "memory" ? "memory:" : named;
}

/**
 * Returns the permissions that a store needs. A URL of an unknown kind needs none: opening it
 * reports the mistake.
 *
 * @throws {ConfigError} if the URL of a database is invalid.
 */
export function needsOfStore(url: string): Permissions {
  const path = findSqlitePath(url);
  // SQLite writes files of its own beside the database.
  if (path !== undefined) return { read: [dirname(path)], write: [dirname(path)] };
  if (!/^postgres(?:ql)?:/i.test(url)) return {};
  const { host, port } = readAddress(url);
  const env = ["PGBINARY", "PGOPTIONS", "PGREPLICATION"];
  const isSocket = host.startsWith("/");
  return isSocket ? { read: [host], write: [host], env } : { net: [`${host}:${port}`], env };
}

/** Returns the path of a SQLite file; undefined for other stores, and for one in memory. */
export function findSqlitePath(url: string): string | undefined {
  const [, path] = /^sqlite:(?:\/\/(?=\/))?(.+)$/is.exec(url) ?? [];
  return path === undefined || path === ":memory:" ? undefined : path;
}
