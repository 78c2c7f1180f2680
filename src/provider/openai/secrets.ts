/**
 * Keeping keys out of what is told.
 *
 * @module
 */
import { reasonOf } from "../../errors.ts";

/** Takes the secrets of a request out of a text. */
export type Redact = (text: string) => string;

/** Keys shorter than this are none: servers on one's own machine take any text for a key. */
const MIN_LENGTH = 4;

/** Makes what takes these secrets out of texts. */
export function makeRedact(secrets: readonly string[]): Redact {
  const known = secrets.filter(({ length }) => length >= MIN_LENGTH);
  // One secret may contain another.
  known.sort((a, b) => b.length - a.length);
  return (text) => known.reduce((rest, secret) => rest.replaceAll(secret, "[redacted]"), text);
}

/** How far the causes of an error are followed. */
const MAX_CAUSES = 5;

/**
 * An error as texts, with its causes and without secrets. The one that was
 * thrown may hold the request, with its headers.
 */
export function copyError(thrown: unknown, redact: Redact, depth = 0): Error {
  const { name, code, stack, cause } =
    (typeof thrown === "object" && thrown !== null ? thrown : {}) as {
      [field in "name" | "code" | "stack" | "cause"]?: unknown;
    };
  const isLast = cause === undefined || depth === MAX_CAUSES;
  const copy = new Error(
    redact(reasonOf(thrown)),
    isLast ? undefined : { cause: copyError(cause, redact, depth + 1) },
  );
  if (typeof name === "string") copy.name = redact(name);
  if (typeof stack === "string") copy.stack = redact(stack);
  return typeof code === "string" ? Object.assign(copy, { code: redact(code) }) : copy;
}

/** The reasons of an error and of its causes, each told once. */
export function reasonsOf(error: Error): string {
  const reasons: string[] = [];
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) {
    const { message } = cause;
    if (!reasons.some((reason) => reason.includes(message))) reasons.push(message);
  }
  return reasons.join(": ");
}
