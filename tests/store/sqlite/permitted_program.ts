/** Uses a store with the permissions of the process. Prints `done` or the message of the error. */
import { sqliteStore } from "@nomos/agent/sqlite";

const [file, backup] = Deno.args as [string, string];
try {
  const store = await sqliteStore(file);
  await store.create("a", { meta: "{}", hash: "00" });
  const lease = await store.claim("a", { owner: "me", ttl: 1_000 });
  await store.append(lease!, { head: 0, entries: [{ seq: 0, body: "1", hash: "01" }] });
  await store.backup(backup);
  await store.close();
  console.log("done");
} catch (error) {
  console.log((error as Error).message);
}
