/**
 * Answers that a server puts into the field of the reasoning.
 *
 * @module
 */
import { parseOutput } from "../decision/output.ts";
import { quote } from "../errors.ts";
import { isPlainObject } from "../json/json.ts";
import type { LLMRequest, LLMResult } from "../llm/llm.ts";

/**
 * Reads an answer whose content is blank. vLLM and LM Studio put the constrained JSON of some models
 * into the reasoning. It is the answer only if all of the field is one legal output: anything
 * else may be a thought that the model dismissed.
 *
 * @param content The content, empty or of white space.
 * @param fields Texts of the reasoning, by field name.
 * @param mayRead True if nothing else explains the missing content: the model stopped by
 *   itself, called nothing, and was constrained by a schema.
 */
export async function readMisplacedAnswer(
  content: string,
  fields: Readonly<Record<string, string>>,
  mayRead: boolean,
  validate: LLMRequest["validate"],
): Promise<Pick<LLMResult, "output" | "remark">> {
  const names = Object.keys(fields).filter((name) => fields[name]!.trim() !== "");
  if (names.length === 0) return { output: content };
  const [text, ...others] = new Set(names.map((name) => fields[name]!));
  if (mayRead && others.length === 0 && isBareObject(text!) && (await validate(text)).success) {
    return { output: text };
  }
  const where = names.map(quote).join(" and ");
  return { output: content, remark: `the content is empty, but there is text in ${where}` };
}

/** Returns true if a text is one JSON object without a wrapping. */
function isBareObject(text: string): boolean {
  const parsed = parseOutput(text);
  return parsed.success && parsed.unwrapped === undefined && isPlainObject(parsed.value);
}
