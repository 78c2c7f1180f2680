/**
 * Serialization of a tool's result, for the model and the log.
 *
 * @module
 */
import { quote, reasonOf, ToolResultError } from "../errors.ts";

/**
 * Serializes a result: text as it is, everything else as JSON. A big integer, a date, an
 * error and a number that JSON lacks become text, a map and a set become lists, and
 * `undefined` becomes null. Longer results are cut to `maxChars`, with a note about it.
 *
 * @throws {ToolResultError} for a function, a symbol, a cycle, or a value whose own code throws.
 */
export function resultText(result: unknown, maxChars: number): string {
  const text = typeof result === "string" ? result : toJson(result);
  if (text.length <= maxChars) return text;
  // A surrogate pair is not split.
  const isPair = /[\ud800-\udbff]/.test(text[maxChars - 1]!);
  const end = isPair ? maxChars - 1 : maxChars;
  return `${text.slice(0, end)}\n[cut: ${end} of ${text.length} characters]`;
}

function toJson(result: unknown): string {
  if (result === undefined) return "null";
  try {
    const text = JSON.stringify(result, replace);
    if (text !== undefined) return text;
  } catch (cause) {
    const [reason] = reasonOf(cause).split("\n");
    throw new ToolResultError(
      `Cannot serialize the result of a tool: ${reason}: expected text or JSON`,
      { cause },
    );
  }
  throw new ToolResultError(
    `Cannot serialize the result of a tool: it is ${quote(result)}: expected text or JSON`,
  );
}

function replace(_key: string, value: unknown): unknown {
  switch (typeof value) {
    case "bigint":
      return `${value}`;
    case "number":
      return Number.isFinite(value) ? value : `${value}`;
    case "function":
    case "symbol":
      throw new TypeError(`it contains a ${typeof value}`);
    case "object":
      if (value instanceof Map) return [...value];
      if (value instanceof Set) return [...value];
      if (value instanceof Error) return value.message;
  }
  return value;
}
