/**
 * The size of a model's output, and its text in the log.
 *
 * @module
 */
import { quote } from "../errors.ts";
import { LLMLengthError } from "../llm/llm_errors.ts";
import { readUsage } from "../llm/usage.ts";
import { writeJson } from "../tool/json_writer.ts";
import { cutText } from "../tool/result_text.ts";
import type { LiveSession } from "./live_session.ts";

/** Returns true if an output is longer than a maximum. Reads no more than that of it. */
export function isTooLong(output: unknown, maxChars: number): boolean {
  if (typeof output === "string") return output.length > maxChars;
  const written = writeJson(output, maxChars);
  return !(written instanceof Promise) && !written.isWhole;
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
