import { type ClaimAppend, memoryStore, type Store, type StoredBlob } from "@nomos/agent/store";
import type { Fault } from "./broken_stores.ts";

/** Faults of blobs, by description. */
export const BLOB_FAULTS: Readonly<Record<string, Fault>> = {
  "append() loses its blobs": {
    check: "append() stores blobs",
    methods: (inner) => ({
      append: (lease, { blobs: _, ...appended }) => inner.append(lease, appended),
    }),
  },
  "append() to a child loses its blobs": {
    check: "append() to a child stores blobs",
    methods: (inner) => ({
      append: (lease, { blobs = [], ...appended }) =>
        inner.append(lease, { ...appended, ...(appended.child === undefined && { blobs }) }),
    }),
  },
  "append() stores blobs before it checks the head": {
    check: "a refused append() stores no blobs",
    methods: (inner) => keepingBlobs(inner, (id) => id),
  },
  "append() trusts the hash of a blob": {
    check: "append() refuses a blob whose hash",
    methods: (inner) => ({
      append: (lease, { blobs: _, ...appended }) => inner.append(lease, appended),
    }),
  },
  "claim() loses its blobs": {
    check: "claim() stores the blobs",
    methods: (inner) => ({
      claim: (id, { append, ...claim }) => {
        const { blobs: _, ...rest } = append ?? {} as ClaimAppend;
        return inner.claim(id, { ...claim, ...(append && { append: rest }) });
      },
    }),
  },
  "readBlob() finds the blobs of other sessions": {
    check: "append() stores blobs, which only",
    methods: (inner) => keepingBlobs(inner, () => ""),
  },
  "delete() deletes the blobs that other sessions have": {
    check: "a blob that several sessions have",
    methods: (inner) => {
      const deleted = new Set<string>();
      const hashes = new Map<string, readonly StoredBlob[]>();
      return {
        append(lease, appended) {
          hashes.set(lease.id, appended.blobs ?? []);
          return inner.append(lease, appended);
        },
        delete(id) {
          for (const { hash } of hashes.get(id) ?? []) deleted.add(hash);
          return inner.delete(id);
        },
        readBlob: async (id, hash) =>
          deleted.has(hash) ? undefined : await inner.readBlob!(id, hash),
      };
    },
  },
  "the store keeps the caller's bytes": {
    check: "the store copies the bytes",
    methods: (inner) => keepingBlobs(inner, (id) => id),
  },
};

/** Returns methods of a store whose blobs are kept by another key, apart from it. */
function keepingBlobs(
  inner: Store,
  keyOf: (id: string) => string,
): Partial<Store> {
  const kept = new Map<string, Uint8Array>();
  return {
    async append(lease, appended) {
      const key = keyOf(lease.id);
      for (const { hash, data } of appended.blobs ?? []) kept.set(`${key} ${hash}`, data);
      await inner.append(lease, appended);
    },
    readBlob: (id, hash) => Promise.resolve(kept.get(`${id} ${hash}`) ?? kept.get(` ${hash}`)),
  };
}

/** Store without blobs, which fulfils the contract as well. */
export function storeWithoutBlobs(): Store {
  const { readBlob: _, ...store } = memoryStore();
  return store;
}
