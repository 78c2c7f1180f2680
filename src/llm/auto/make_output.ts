/**
 * Outputs that a request accepts.
 *
 * @module
 */
import { quote } from "../../errors.ts";
import type { JsonSchema } from "../../json/json.ts";
import type { Random } from "../../random.ts";
import type { LLMRequest } from "../llm.ts";
import { MockLLMError } from "../mock_llm_error.ts";
import { sampleValue } from "./sample_value.ts";

/** Parts of an output, one of which a request may accept. */
export interface Making {
  /** What is played, for a message. */
  readonly what: string;
  /** What would help, for a message. */
  readonly remedy: string;
  /** The parts to try, one after the other. */
  readonly parts: Iterable<unknown>;
  /** Returns the output around a part. */
  readonly wrap: (part: unknown) => unknown;
}

/** Number of values that are tried of a schema. */
const CANDIDATES = 20;

/**
 * Yields values of a schema, simplest first; `root` has the definitions. A text
 * of which nothing more is said is the sentence first.
 */
export function* candidates(
  schema: JsonSchema | undefined,
  random: Random,
  root: JsonSchema,
  sentence?: string,
): Generator<unknown, void> {
  if (schema === undefined) return;
  const isPlainText = schema.type === "string" && Object.keys(schema).length === 1;
  if (isPlainText && sentence !== undefined) yield sentence;
  for (let size = 0; size < CANDIDATES; size++) {
    const value = sampleValue(schema, random, size, root);
    if (value !== undefined) yield value;
  }
}

/**
 * Returns the first output that the request accepts.
 *
 * @throws {MockLLMError} if it accepts none.
 */
export async function makeOutput(
  request: LLMRequest,
  { what, remedy, parts, wrap }: Making,
): Promise<unknown> {
  let refusal = "its schema has no value";
  for (const part of parts) {
    const output = wrap(part);
    const result = await request.validate(output);
    if (result.success) return output;
    const { path, message } = result.problem;
    refusal = `${textOf(part)} is refused${path === "" ? "" : ` at ${path}`}: ${message}`;
  }
  throw new MockLLMError(`Cannot play ${what}: ${refusal}: ${remedy}`);
}

/** Maximum number of characters that a message shows of a refused value. */
const SHOWN = 200;

/** A sample may be anything, also what has no JSON. */
function textOf(part: unknown): string {
  let text: string;
  try {
    text = JSON.stringify(part) ?? String(part);
  } catch {
    text = quote(part);
  }
  return text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text;
}
