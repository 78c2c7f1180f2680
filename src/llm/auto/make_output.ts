/**
 * Search for an output that a request accepts.
 *
 * @module
 */
import { quote } from "../../errors.ts";
import type { JsonSchema } from "../../json/json.ts";
import type { Random } from "../../random.ts";
import type { LLMRequest } from "../llm.ts";
import { MockLLMError } from "../mock_llm_error.ts";
import { sampleValue } from "./sample_value.ts";

/** Candidates for the variable part of an output. */
export interface OutputCandidates {
  /** Description of the output, for error messages. */
  readonly what: string;
  /** Way out, for error messages. */
  readonly remedy: string;
  /** Candidates, in the order in which they are tried. */
  readonly parts: Iterable<unknown>;
  /** Returns the whole output for a candidate. */
  readonly wrap: (part: unknown) => unknown;
}

/** Maximum number of values generated for a schema. */
const CANDIDATES = 20;

/**
 * Generates values for a schema, simplest first. `root` contains the definitions.
 * For unrestricted text, the first value is `sentence`.
 */
export function* generateCandidates(
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
 * @throws {MockLLMError} if the request refuses all candidates.
 */
export async function makeOutput(
  request: LLMRequest,
  { what, remedy, parts, wrap }: OutputCandidates,
): Promise<unknown> {
  let refusal = "no value could be generated for its schema";
  for (const part of parts) {
    const output = wrap(part);
    const result = await request.validate(output);
    if (result.success) return output;
    const { path, message } = result.problem;
    refusal = `${textOf(part)} is refused${path === "" ? "" : ` at ${path}`}: ${message}`;
  }
  throw new MockLLMError(`Cannot play ${what}: ${refusal}: ${remedy}`);
}

/** Maximum number of characters shown of a refused value. */
const SHOWN = 200;

/** Formats any value, including one that JSON cannot represent. */
function textOf(part: unknown): string {
  let text: string;
  try {
    text = JSON.stringify(part) ?? String(part);
  } catch {
    text = quote(part);
  }
  return text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text;
}
