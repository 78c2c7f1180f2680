/**
 * Environments of scenarios, which are removed afterwards.
 *
 * @module
 */
import { postgresStore } from "@nomos/agent/postgres";
import { sqliteStore } from "@nomos/agent/sqlite";
import { fileURLToPath } from "node:url";
import { Database } from "../../src/store/postgres/database.ts";
import { readSettings } from "../../src/store/postgres/postgres_options.ts";
import { PrivateServer } from "../../tests/postgres/server.ts";
import { inTemporaryFolder } from "../child.ts";
import type { Environment, Server } from "./scenario.ts";

/** Calls `work` with an environment on a SQLite file. */
export function withSqlite<Result>(
  work: (environment: Environment) => Promise<Result>,
): Promise<Result> {
  return withFolder(work, async (folder) => {
    const file = `${folder}/agent.db`;
    return { kind: "sqlite", url: `sqlite:${file}`, store: await sqliteStore(file) };
  });
}

/**
 * Calls `work` with an environment on a PostgreSQL server of its own. `options` are those of
 * the server.
 */
export async function withPostgres<Result>(
  work: (environment: Environment) => Promise<Result>,
  options: { readonly fsync?: boolean } = {},
): Promise<Result> {
  const privateServer = await PrivateServer.start(options);
  const { url } = privateServer;
  const database = new Database(readSettings(url));
  const server: Server = {
    query: (text, ...values) =>
      database.run({ purpose: "query the server", text, values, isRepeatable: true }),
    restart: () => privateServer.restart(),
  };
  try {
    return await withFolder(work, async () => {
      const store = await postgresStore(url, { maxConnections: 4 });
      return { kind: "postgres", url, store, server };
    });
  } finally {
    await database.close();
    await privateServer.stop();
  }
}

function withFolder<Result>(
  work: (environment: Environment) => Promise<Result>,
  open: (folder: string) => Promise<Omit<Environment, "folder">>,
): Promise<Result> {
  return inTemporaryFolder(async (url) => {
    const folder = fileURLToPath(url).replace(/[/\\]$/, "");
    const environment = { ...await open(folder), folder };
    try {
      return await work(environment);
    } finally {
      await environment.store.close();
    }
  });
}
