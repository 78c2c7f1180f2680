/**
 * The size of a model's output, and its text in the log.
 *
 * @module
 */
import { quote } from "../../errors.ts";
import { LLMLengthError } from "../../llm/llm_failures.ts";
import { readUsage } from "../../llm/usage.ts";
import { writeJson } from "../../tool/json_writer.ts";
import { cutText } from "../../tool/result_text.ts";
import type { LiveSession } from "../live_session.ts";

/** Number of levels of nesting that no legal output has; a cycle has more. */
const MAX_DEPTH = 1000;

/**
 * Returns true if an output is longer than a maximum. Of a parsed output, texts and names are
 * counted, and no more than the maximum is read.
 */
export function isTooLong(output: unknown, maxChars: number): boolean {
  if (typeof output === "string") return output.length > maxChars;
  try {
    return countUpTo(output, maxChars, 0) > maxChars;
  } catch {
    // A value that throws when it is read is refused when it is validated.
    return false;
  }
}

/** Counts the characters of a value, and stops at a maximum. */
function countUpTo(value: unknown, maxChars: number, depth: number): number {
  if (typeof value === "string") return value.length;
  if (typeof value !== "object" || value === null || depth > MAX_DEPTH) return 1;
  // The commas of a list count, and its length is known before it is read.
  let chars = Array.isArray(value) ? value.length : 1;
  if (chars > maxChars) return chars;
  for (const name of Object.keys(value)) {
    if (chars > maxChars) break;
    const member: unknown = (value as Readonly<Record<string, unknown>>)[name];
    chars += name.length + countUpTo(member, maxChars - chars, depth + 1);
  }
  return chars;
}

/** Creates the error of an output that is longer than `maxOutputChars`. */
export function createLengthError(
  { id, step, agent }: LiveSession,
  usage?: unknown,
): LLMLengthError {
  return new LLMLengthError(
    `Cannot decide in step ${quote(step.id)} of session ${
      quote(id)
    }: ${step.llm.name}: its output ` +
      `is longer than ${agent.maxOutputChars} characters, and was not read: call resume() to ask ` +
      'again, or set the option "maxOutputChars" of the agent',
    { usage: readUsage(usage) },
  );
}

/** Maximum length of a refused output in the log, in characters. */
const MAX_OUTPUT = 2000;

/** Returns a refused output as text, for the log. */
export function renderOutput(output: unknown): string {
  const text = typeof output === "string" ? output : toJson(output);
  return text === undefined
    ? `a value that is not JSON (${typeof output})`
    : cutText(text, MAX_OUTPUT);
}

/** Serializes a parsed output, which is not longer than `maxOutputChars`; undefined if it cannot. */
function toJson(output: unknown): string | undefined {
  const written = writeJson(output, Infinity);
  return written instanceof Promise ? undefined : written.json;
}
