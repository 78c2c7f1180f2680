/**
 * What SQLite says when it fails, and what that means. Deno's `node:sqlite` gives
 * no code that tells failures apart, so the messages do: they are those of
 * `sqlite3_errstr()`, https://www.sqlite.org/c3ref/errcode.html.
 *
 * @module
 */
import { AgentError, quote, reasonOf } from "../../errors.ts";
import { StoreError } from "../store_errors.ts";

/** The beginnings of the messages, by the kind of failure. */
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

/** The problem, and what was expected, by the kind of failure. */
const PROBLEMS: Readonly<Record<string, string>> = {
  busy: "somebody else was writing it all the time: expected it to be free",
  full: "the database or the disk is full: expected free space",
  "read-only": "it may only be read, or was moved or deleted: expected a file that can be written",
  io: "the file system failed: expected it to read and write",
  damaged: "the file is damaged: expected it as it was written; restore a backup",
  "no database": "the file is something else: expected a SQLite database, or no file",
  "not opened": "it cannot be opened: expected a file, or none yet, in a folder that is there",
  "not permitted": "it is not permitted: expected --allow-read and --allow-write for the file",
  "too big": "a text is too long: expected less than 1,000,000,000 bytes",
};

/** Values of a row that cannot be as they were written. */
export class DamagedRowError extends Error {
  /** Makes the error from the column and what it holds. */
  constructor(column: string, value: unknown) {
    super(`database disk image is malformed: column "${column}" is ${quote(value)}`);
  }
}

/** The kind of failure that was thrown, for example `"busy"`; `"other"` for one that is unknown. */
export function failureKind(thrown: unknown): string {
  if (thrown instanceof AgentError) return "other";
  const message = reasonOf(thrown);
  return Object.keys(MESSAGES).find((kind) => MESSAGES[kind]!.test(message)) ?? "other";
}

/**
 * The error of the store for what was thrown; one that is such an error already stays as it is.
 *
 * @param doing What could not be done, for example `append to session "a"`.
 * @param file The file of the store.
 * @param isUnknown True if it may have been done all the same.
 */
export function storeErrorOf(
  thrown: unknown,
  doing: string,
  file: string,
  isUnknown = false,
): AgentError {
  if (thrown instanceof AgentError) return thrown;
  const kind = failureKind(thrown);
  const problem = PROBLEMS[kind] ?? `${reasonOf(thrown)}: expected no failure`;
  return new StoreError(`Cannot ${doing} in ${quote(file)}: ${problem}`, {
    cause: thrown,
    isRetryable: kind === "busy" || kind === "full",
    isUnknown,
  });
}
