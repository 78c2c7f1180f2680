/**
 * Search for an output that a request accepts.
 *
 * @module
 */
import { quote } from "../../errors.ts";
import type { JsonSchema } from "../../json/json.ts";
import type { Random } from "../../random.ts";
import type { LLMRequest } from "../llm.ts";
import { MockLLMError } from "../llm_error.ts";
import { sampleValue } from "./sample_value.ts";

/** Candidates for an output that differ in one part, such as the arguments of a call. */
export interface OutputCandidates {
  /** Description of the output, for error messages. */
  readonly description: string;
  /** Way out, for error messages. */
  readonly remedy: string;
  /** Values of the part, in the order in which they are tried. */
  readonly candidates: Iterable<unknown>;
  /** Returns the whole output for a value of the part. */
  readonly wrap: (candidate: unknown) => unknown;
}

/** Maximum number of values generated for a schema. */
const MAX_CANDIDATES = 20;

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
  for (let size = 0; size < MAX_CANDIDATES; size++) {
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
  { description, remedy, candidates, wrap }: OutputCandidates,
): Promise<unknown> {
  let refusal = "no value could be generated for its schema";
  for (const candidate of candidates) {
    const output = wrap(candidate);
    const result = await request.validate(output);
    if (result.success) return output;
    const { path, message } = result.problem;
    refusal = `${formatCandidate(candidate)} is refused${
      path === "" ? "" : ` at ${path}`
    }: ${message}`;
  }
  throw new MockLLMError(`Cannot play ${description}: ${refusal}: ${remedy}`);
}

/** Maximum number of characters of a refused value in an error message. */
const MAX_SHOWN = 200;

/** Formats any value, including one that JSON cannot represent. */
function formatCandidate(candidate: unknown): string {
  let text: string;
  try {
    text = JSON.stringify(candidate) ?? String(candidate);
  } catch {
    text = quote(candidate);
  }
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text;
}
