/** Opens a store after a byte on standard input, and prints the version of its tables. */
import { DatabaseSync } from "node:sqlite";
import { sqliteStore } from "@nomos/agent/sqlite";

const [file] = Deno.args as [string];
console.log("ready");
await Deno.stdin.read(new Uint8Array(1));
const store = await sqliteStore(file);
await store.create(crypto.randomUUID(), { meta: "{}", hash: "00" });
// Another process may hold the lock in which the last one closes the database.
using database = new DatabaseSync(file, { timeout: 60_000 });
console.log(database.prepare("PRAGMA user_version").get()?.user_version);
await store.close();
