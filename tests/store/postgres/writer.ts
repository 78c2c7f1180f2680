/**
 * Program that appends to a session until it loses its lease or has used all its leases, and
 * records the acknowledged entries in a file.
 *
 * @module
 */
import { postgresStore } from "@nomos/agent/postgres";
import { type Lease, LeaseLostError } from "@nomos/agent/store";

/** Task of the writer, as JSON in its first argument. */
export interface WriterTask {
  readonly url: string;
  readonly schema: string;
  readonly session: string;
  /** Unique name of the writer, which its entries contain. */
  readonly owner: string;
  /** Duration of a lease, in milliseconds. */
  readonly ttl: number;
  /** Number of entries to append with each lease. */
  readonly perLease: number;
  /** Number of leases to claim, one after another. */
  readonly leases: number;
  /** Path of the file for the bodies of acknowledged entries, one per line. */
  readonly acknowledged: string;
}

if (import.meta.main) await write(JSON.parse(Deno.args[0]!));

async function write(task: WriterTask): Promise<void> {
  const { url, schema, session: id, owner, ttl, perLease, leases } = task;
  const file = await Deno.open(task.acknowledged, { append: true, create: true });
  const store = await postgresStore(url, { schema, maxConnections: 1 });
  try {
    for (let round = 0; round < leases; round++) {
      let lease: Lease | undefined;
      while (lease === undefined) {
        lease = await store.claim(id, { owner: `${owner}-${round}`, ttl });
      }
      let { head } = (await store.read(id))!;
      for (let count = 0; count < perLease; count++, head++) {
        const body = JSON.stringify(`${head} by ${lease.owner} of ${lease.epoch}`);
        await store.append(lease, { head, entries: [{ seq: head, body, hash: "01" }] });
        await file.write(new TextEncoder().encode(`${body}\n`));
      }
      await store.release(lease);
    }
  } catch (error) {
    if (!(error instanceof LeaseLostError)) throw error;
    console.log("lost");
  } finally {
    file.close();
    await store.close();
  }
}
