/**
 * What every store refuses to be called with, so that all of them refuse alike.
 *
 * @module
 */
import { ConfigError, quote } from "../errors.ts";
import type { Append, EntryRange, ListPage } from "./store.ts";

/** The longest id of a session, in UTF-16 code units. */
export const MAX_ID_LENGTH = 1_000;
/** The longest page of a list. */
export const MAX_PAGE_LENGTH = 1_000;
/** The length of a page, where none is asked for. */
export const DEFAULT_PAGE_LENGTH = 100;

/**
 * Whether a session can have this id. NUL ends text in some databases, and a
 * lone surrogate becomes another character in them: two ids would be one.
 */
export function isSessionId(id: string): boolean {
  return id.length >= 1 && id.length <= MAX_ID_LENGTH && !id.includes("\0") && id.isWellFormed();
}

/**
 * Makes sure that a session can be created with this id.
 *
 * @throws {ConfigError} if it cannot.
 */
export function checkSessionId(id: string): void {
  if (typeof id === "string" && isSessionId(id)) return;
  throw new ConfigError(
    `Cannot create session ${quote(id)}: expected an id of 1 to ${MAX_ID_LENGTH} characters, ` +
      "without NUL and lone surrogates",
  );
}

/**
 * Makes sure that a lease can last so long.
 *
 * @throws {ConfigError} if `ttl` is no whole number from 1.
 */
export function checkTtl(ttl: number): void {
  if (Number.isSafeInteger(ttl) && ttl >= 1) return;
  throw new ConfigError(
    `Cannot lease a session for ${quote(ttl)} milliseconds: expected a whole number from 1`,
  );
}

/**
 * Makes sure that entries can be read so.
 *
 * @throws {ConfigError} if `from` is no whole number from 0, or `limit` none from 1.
 */
export function checkRange({ from, limit }: EntryRange): void {
  if (!Number.isSafeInteger(from) || from < 0) {
    throw new ConfigError(
      `Cannot read entries from ${quote(from)} on: expected a whole number from 0`,
    );
  }
  if (!Number.isSafeInteger(limit) || limit < 1) {
    throw new ConfigError(
      `Cannot read ${quote(limit)} entries at most: expected a whole number from 1`,
    );
  }
}

/**
 * Makes sure that entries are numbered from the head on.
 *
 * @throws {ConfigError} if there are none, or one has another number.
 */
export function checkAppend({ head, entries }: Append): void {
  if (entries.length === 0) {
    throw new ConfigError(`Cannot append at ${quote(head)}: expected at least one entry`);
  }
  for (const [index, { seq }] of entries.entries()) {
    if (Number.isSafeInteger(head) && seq === head + index) continue;
    throw new ConfigError(
      `Cannot append entry ${quote(seq)} at place ${index} from ${quote(head)} on: ` +
        `expected it to be numbered from the head on without gaps`,
    );
  }
}

/**
 * How many sessions a page may have.
 *
 * @throws {ConfigError} if `limit` is no whole number from 1 to 1,000.
 */
export function pageLength({ limit = DEFAULT_PAGE_LENGTH }: ListPage): number {
  if (Number.isSafeInteger(limit) && limit >= 1 && limit <= MAX_PAGE_LENGTH) return limit;
  throw new ConfigError(
    `Cannot list ${quote(limit)} sessions at most: ` +
      `expected a whole number from 1 to ${MAX_PAGE_LENGTH}`,
  );
}
