/**
 * Contract checks of blobs, for stores that have them.
 *
 * @module
 */
import { ConfigError } from "../../errors.ts";
import { loadSha256, sha256 } from "../../store/entry/sha256.ts";
import type { Lease, StoredBlob } from "../../store/store.ts";
import { ConflictError, LeaseLostError } from "../../store/store_errors.ts";
import { expectEqual, expectRejection } from "./expectations.ts";
import { type ContractChecks, entriesFrom, FIRST_HASH, LONG_TTL, type Trial } from "./trial.ts";

export const BLOB_CHECKS: ContractChecks = forStoresWithBlobs({
  "append() stores blobs, which only their session finds": async (trial) => {
    const [one, other] = [await trial.lease(), await trial.lease()];
    const blobs = await Promise.all([1, 9_000, 1_000_000].map((length) => blobOf(trial, length)));
    await append(trial, one.lease, 0, blobs);
    for (const blob of blobs) {
      await expectBlob(trial, one.id, blob);
      await expectNoBlob(trial, other.id, blob, "of another session");
      await expectNoBlob(trial, trial.id(), blob, "of a session that does not exist");
    }
    await expectNoBlob(trial, one.id, await blobOf(trial, 2), "that was not appended");
    await append(trial, one.lease, 1, []);
    await append(trial, one.lease, 2, [blobs[1]!, blobs[1]!]);
    await expectBlob(trial, one.id, blobs[1]!);
  },
  "append() to a child stores blobs, which the session finds": async (trial) => {
    const { id, lease } = await trial.lease();
    const blob = await blobOf(trial, 9_000);
    await trial.store.createChild(lease, "a", { meta: "{}", hash: FIRST_HASH });
    const entries = entriesFrom(0, 1);
    await trial.store.append(lease, { child: "a", head: 0, entries, blobs: [blob] });
    await expectBlob(trial, id, blob);
    await trial.store.delete(id);
    await trial.create(id);
    await expectNoBlob(trial, id, blob, "of a deleted child");
  },
  "a refused append() stores no blobs": async (trial) => {
    const { id, lease } = await trial.lease();
    const blob = await blobOf(trial, 9_000);
    await expectRejection(
      () => append(trial, lease, 1, [blob]),
      ConflictError,
      "append() at another head",
    );
    await trial.force(id);
    await expectRejection(
      () => append(trial, lease, 0, [blob]),
      LeaseLostError,
      "append() with a lost lease",
    );
    await expectNoBlob(trial, id, blob, "of a refused append()");
  },
  "append() refuses a blob whose hash is not that of its bytes": async (trial) => {
    const { id, lease } = await trial.lease();
    const { hash, data } = await blobOf(trial, 9_000);
    for (const blob of [{ hash, data: data.slice(1) }, { hash: hash.toUpperCase(), data }]) {
      await expectRejection(
        () => append(trial, lease, 0, [blob]),
        ConfigError,
        "append() with another hash",
      );
    }
    expectEqual(await trial.entries(id), [], "the entries after a refused append()");
  },
  "claim() stores the blobs of its append, at the expected head only": async (trial) => {
    const id = await trial.create();
    const [blob, late] = [await blobOf(trial, 9_000), await blobOf(trial, 9_001)];
    const claim = (blob: StoredBlob) => {
      const append = { head: 0, hash: FIRST_HASH, entries: entriesFrom(0, 1), blobs: [blob] };
      return trial.store.claim(id, { owner: trial.prefix, ttl: LONG_TTL, force: true, append });
    };
    await claim(blob);
    await claim(late);
    await expectBlob(trial, id, blob);
    await expectNoBlob(trial, id, late, "of a claim at another head");
  },
  "a blob that several sessions have is kept until the last one is deleted or expires": async (
    trial,
  ) => {
    const sessions = [await trial.lease(), await trial.lease(), await trial.lease()];
    const blob = await blobOf(trial, 9_000);
    for (const { lease } of sessions) {
      await append(trial, lease, 0, [blob]);
      await trial.store.release(lease);
    }
    const [first, second, third] = sessions.map(({ id }) => id) as [string, string, string];
    await trial.store.delete(first);
    await trial.create(first);
    await expectNoBlob(trial, first, blob, "of a deleted session whose id is used again");
    await expectBlob(trial, second, blob);
    await trial.store.delete(second);
    await expectBlob(trial, third, blob);
    await trial.store.delete(third);
    const again = await trial.lease();
    await append(trial, again.lease, 0, [blob]);
    await expectBlob(trial, again.id, blob);
  },
  "a blob is never lost while one session is deleted and another appends it": async (trial) => {
    for (let round = 0; round < 10; round++) {
      const [old, young] = [await trial.lease(), await trial.lease()];
      const blobs = await Promise.all([1, 2, 3].map((part) => blobOf(trial, 9_000 + part + round)));
      await append(trial, old.lease, 0, blobs);
      await Promise.all([
        trial.store.delete(old.id),
        append(trial, young.lease, 0, blobs.toReversed()),
      ]);
      for (const blob of blobs) await expectBlob(trial, young.id, blob);
    }
  },
  "the store copies the bytes of blobs": async (trial) => {
    const { id, lease } = await trial.lease();
    const { hash, data } = await blobOf(trial, 9_000);
    const given = data.slice();
    await append(trial, lease, 0, [{ hash, data: given }]);
    given.fill(0);
    await expectBlob(trial, id, { hash, data });
    (await trial.store.readBlob!(id, hash))!.fill(0);
    await expectBlob(trial, id, { hash, data });
  },
});

/** Returns checks that do nothing for a store without blobs. */
function forStoresWithBlobs(checks: ContractChecks): ContractChecks {
  return Object.fromEntries(
    Object.entries(checks).map(([name, check]) => [
      name,
      async (trial) => {
        if (trial.store.readBlob !== undefined) await check(trial);
      },
    ]),
  );
}

/** Generates a blob that other trials do not have. */
async function blobOf({ prefix }: Trial, length: number): Promise<StoredBlob> {
  await loadSha256();
  const data = new Uint8Array(length).map((_, at) => at * 7 + length);
  data.set(new TextEncoder().encode(prefix).subarray(0, length));
  return { hash: sha256(data), data };
}

function append(
  { store }: Trial,
  lease: Lease,
  head: number,
  blobs: readonly StoredBlob[],
): Promise<void> {
  return store.append(lease, { head, entries: entriesFrom(head, 1), blobs });
}

async function expectBlob({ store }: Trial, id: string, { hash, data }: StoredBlob): Promise<void> {
  const found = await store.readBlob!(id, hash);
  expectEqual(found && sha256(found), hash, `the hash of ${data.length} bytes by readBlob()`);
}

async function expectNoBlob(
  { store }: Trial,
  id: string,
  { hash }: StoredBlob,
  which: string,
): Promise<void> {
  expectEqual(await store.readBlob!(id, hash), undefined, `readBlob() ${which}`);
}
