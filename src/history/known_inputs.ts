/**
 * Inputs of a session that are known by their ids, as a text of bounded length.
 *
 * @module
 */

/** Number of inputs that are known, the latest. */
const KNOWN_INPUTS = 1_000;

/** Lengths of a hash and of a sequence number, in base 36. */
const [HASH_LENGTH, SEQ_LENGTH] = [11, 7];
const LENGTH = HASH_LENGTH + SEQ_LENGTH;

/** Adds an input to those that are known. */
export function addInput(known: string, inputId: string, seq: number): string {
  const added = known + hash(inputId) + seq.toString(36).padStart(SEQ_LENGTH, "0");
  return added.slice(-LENGTH * KNOWN_INPUTS);
}

/**
 * Lists the sequence numbers of inputs that may have an id, the latest first. Hashes of different
 * ids may be equal, so the caller compares the ids.
 */
export function* findInputs(known: string, inputId: string): Generator<number> {
  const wanted = hash(inputId);
  for (let at = known.length - LENGTH; at >= 0; at -= LENGTH) {
    if (!known.startsWith(wanted, at)) continue;
    yield Number.parseInt(known.slice(at + HASH_LENGTH, at + LENGTH), 36);
  }
}

/** Returns a hash of 53 bits, in base 36: FNV-1a, and a second hash that depends on it. */
function hash(text: string): string {
  let [high, low] = [0x811c9dc5, 0x9747b28c];
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    high = Math.imul(high ^ unit, 0x01000193);
    low = Math.imul(low ^ unit ^ (high >>> 15), 0x85ebca6b);
  }
  const value = (high >>> 11) * 2 ** 32 + (low >>> 0);
  return value.toString(36).padStart(HASH_LENGTH, "0");
}
