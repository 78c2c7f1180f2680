/**
 * Classification of SQLite failures. Deno's `node:sqlite` has no error code per kind of
 * failure, so they are classified by their messages, which are those of
 * `sqlite3_errstr()`: https://www.sqlite.org/c3ref/errcode.html.
 *
 * @module
 */
import { AgentError, quote, reasonOf } from "../../errors.ts";
import { StoreError } from "../store_errors.ts";

/** Beginnings of SQLite's messages, by kind of failure. */
const MESSAGES: Readonly<Record<string, RegExp>> = {
  busy: /^database (?:table |schema )?is locked/,
  full: /^database or disk is full/,
  "read-only": /^attempt to write a readonly database/,
  io: /^(?:disk I\/O error|locking protocol)/,
  damaged: /^(?:database disk image is malformed|malformed database schema|Value is too large)/,
  "no database": /^file is not a database/,
  "not opened": /^unable to open database/,
  "not permitted": /^Requires (?:read|write) access/,
  "too big": /^string or blob too big/,
};

/** Our message, by kind of failure: the problem, the expectation and the way out. */
const PROBLEMS: Readonly<Record<string, string>> = {
  busy:
    "another connection kept it locked: expected it to become free; retry, or raise busyTimeout",
  full: "the database or the disk is full: expected free space",
  "read-only": "the file is read-only, or was moved or deleted: expected a writable file",
  io: "the file system failed to read, write or lock: expected it to work; check the disk",
  damaged: "the file is damaged: expected it as it was written; restore a backup",
  "no database": "the file is not a SQLite database: expected one, or a path without a file",
  "not opened":
    "the file cannot be opened: expected a readable file in an existing folder, or no file yet",
  "not permitted": "Deno denied access to the file: expected --allow-read and --allow-write for it",
  "too big": "a text is too long: expected less than 1,000,000,000 bytes",
};

/** Thrown if a column contains a value of the wrong type, which only damage can cause. */
export class DamagedRowError extends Error {
  /** Makes the error with a message that {@linkcode classifyFailure} classifies as `"damaged"`. */
  constructor(column: string, value: unknown) {
    super(`database disk image is malformed: column "${column}" is ${quote(value)}`);
  }
}

/**
 * Classifies a thrown failure, for example as `"busy"`; `"other"` if it is not a known one
 * of SQLite.
 */
export function classifyFailure(thrown: unknown): string {
  if (thrown instanceof AgentError) return "other";
  const message = reasonOf(thrown);
  return Object.keys(MESSAGES).find((kind) => MESSAGES[kind]!.test(message)) ?? "other";
}

/**
 * Wraps a thrown failure in a {@linkcode StoreError}. Errors of the framework are returned as
 * they are.
 *
 * @param action Action that failed, for example `append to session "a"`.
 * @param file File of the store.
 * @param isUnknown True if the write may have happened.
 */
export function toStoreError(
  thrown: unknown,
  action: string,
  file: string,
  isUnknown = false,
): AgentError {
  if (thrown instanceof AgentError) return thrown;
  const kind = classifyFailure(thrown);
  const problem = PROBLEMS[kind] ?? `${reasonOf(thrown)}: expected no failure`;
  return new StoreError(`Cannot ${action} in ${quote(file)}: ${problem}`, {
    cause: thrown,
    isRetryable: kind === "busy" || kind === "full",
    isUnknown,
  });
}
