/**
 * How long the store in PostgreSQL takes: `deno run --allow-all bench/postgres_load.ts`.
 *
 * The server is the one of `NOMOS_POSTGRES_URL`, or one that is started for it on
 * this machine. The floors are sent by the same driver: a statement that does nothing,
 * and one that inserts the body of an entry and commits.
 *
 * @module
 */
import { Database } from "../src/store/postgres/database.ts";
import { readAddress } from "../src/store/postgres/postgres_address.ts";
import { settleOptions } from "../src/store/postgres/postgres_options.ts";
import { postgresStore } from "../src/store/postgres/postgres_store.ts";
import { PrivateServer, PROGRAMS } from "../tests/postgres/server.ts";
import { toText } from "./report/table.ts";
import { BODY, type Load, loadTable, measureLoads, storeLoads } from "./store_load.ts";

const MILLISECONDS = Number(Deno.args[0] ?? 3_000);
const WORKERS = [1, 8];

const given = Deno.env.get("NOMOS_POSTGRES_URL");
if (given !== undefined) await measure(given);
else if (PROGRAMS !== undefined) {
  const server = await PrivateServer.start();
  try {
    await measure(server.url);
  } finally {
    await server.stop();
  }
} else console.log("Skipped: no PostgreSQL server and no programs found (set NOMOS_POSTGRES_URL)");

async function measure(url: string): Promise<void> {
  const schema = `bench_${crypto.randomUUID().replaceAll("-", "_")}`;
  const database = new Database(readAddress(url), settleOptions({}));
  const query = (text: string, ...values: readonly unknown[]) =>
    database.run({ purpose: "measure", text, values, isRepeatable: false });
  const store = await postgresStore(url, { schema });
  try {
    await query(`CREATE TABLE ${schema}.bare (body text)`);
    const floors: readonly Load[] = [
      bare("a statement that does nothing", () => query("SELECT 1")),
      bare("a bare insert", () => query(`INSERT INTO ${schema}.bare VALUES ($1)`, BODY)),
    ];
    const times = await measureLoads([...floors, ...storeLoads(store)], WORKERS, MILLISECONDS);
    console.log(toText(loadTable(times)));
  } finally {
    await store.close();
    await query(`DROP SCHEMA ${schema} CASCADE`);
    await database.close();
  }
}

function bare(name: string, work: () => Promise<unknown>): Load {
  return { name, prepare: () => Promise.resolve(work) };
}
