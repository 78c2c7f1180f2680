/**
 * Labels of sessions.
 *
 * @module
 */
import { ConfigError, quote } from "../errors.ts";

const MAX_LABELS = 16;
const MAX_LENGTH = 100;

/**
 * Validates labels, and returns them sorted and each once.
 *
 * @param what Start of the message: `Cannot open session "s"`.
 * @throws {ConfigError} if there are too many, or one is not a label.
 */
export function readLabels(labels: unknown, what: string): readonly string[] {
  if (!Array.isArray(labels)) {
    throw new ConfigError(`${what}: its labels are ${quote(labels)}: expected a list of texts`);
  }
  for (const label of labels) {
    if (isLabel(label)) continue;
    throw new ConfigError(
      `${what} with label ${quote(label)}: expected 1 to ${MAX_LENGTH} characters without NUL or ` +
        "lone surrogates",
    );
  }
  const unique = [...new Set(labels)].sort();
  if (unique.length <= MAX_LABELS) return unique;
  throw new ConfigError(
    `${what} with ${unique.length} labels: expected at most ${MAX_LABELS}`,
  );
}

/** Returns true for text that every store can keep. */
export function isLabel(label: unknown): boolean {
  return typeof label === "string" && label.length >= 1 && label.length <= MAX_LENGTH &&
    !label.includes("\0") && label.isWellFormed();
}

/** Returns true if two sorted lists are equal. */
export function areSameLabels(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((label, place) => label === b[place]);
}
