/**
 * Makes the places where scenarios take place, and leaves nothing behind.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { Database } from "../../src/store/postgres/database.ts";
import { readSettings } from "../../src/store/postgres/postgres_options.ts";
import { PrivateServer } from "../../tests/postgres/server.ts";
import { inTemporaryFolder } from "../child.ts";
import { openPlace, type Place } from "./place.ts";
import type { Arena, Effort, Server } from "./scenario.ts";

/** Does something in an arena with a SQLite store. */
export function inSqlite<Result>(
  effort: Effort,
  work: (arena: Arena) => Promise<Result>,
): Promise<Result> {
  return inArena(effort, work, (folder) => ({ kind: "sqlite", file: `${folder}/agent.db` }));
}

/** Does something in an arena with a PostgreSQL server of its own. */
export async function inPostgres<Result>(
  effort: Effort,
  work: (arena: Arena) => Promise<Result>,
): Promise<Result> {
  const server = await PrivateServer.start();
  const { url } = server;
  const database = new Database(readSettings(url));
  const harmed: Server = {
    query: async (text, ...values) => {
      const purpose = "do harm";
      return (await database.run({ purpose, text, values, isRepeatable: true })).count;
    },
    restart: () => server.restart(),
  };
  const place: Place = { kind: "postgres", url, schema: "chaos", applicationName: "chaos" };
  try {
    return await inArena(effort, (arena) => work({ ...arena, server: harmed }), () => place);
  } finally {
    await database.close();
    await server.stop();
  }
}

function inArena<Result>(
  effort: Effort,
  work: (arena: Arena) => Promise<Result>,
  placeIn: (folder: string) => Place,
): Promise<Result> {
  return inTemporaryFolder(async (address) => {
    const folder = fileURLToPath(address).replace(/[/\\]$/, "");
    const place = placeIn(folder);
    const store = await openPlace(place);
    try {
      return await work({ place, store, folder, effort });
    } finally {
      await store.close();
    }
  });
}
