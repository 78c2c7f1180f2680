/**
 * What a tool gave, as the text that the model sees and the log keeps.
 *
 * @module
 */
import { reasonOf, ToolResultError } from "../errors.ts";

/**
 * Text as it is, everything else as JSON. A big integer, a date, a map, a set,
 * an error and a number that JSON lacks have a text form; `undefined` is null.
 * What is longer than `maxChars` is cut, and says so.
 *
 * @throws {ToolResultError} for a function, a symbol, a cycle, or a value whose own code throws.
 */
export function resultText(result: unknown, maxChars: number): string {
  const text = typeof result === "string" ? result : toJson(result);
  if (text.length <= maxChars) return text;
  // A pair of surrogates is one character: it is not cut in two.
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
      `Cannot show the result to the model: ${reason}: expected text or JSON`,
      { cause },
    );
  }
  throw new ToolResultError(
    `Cannot show the result to the model: it is a ${typeof result}: expected text or JSON`,
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
      throw new TypeError(`it holds a ${typeof value}`);
    case "object":
      if (value instanceof Map) return [...value];
      if (value instanceof Set) return [...value];
      if (value instanceof Error) return value.message;
  }
  return value;
}
