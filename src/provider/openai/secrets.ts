/**
 * Redaction of secrets in error messages and causes.
 *
 * @module
 */
import { reasonOf } from "../../errors.ts";
import { asRecord } from "../untrusted_values.ts";

/** Replaces the secrets of a request in a text with `[redacted]`. */
export type Redactor = (text: string) => string;

/** Minimum length of a secret. Shorter keys are placeholders for local servers, such as "x". */
const MIN_LENGTH = 4;

/** Creates a redactor for these secrets. */
export function createRedactor(secrets: readonly string[]): Redactor {
  const known = secrets.filter(({ length }) => length >= MIN_LENGTH);
  // Longest first, because one secret may contain another.
  known.sort((a, b) => b.length - a.length);
  return (text) => known.reduce((rest, secret) => rest.replaceAll(secret, "[redacted]"), text);
}

/** Maximum depth to which causes are followed. */
const MAX_CAUSES = 5;

/**
 * Copies an error and its causes as redacted text, because the thrown error may reference
 * the request with its headers.
 */
export function redactError(thrown: unknown, redact: Redactor, depth = 0): Error {
  const { name, code, stack, cause } = asRecord(thrown);
  const isLast = cause === undefined || depth === MAX_CAUSES;
  const copy = new Error(
    redact(reasonOf(thrown)),
    isLast ? undefined : { cause: redactError(cause, redact, depth + 1) },
  );
  if (typeof name === "string") copy.name = redact(name);
  if (typeof stack === "string") copy.stack = redact(stack);
  return typeof code === "string" ? Object.assign(copy, { code: redact(code) }) : copy;
}

/** Joins the messages of an error and its causes, without repetitions. */
export function joinReasons(error: Error): string {
  const reasons: string[] = [];
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) {
    const { message } = cause;
    if (!reasons.some((reason) => reason.includes(message))) reasons.push(message);
  }
  return reasons.join(": ");
}
