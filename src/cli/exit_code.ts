/**
 * Exit codes of `nomos`, and the errors that lead to them.
 *
 * @module
 */
import { RunError } from "../errors.ts";

/** Exit codes. */
export const EXIT = {
  /** Success. */
  yes: 0,
  /** Negative result: invalid, failed, missing or worse. */
  no: 1,
  /** Command line that cannot be understood. */
  usage: 2,
  /** No answer, because a model, the network or a store failed. */
  noAnswer: 3,
  /** Stopped by Ctrl-C. */
  interrupted: 130,
} as const;

/** Failure of a command, with its exit code. The message is for the user, without a stack. */
export class CommandError extends Error {
  /** Stable identifier, for programs that read `--json`. */
  readonly code: string;
  /** Exit code. */
  readonly exitCode: number;
  /** Additional fields of the JSON document. */
  readonly details: Readonly<Record<string, unknown>>;

  /** Creates the error. */
  constructor(
    message: string,
    { code = "COMMAND_FAILED", exitCode = EXIT.no, details = {}, cause }: {
      readonly code?: string;
      readonly exitCode?: number;
      readonly details?: Readonly<Record<string, unknown>>;
      readonly cause?: unknown;
    } = {},
  ) {
    super(message, { cause });
    this.code = code;
    this.exitCode = exitCode;
    this.details = details;
  }
}

/** Returns the exit code of an error that a command threw. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof CommandError) return error.exitCode;
  return error instanceof RunError ? EXIT.noAnswer : EXIT.no;
}
