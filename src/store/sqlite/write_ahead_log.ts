/**
 * Detection of damage in a write-ahead log, before SQLite opens it.
 *
 * SQLite treats a frame with a wrong checksum as the end of the log, and silently drops
 * that frame and all later ones. This is right after a power loss, when only the last
 * transaction, which was never confirmed, can be incomplete. A wrong checksum before
 * later commits is damage, because each transaction is flushed before the next begins.
 * Damage within the last transaction, or in the commit frame before it, cannot be
 * distinguished from a power loss.
 *
 * The format: https://www.sqlite.org/fileformat2.html#the_write_ahead_log
 *
 * @module
 */
import { readFile } from "node:fs/promises";
import { quote } from "../../errors.ts";
import { StoreError } from "../store_errors.ts";

const HEADER_SIZE = 32;
const FRAME_HEADER_SIZE = 24;
/** First word of a log. If its last bit is set, checksums are computed from big-endian words. */
const MAGIC = 0x377f0682;

/** Result of examining a log. */
interface LogFinding {
  /** Number of intact frames at the beginning. */
  readonly intactFrames: number;
  /** Salt of the log, which differs from that of earlier and later logs in the same file. */
  readonly salt: string;
  readonly isDamaged: boolean;
}

/**
 * Validates the write-ahead log beside a database file. Does nothing if there is none or
 * it cannot be read.
 *
 * @throws {StoreError} if the log is damaged.
 */
export async function checkWriteAheadLog(path: string): Promise<void> {
  let before: LogFinding | undefined;
  for (;;) {
    // Ignored: the log may not exist, or only SQLite may have permission to read it.
    const bytes = await readFile(`${path}-wal`).catch(() => undefined);
    const finding = bytes && examineLog(bytes);
    if (!finding?.isDamaged) return;
    // Read again until two results agree, because another process may write during a read.
    if (before?.intactFrames === finding.intactFrames && before.salt === finding.salt) break;
    before = finding;
  }
  throw new StoreError(
    `Cannot open the store in ${quote(path)}: its write-ahead log is damaged at frame ` +
      `${before.intactFrames + 1}, and later transactions would be lost: expected it as it was ` +
      'written; restore a backup, or delete the file that ends in "-wal" and lose all ' +
      "transactions in it",
  );
}

/** Looks for damaged frames that precede later committed transactions. */
export function examineLog(bytes: Uint8Array): LogFinding {
  const none = { intactFrames: 0, salt: "", isDamaged: false };
  if (bytes.length < HEADER_SIZE) return none;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const isLittleEndian = (view.getUint32(0) & 1) === 0;
  if (((view.getUint32(0) & ~1) >>> 0) !== MAGIC) return none;
  const pageSize = view.getUint32(8);
  if (pageSize < 512 || pageSize > 65_536) return none;
  const size = FRAME_HEADER_SIZE + pageSize;
  const frames = Math.floor((bytes.length - HEADER_SIZE) / size);
  const readSalt = (at: number) => `${view.getUint32(at)} ${view.getUint32(at + 4)}`;
  const salt = readSalt(16);

  /** Computes the checksum of a frame from that of the frame before it. */
  const computeFrameChecksum = (at: number, before: Checksum) => {
    const head = updateChecksum(view, at, 8, before, isLittleEndian);
    return updateChecksum(view, at + FRAME_HEADER_SIZE, pageSize, head, isLittleEndian);
  };
  const first = HEADER_SIZE;
  const storedSum: Checksum = [view.getUint32(24), view.getUint32(28)];
  let sum = updateChecksum(view, 0, 24, [0, 0], isLittleEndian);
  if (!hasChecksum(view, 24, sum)) {
    // The header is damaged, not merely incomplete, if the first frame continues its checksum.
    const isDamaged = frames > 0 &&
      [sum, storedSum].some((before) =>
        hasChecksum(view, first + 16, computeFrameChecksum(first, before))
      );
    return { intactFrames: 0, salt, isDamaged };
  }
  let intactFrames = 0;
  for (; intactFrames < frames; intactFrames++) {
    const at = first + intactFrames * size;
    sum = computeFrameChecksum(at, sum);
    if (readSalt(at + 8) !== salt || !hasChecksum(view, at + 16, sum)) break;
  }
  // Frames left over from an older log have another salt.
  let commits = 0;
  for (let frame = intactFrames; frame < frames; frame++) {
    const at = first + frame * size;
    if (view.getUint32(at + 4) !== 0 && readSalt(at + 8) === salt) commits++;
  }
  return { intactFrames, salt, isDamaged: commits >= 2 };
}

type Checksum = readonly [number, number];

function updateChecksum(
  view: DataView,
  at: number,
  length: number,
  [first, second]: Checksum,
  isLittleEndian: boolean,
): Checksum {
  const end = at + length;
  for (; at < end; at += 8) {
    first = first + view.getUint32(at, isLittleEndian) + second >>> 0;
    second = second + view.getUint32(at + 4, isLittleEndian) + first >>> 0;
  }
  return [first, second];
}

function hasChecksum(view: DataView, at: number, [first, second]: Checksum): boolean {
  return view.getUint32(at) === first && view.getUint32(at + 4) === second;
}
