/**
 * Appends `rounds` entries to a session, and claims a lease for each. Prints each entry once it
 * is acknowledged.
 */
import { sqliteStore } from "@nomos/agent/sqlite";
import { ConflictError, LeaseLostError } from "@nomos/agent/store";

const [file, writer, rounds] = Deno.args as [string, string, string];
const encoder = new TextEncoder();
const store = await sqliteStore(file);
await store.create("a", { meta: "{}", hash: "00" }).catch((error) => {
  if (!(error instanceof ConflictError)) throw error;
});
Deno.stdout.writeSync(encoder.encode("ready\n"));
let number = 0;
while (number < Number(rounds)) {
  const lease = await store.claim("a", { owner: crypto.randomUUID(), ttl: 60_000, force: true });
  try {
    const { head } = (await store.read("a"))!;
    const body = JSON.stringify([writer, number]);
    const entries = [{ seq: head, body, hash: `${head}` }];
    await store.append(lease!, { head, entries, snapshot: body });
    Deno.stdout.writeSync(encoder.encode(`${body}\n`));
    number++;
  } catch (error) {
    // Another process has claimed the session meanwhile.
    if (!(error instanceof LeaseLostError || error instanceof ConflictError)) throw error;
  }
}
await store.close();
