/**
 * Reading a model's output as a decision.
 *
 * @module
 */
import { type DecisionReading, type DecisionSchema, refuse } from "./decision_schema.ts";
import { type ParsedOutput, parseOutput } from "./output.ts";

/**
 * Reads an output, as text or as a parsed value. Returns a promise only if an author's schema is
 * asynchronous. Never throws.
 */
export function readOutput(
  schema: DecisionSchema,
  output: unknown,
): DecisionReading | Promise<DecisionReading> {
  // A parsed value may be shared by its model, or not be JSON, so it is copied.
  if (typeof output !== "string") return schema.read(output, false);
  const parsed = parseOutput(output);
  if (!parsed.success) return refuse([], parsed.message);
  const reading = schema.read(parsed.value, true);
  if (parsed.unwrapped === undefined) return reading;
  return reading instanceof Promise
    ? reading.then((read) => addWrapping(read, parsed))
    : addWrapping(reading, parsed);
}

/** Records the wrapping, and puts the thoughts before the reasoning of the decision. */
function addWrapping(
  reading: DecisionReading,
  { unwrapped, thoughts }: ParsedOutput & { readonly success: true },
): DecisionReading {
  if (!reading.success) return reading;
  const { value } = reading;
  const reasoning = thoughts === undefined ? value.reasoning : [thoughts, ...value.reasoning];
  return { ...reading, value: { ...value, reasoning }, ...(unwrapped && { unwrapped }) };
}
