/**
 * A look into the write-ahead log of a database before SQLite has one.
 *
 * SQLite takes a frame of the log with a wrong checksum for the end of what was
 * committed, and drops it and all behind it without a word. After a loss of power
 * that is right: the last transaction was never confirmed. But one that others
 * were committed behind was on the disk, for each is flushed before the next
 * begins: what is wrong with it is damage. Where that is the last transaction, or
 * the mark at the end of the one before, the two cannot be told apart.
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
/** The first word of a log; its last bit says that checksums are of big-endian words. */
const MAGIC = 0x377f0682;

/** What is found in a log. */
interface Finding {
  /** How many frames are as they were written. */
  readonly whole: number;
  /** What tells this log from the next one in the same file. */
  readonly salt: string;
  readonly isDamaged: boolean;
}

/**
 * Makes sure that nothing was lost from the write-ahead log beside a database
 * file. There may be none, or none that may be read.
 *
 * @throws {StoreError} if it is damaged.
 */
export async function checkWriteAheadLog(path: string): Promise<void> {
  let before: Finding | undefined;
  for (;;) {
    // If there is none, or it may not be read, SQLite, which can do it all the same, will tell.
    const bytes = await readFile(`${path}-wal`).catch(() => undefined);
    const finding = bytes && examineLog(bytes);
    if (!finding?.isDamaged) return;
    // Somebody may have written while it was read: what they wrote is there the next time.
    if (before?.whole === finding.whole && before.salt === finding.salt) break;
    before = finding;
  }
  throw new StoreError(
    `Cannot open the store in ${quote(path)}: the write-ahead log beside it is damaged at frame ` +
      `${before.whole + 1}, and transactions behind it would be lost: expected it as it was ` +
      'written; restore a backup, or delete the file that ends in "-wal" to do without them',
  );
}

/** Looks for damage that others were committed behind. */
export function examineLog(bytes: Uint8Array): Finding {
  const none = { whole: 0, salt: "", isDamaged: false };
  if (bytes.length < HEADER_SIZE) return none;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const isLittleEndian = (view.getUint32(0) & 1) === 0;
  if (((view.getUint32(0) & ~1) >>> 0) !== MAGIC) return none;
  const pageSize = view.getUint32(8);
  if (pageSize < 512 || pageSize > 65_536) return none;
  const size = FRAME_HEADER_SIZE + pageSize;
  const frames = Math.floor((bytes.length - HEADER_SIZE) / size);
  const saltOf = (at: number) => `${view.getUint32(at)} ${view.getUint32(at + 4)}`;
  const salt = saltOf(16);

  /** What the checksum of a frame must be, by the one before it. */
  const sumOf = (at: number, before: Checksum) => {
    const head = checksum(view, at, 8, before, isLittleEndian);
    return checksum(view, at + FRAME_HEADER_SIZE, pageSize, head, isLittleEndian);
  };
  const first = HEADER_SIZE;
  const noted: Checksum = [view.getUint32(24), view.getUint32(28)];
  let sum = checksum(view, 0, 24, [0, 0], isLittleEndian);
  if (!isSum(view, 24, sum)) {
    // Frames that follow on it were written when it was whole.
    const isDamaged = frames > 0 &&
      [sum, noted].some((before) => isSum(view, first + 16, sumOf(first, before)));
    return { whole: 0, salt, isDamaged };
  }
  let whole = 0;
  for (; whole < frames; whole++) {
    const at = first + whole * size;
    sum = sumOf(at, sum);
    if (saltOf(at + 8) !== salt || !isSum(view, at + 16, sum)) break;
  }
  // Frames of an older log, which this one has not written over yet, have another salt.
  let commits = 0;
  for (let frame = whole; frame < frames; frame++) {
    const at = first + frame * size;
    if (view.getUint32(at + 4) !== 0 && saltOf(at + 8) === salt) commits++;
  }
  return { whole, salt, isDamaged: commits >= 2 };
}

type Checksum = readonly [number, number];

function checksum(
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

function isSum(view: DataView, at: number, [first, second]: Checksum): boolean {
  return view.getUint32(at) === first && view.getUint32(at + 4) === second;
}
