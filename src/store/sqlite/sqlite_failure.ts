/**
 * What SQLite says when it fails, and what that means. Deno's `node:sqlite` gives
 * no code that tells failures apart, so the messages do: they are those of
 * `sqlite3_errstr()`, https://www.sqlite.org/c3ref/errcode.html.
 *
 * @module
 */
import { AgentError, quote, reasonOf } from "../../errors.ts";
import { StoreError } from "../store_errors.ts";

/** The kinds of failure. */
export type FailureKind =
  | "busy"
  | "full"
  | "read-only"
  | "io"
  | "damaged"
  | "no database"
  | "not opened"
  | "not permitted"
  | "too big"
  | "other";

interface Failure {
  readonly kind: FailureKind;
  /** How the message begins. */
  readonly says: RegExp;
  /** What is wrong, and what was expected. */
  readonly problem: string;
  /** Whether the same may succeed later. */
  readonly isRetryable?: boolean;
}

const FAILURES: readonly Failure[] = [
  {
    kind: "busy",
    says: /^database (?:table |schema )?is locked/,
    problem: "somebody else was writing it all the time: expected it to be free",
    isRetryable: true,
  },
  {
    kind: "full",
    says: /^database or disk is full/,
    problem: "the database or the disk is full: expected free space",
    isRetryable: true,
  },
  {
    kind: "read-only",
    says: /^attempt to write a readonly database/,
    problem: "it may only be read, or was moved or deleted: expected a file that can be written",
  },
  {
    kind: "io",
    says: /^(?:disk I\/O error|locking protocol)/,
    problem: "the file system failed: expected it to read and write",
  },
  {
    kind: "damaged",
    says: /^(?:database disk image is malformed|malformed database schema|Value is too large)/,
    problem: "the file is damaged: expected it as it was written; restore a backup",
  },
  {
    kind: "no database",
    says: /^file is not a database/,
    problem: "the file is something else: expected a SQLite database, or no file",
  },
  {
    kind: "not opened",
    says: /^unable to open database/,
    problem: "it cannot be opened: expected a file, or none yet, in a folder that is there",
  },
  {
    kind: "not permitted",
    says: /^Requires (?:read|write) access/,
    problem: "it is not permitted: expected --allow-read and --allow-write for the file",
  },
  {
    kind: "too big",
    says: /^string or blob too big/,
    problem: "a text is too long: expected less than 1,000,000,000 bytes",
  },
];

const OTHER: Failure = { kind: "other", says: /(?:)/, problem: "" };

/** Values of a row that cannot be as they were written. */
export class DamagedRowError extends Error {
  /** Makes the error from the column and what it holds. */
  constructor(column: string, value: unknown) {
    super(`database disk image is malformed: column "${column}" is ${quote(value)}`);
  }
}

/** What kind of failure was thrown. */
export function failureKind(thrown: unknown): FailureKind {
  return failureOf(thrown).kind;
}

/**
 * The error of the store for what was thrown; one that is such an error already stays as it is.
 *
 * @param doing What could not be done, for example `append to session "a"`.
 * @param file The file of the store.
 * @param isUnknown Whether it may have been done all the same.
 */
export function storeErrorOf(
  thrown: unknown,
  doing: string,
  file: string,
  isUnknown = false,
): AgentError {
  if (thrown instanceof AgentError) return thrown;
  const { kind, problem, isRetryable = false } = failureOf(thrown);
  const reason = kind === "other" ? `${reasonOf(thrown)}: expected no failure` : problem;
  return new StoreError(`Cannot ${doing} in ${quote(file)}: ${reason}`, {
    cause: thrown,
    isRetryable,
    isUnknown,
  });
}

function failureOf(thrown: unknown): Failure {
  if (thrown instanceof AgentError) return OTHER;
  const message = reasonOf(thrown);
  return FAILURES.find(({ says }) => says.test(message)) ?? OTHER;
}
