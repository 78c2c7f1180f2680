/** Program that claims session `a` of a store for an hour, and lives until it is killed. */
import { sqliteStore } from "@nomos/agent/sqlite";

const [file] = Deno.args as [string];
const store = await sqliteStore(file);
const owner = `${store.ownerPrefix ?? ""}holder`;
for (const id of ["a", "b"]) {
  await store.create(id, { meta: "{}", hash: "00" });
  await store.claim(id, { owner, ttl: 3_600_000 });
}
console.log(owner);
setInterval(() => {}, 1_000);
