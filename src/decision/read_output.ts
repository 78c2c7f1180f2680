/**
 * Reading a model's output as a decision.
 *
 * @module
 */
import { nextTask } from "../clock.ts";
import type { DecisionSchema } from "./decision_schema.ts";
import { type ParsedOutput, parseOutput } from "./output.ts";
import { type DecisionReading, readDecision, refuse } from "./read_decision.ts";

/** Number of characters above which reading an output takes several milliseconds. */
const LONG_OUTPUT = 100_000;

/**
 * Reads an output as `readOutput()` does, but a long text in stages, between which other sessions
 * have their turn.
 */
export function readOutputInStages(
  schema: DecisionSchema,
  output: unknown,
): DecisionReading | Promise<DecisionReading> {
  if (typeof output !== "string" || output.length <= LONG_OUTPUT) return readOutput(schema, output);
  return nextTask().then(async () => {
    const reading = await readOutput(schema, output, nextTask);
    await nextTask();
    return reading;
  });
}

/**
 * Reads an output, as text or as a parsed value. Returns a promise only if an author's schema is
 * asynchronous, or `pause` is passed, which is awaited between the stages. Never throws.
 */
export function readOutput(
  schema: DecisionSchema,
  output: unknown,
  pause?: () => Promise<void>,
): DecisionReading | Promise<DecisionReading> {
  // A parsed value may be shared by its model, or not be JSON, so it is copied.
  if (typeof output !== "string") return readDecision(schema, output, false);
  const parsed = parseOutput(output);
  if (!parsed.success) return refuse([], parsed.message);
  const reading = pause === undefined
    ? readDecision(schema, parsed.value, true)
    : pause().then(() => readDecision(schema, parsed.value, true, pause));
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
