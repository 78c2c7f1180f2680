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
  /** Stopped by SIGTERM. */
  terminated: 143,
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

/** Codes of failures of models, the network and stores, in any copy of this package. */
const NO_ANSWER =
  /^(?:LLM_\w+|MOCK_LLM|API_KEY_MISSING|STORE_(?:BUSY|FAILED|VERSION)|SESSION_(?:BUSY|DAMAGED)|LEASE_LOST|CONFLICT)$/;

/** Returns the stable code of an error, of any copy of this package; undefined if it has none. */
export function codeOf(error: unknown): string | undefined {
  const { code } = Object(error) as { readonly code?: unknown };
  return typeof code === "string" ? code : undefined;
}

/** Command line that cannot be understood. */
export class UsageError extends CommandError {
  /** Creates the error. */
  constructor(message: string, cause?: unknown) {
    super(message, { code: "USAGE", exitCode: EXIT.usage, cause });
  }
}

/** Returns the exit code of an error that a command threw. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof CommandError) return error.exitCode;
  const isFailure = error instanceof RunError || NO_ANSWER.test(codeOf(error) ?? "");
  return isFailure ? EXIT.noAnswer : EXIT.no;
}
