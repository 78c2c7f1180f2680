/**
 * Blobs of the in-memory store.
 *
 * @module
 */
import type { StoredBlob } from "../store.ts";

/** Blobs by their hashes, each with the logs that use it. */
export class MemoryBlobs {
  readonly #blobs = new Map<string, { readonly data: Uint8Array; readonly users: Set<object> }>();
  /** Hashes of the blobs of each log that has any. */
  readonly #hashes = new WeakMap<object, Set<string>>();

  /** Keeps blobs for a log. */
  keep(log: object, blobs: readonly StoredBlob[]): void {
    let hashes = this.#hashes.get(log);
    if (hashes === undefined) this.#hashes.set(log, hashes = new Set());
    for (const { hash, data } of blobs) {
      hashes.add(hash);
      const known = this.#blobs.get(hash);
      if (known === undefined) this.#blobs.set(hash, { data, users: new Set([log]) });
      else known.users.add(log);
    }
  }

  /** Reads a copy of a blob that one of the logs uses; undefined if there is none. */
  read(logs: readonly object[], hash: string): Uint8Array | undefined {
    const blob = this.#blobs.get(hash);
    return logs.some((log) => blob?.users.has(log)) ? blob!.data.slice() : undefined;
  }

  /** Forgets the blobs that only these logs use. */
  release(logs: readonly object[]): void {
    for (const log of logs) {
      for (const hash of this.#hashes.get(log) ?? []) {
        const { users } = this.#blobs.get(hash)!;
        users.delete(log);
        if (users.size === 0) this.#blobs.delete(hash);
      }
    }
  }
}
