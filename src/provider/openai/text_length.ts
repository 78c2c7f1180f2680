/**
 * The length of what a model writes, without the protocol around it.
 *
 * @module
 */
import { asArray, asRecord } from "../untrusted_values.ts";

/**
 * Returns the number of characters of the texts in an event of a stream: content, reasoning, refusal
 * and arguments. A server may send thousands of characters around each of them.
 */
export function readTextLength(event: unknown): number {
  const { delta } = asRecord(asArray(asRecord(event).choices)[0]);
  const { role: _, ...texts } = asRecord(delta);
  return countChars(texts);
}

function countChars(value: unknown): number {
  if (typeof value === "string") return value.length;
  if (typeof value !== "object" || value === null) return 0;
  return Object.values(value).reduce<number>((sum, inner) => sum + countChars(inner), 0);
}
