/**
 * A program that writes a session until it has lost the right to, or written
 * enough, and notes in a file what was acknowledged.
 *
 * @module
 */
import { postgresStore } from "@nomos/agent/postgres";
import { type Lease, LeaseLostError } from "@nomos/agent/store";

/** What the writer is told, as JSON in its first argument. */
export interface WriterTask {
  readonly url: string;
  readonly schema: string;
  readonly session: string;
  /** Its name, new for each writer: it is in its entries. */
  readonly owner: string;
  /** How long its leases last, in milliseconds. */
  readonly ttl: number;
  /** How many entries it appends with one lease. */
  readonly perLease: number;
  /** How many leases it gets. */
  readonly leases: number;
  /** The file for the bodies that were acknowledged, one a line. */
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
