/**
 * Synchronous SHA-256. A promise per entry, as `crypto.subtle` returns, costs ten times as much as
 * the hash.
 *
 * @module
 */

/** Hashes bytes, or a text in UTF-8, as 64 hexadecimal digits. */
export type Sha256 = (content: string | Uint8Array) => string;

/** Part of `node:crypto`. */
interface NodeCrypto {
  createHash(algorithm: "sha256"): {
    update(content: string | Uint8Array, encoding: "utf8"): { digest(encoding: "hex"): string };
  };
}

let implementation: Sha256 | undefined = findNodeSha256();

/**
 * Loads `@noble/hashes` if the runtime lacks `node:crypto`, which needs neither a permission nor
 * an import.
 */
export async function loadSha256(): Promise<void> {
  implementation ??= await loadNobleSha256();
}

/** Hashes bytes or a text. Without `node:crypto`, {@linkcode loadSha256} must have been called. */
export function sha256(content: string | Uint8Array): string {
  return implementation!(content);
}

/** Returns the hash of `node:crypto`; undefined if the runtime lacks it. */
export function findNodeSha256(): Sha256 | undefined {
  const { process } = globalThis as {
    readonly process?: { getBuiltinModule?(id: string): unknown };
  };
  const crypto = process?.getBuiltinModule?.("node:crypto") as NodeCrypto | undefined;
  return crypto && ((content) => crypto.createHash("sha256").update(content, "utf8").digest("hex"));
}

/** Loads the hash of `@noble/hashes`. */
export async function loadNobleSha256(): Promise<Sha256> {
  const { sha256 } = await import("@noble/hashes/sha2.js");
  const { bytesToHex, utf8ToBytes } = await import("@noble/hashes/utils.js");
  return (content) =>
    bytesToHex(sha256(typeof content === "string" ? utf8ToBytes(content) : content));
}
