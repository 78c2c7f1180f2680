/**
 * Opens a store many times, and reads a lease many times each, after a byte on standard input.
 * Prints the number of times that its process had no owner file, and that the lease seemed live.
 */
import { sqliteStore } from "@nomos/agent/sqlite";

const [file] = Deno.args as [string];
let [unknown, live] = [0, 0];
console.log("ready");
await Deno.stdin.read(new Uint8Array(1));
for (let opened = 0; opened < 50; opened++) {
  const store = await sqliteStore(file);
  if (store.ownerPrefix === undefined) unknown++;
  for (let reads = 0; reads < 20; reads++) {
    if ((await store.read("a"))!.lease!.until > 0) live++;
  }
  await store.close();
}
console.log(`${unknown} ${live}`);
