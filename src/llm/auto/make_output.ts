/**
 * Making an output that a request accepts.
 *
 * @module
 */
import { quote } from "../../errors.ts";
import type { JsonSchema } from "../../json/json.ts";
import type { Random } from "../../random.ts";
import type { LLMRequest } from "../llm.ts";
import type { RawOutput } from "../mock_llm.ts";
import { MockLLMError } from "../mock_llm_error.ts";
import { sampleValue } from "./sample_value.ts";

/** An output in the making. */
export interface Making {
  /** What is played, for a message. */
  readonly what: string;
  /** What would help, for a message. */
  readonly remedy: string;
  /** The parts to try, one after the other. */
  readonly parts: Iterable<unknown>;
  /** The output around a part. */
  readonly wrap: (part: unknown) => unknown;
}

/** How many values of a schema are tried before one gives up. */
const CANDIDATES = 20;

/** Values of a schema, simplest first; a text of which nothing more is said is the sentence. */
export function* candidates(
  schema: JsonSchema | undefined,
  { schema: root }: LLMRequest,
  random: Random,
  sentence?: string,
): Iterable<unknown> {
  if (schema === undefined) return;
  const isPlainText = schema.type === "string" && Object.keys(schema).length === 1;
  if (isPlainText && sentence !== undefined) yield sentence;
  for (let size = 0; size < CANDIDATES; size++) {
    const value = sampleValue(schema, random, size, root);
    if (value !== undefined) yield value;
  }
}

/**
 * The first output that the request accepts; a promise only where its validation is one.
 *
 * @throws {MockLLMError} if it accepts none.
 */
export function makeOutput(request: LLMRequest, making: Making): RawOutput | Promise<RawOutput> {
  return tryNext(request, making, making.parts[Symbol.iterator](), "its schema has no value");
}

function tryNext(
  request: LLMRequest,
  making: Making,
  parts: Iterator<unknown>,
  refusal: string,
): RawOutput | Promise<RawOutput> {
  for (;;) {
    const { done, value: part } = parts.next();
    if (done) throw new MockLLMError(`Cannot play ${making.what}: ${refusal}: ${making.remedy}`);
    const output = making.wrap(part);
    const result = request.validate(output);
    if (result instanceof Promise) {
      return result.then((settled) =>
        settled.success
          ? { action: "RAW", output }
          : tryNext(request, making, parts, refusalOf(part, settled.problem))
      );
    }
    if (result.success) return { action: "RAW", output };
    refusal = refusalOf(part, result.problem);
  }
}

/** How much of a refused value a message shows, in characters. */
const SHOWN = 200;

function refusalOf(
  part: unknown,
  { path, message }: { readonly path: string; readonly message: string },
): string {
  const text = textOf(part);
  const shown = text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text;
  return `${shown} is refused${path === "" ? "" : ` at ${path}`}: ${message}`;
}

/** A sample may be anything, also what has no JSON. */
function textOf(part: unknown): string {
  try {
    return JSON.stringify(part) ?? String(part);
  } catch {
    return quote(part);
  }
}
