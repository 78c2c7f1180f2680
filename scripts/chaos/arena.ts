/**
 * Makes the places where scenarios take place, and leaves nothing behind.
 *
 * @module
 */
import { Database } from "../../src/store/postgres/database.ts";
import { readAddress } from "../../src/store/postgres/postgres_address.ts";
import { settleOptions } from "../../src/store/postgres/postgres_options.ts";
import { PrivateServer } from "../../tests/postgres/server.ts";
import { openPlace, type Place } from "./place.ts";
import type { Arena, Effort, Server } from "./scenario.ts";

/** Does something in an arena with a SQLite store. */
export async function inSqlite<Result>(
  effort: Effort,
  work: (arena: Arena) => Promise<Result>,
): Promise<Result> {
  const folder = await Deno.makeTempDir({ prefix: "nomos_chaos_" });
  try {
    return await inPlace({ kind: "sqlite", file: `${folder}/agent.db` }, folder, effort, work);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Does something in an arena with a PostgreSQL server of its own. */
export async function inPostgres<Result>(
  effort: Effort,
  work: (arena: Arena) => Promise<Result>,
): Promise<Result> {
  const folder = await Deno.makeTempDir({ prefix: "nomos_chaos_" });
  const server = await PrivateServer.start();
  try {
    const { url } = server;
    const database = new Database(readAddress(url), settleOptions({}));
    const place: Place = { kind: "postgres", url, schema: "chaos", applicationName: "chaos" };
    const harmed: Server = {
      query: async (text, ...values) => {
        const purpose = "do harm";
        return (await database.run({ purpose, text, values, isRepeatable: true })).count;
      },
      restart: () => server.restart(),
    };
    try {
      return await inPlace(place, folder, effort, (arena) => work({ ...arena, server: harmed }));
    } finally {
      await database.close();
    }
  } finally {
    await server.stop();
    await Deno.remove(folder, { recursive: true });
  }
}

async function inPlace<Result>(
  place: Place,
  folder: string,
  effort: Effort,
  work: (arena: Arena) => Promise<Result>,
): Promise<Result> {
  const store = await openPlace(place);
  try {
    return await work({ place, store, folder, effort });
  } finally {
    await store.close();
  }
}
