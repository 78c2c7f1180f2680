/**
 * Bytes of parts that a store keeps apart from the entries.
 *
 * @module
 */
import type { SessionEvent } from "../../history/event.ts";
import type { EventMedia, EventPart } from "../../history/event_part.ts";
import { decodeBase64, encodeBase64 } from "../../json/text.ts";
import type { Store, StoredBlob, StoredEntry } from "../store.ts";
import { makeDamagedError, readStored } from "./hash_chain.ts";
import { sha256 } from "./sha256.ts";

/** Maximum number of bytes of a part that an entry contains itself. */
const MAX_INLINE = 8_000;

/** Part of an entry whose bytes are a blob. */
type BlobPart = Omit<EventMedia, "data"> & { readonly blob: string };

/** Event as its entry contains it, and the blobs to which it refers. */
interface SplitEvent {
  readonly event: object;
  readonly blobs: readonly StoredBlob[];
}

/** Replaces the bytes of long parts by the hashes of blobs. */
export function splitEvent(event: SessionEvent): SplitEvent {
  // Programs without `exactOptionalPropertyTypes` check this module too.
  if (!("parts" in event) || event.parts === undefined) return { event, blobs: [] };
  const blobs: StoredBlob[] = [];
  const parts = event.parts.map((part): EventPart | BlobPart => {
    // Base64 has at least as many characters, so most parts need not be decoded.
    if (part.type === "text" || part.data === undefined || part.data.length <= MAX_INLINE) {
      return part;
    }
    const { data: base64, ...rest } = part;
    const data = decodeBase64(base64);
    if (data.length <= MAX_INLINE) return part;
    const hash = sha256(data);
    blobs.push({ hash, data });
    return { ...rest, blob: hash };
  });
  return { event: { ...event, parts }, blobs };
}

/**
 * Returns the entry with the bytes of its blobs as base64.
 *
 * @param id Id of the session to which it belongs, or whose child does.
 * @throws {SessionDamagedError} if a blob is missing or damaged.
 */
export async function fillEntry(
  store: Store,
  id: string,
  entry: StoredEntry,
): Promise<StoredEntry> {
  const { seq, body } = entry;
  const parsed = readStored(id, `entry ${seq} is not JSON`, () => JSON.parse(body));
  const parts = partsOf(parsed);
  if (!parts.some(isBlobPart)) return entry;
  const filled = await Promise.all(parts.map(async (part) => {
    if (!isBlobPart(part)) return part;
    const { blob, ...rest } = part;
    return { ...rest, data: encodeBase64(await readBlob(store, id, blob)) };
  }));
  const [version, event] = parsed;
  return { ...entry, body: JSON.stringify([version, { ...event, parts: filled }]) };
}

/**
 * Reads the blobs to which bodies of entries refer.
 *
 * @throws {SessionDamagedError} if a blob is missing or damaged.
 */
export async function readBlobs(
  store: Store,
  id: string,
  bodies: readonly string[],
): Promise<readonly StoredBlob[]> {
  const parts = bodies.flatMap((body) => partsOf(JSON.parse(body))).filter(isBlobPart);
  const hashes = new Set(parts.map(({ blob }) => blob));
  return await Promise.all(
    [...hashes].map(async (hash) => ({ hash, data: await readBlob(store, id, hash) })),
  );
}

async function readBlob(store: Store, id: string, hash: string): Promise<Uint8Array> {
  const data = await store.readBlob?.(id, hash);
  if (data !== undefined && sha256(data) === hash) return data;
  const damage = data === undefined ? "is missing" : "was changed";
  throw makeDamagedError(id, `the blob "${hash}" of an entry ${damage}: expected its bytes`);
}

/** Returns the parts of an event in an entry, which may come from anywhere. */
function partsOf(parsed: unknown): readonly unknown[] {
  const event: unknown = Array.isArray(parsed) ? parsed[1] : undefined;
  const parts = typeof event === "object" && event !== null && "parts" in event ? event.parts : [];
  return Array.isArray(parts) ? parts : [];
}

function isBlobPart(part: unknown): part is BlobPart {
  return typeof part === "object" && part !== null && "blob" in part &&
    typeof part.blob === "string";
}
