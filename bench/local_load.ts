/**
 * How long the stores on this machine take:
 * `deno run --allow-read --allow-write bench/local_load.ts`.
 *
 * It is a program and not a `Deno.bench`: that gives no median, and has no use for
 * several at once.
 *
 * @module
 */
import { memoryStore } from "@nomos/agent/store";
import { sqliteStore } from "@nomos/agent/sqlite";
import { toText } from "./report/table.ts";
import { loadTable, measureLoads, storeLoads } from "./store_load.ts";

const MILLISECONDS = 1_000;
const WORKERS = [1, 32];

const folder = await Deno.makeTempDir();
try {
  for (const store of [memoryStore(), await sqliteStore(`${folder}/agent.db`)]) {
    const times = await measureLoads(storeLoads(store), WORKERS, MILLISECONDS);
    console.log(`${store.name}\n${toText(loadTable(times))}`);
    await store.close();
  }
} finally {
  await Deno.remove(folder, { recursive: true });
}
