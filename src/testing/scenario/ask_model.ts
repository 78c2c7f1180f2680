/**
 * Asking a model for something that is no decision.
 *
 * @module
 */
import type * as v from "valibot";
import { oneLine } from "../../json/text.ts";
import { parseOutput } from "../../decision/output.ts";
import { openaiStrict } from "../../schema/profiles/openai_strict.ts";
import { issuePath } from "../../schema/standard_schema.ts";
import { WireSchema } from "../../schema/wire_schema.ts";
import { AgentError, quote, reasonOf } from "../../errors.ts";
import { LLMError } from "../../llm/llm_error.ts";
import type { JsonSchema } from "../../json/json.ts";
import type { LLM, LLMRequest, Message, ValidationResult } from "../../llm/llm.ts";

/** What a model is asked. */
export interface Question<Output> {
  /** The instruction, and what it is about. */
  readonly messages: readonly Message[];
  /** What the answer must satisfy. */
  readonly schema: v.GenericSchema<unknown, Output>;
  /** The name of the schema. */
  readonly schemaName: string;
  /** The purpose of the answer, for messages: "judge a conversation". */
  readonly purpose: string;
  /** The answer in few words, for messages: "{ reason, score }". */
  readonly expected: string;
  /** The error of a model that gives no answer. */
  readonly Failure: new (message: string) => LLMError;
}

/** Maximum number of times a model is asked: once, and twice more with the problem told. */
const MAX_ATTEMPTS = 3;

/**
 * Asks through the same `decide` as decisions do.
 *
 * @throws {LLMError} if the model failed, or gave no answer after all attempts.
 */
export async function askModel<Output>(
  llm: LLM,
  { messages, schema, schemaName, purpose, expected, Failure }: Question<Output>,
): Promise<Output> {
  const wire = WireSchema.of(schema, schemaName);
  const lowered = wire.lowered(llm.schemaProfile ?? openaiStrict, schemaName);
  const json: JsonSchema = Object.keys(lowered.definitions).length === 0
    ? lowered.schema
    : { ...lowered.schema, $defs: lowered.definitions };
  const validate = async (output: unknown): Promise<ValidationResult> => {
    const parsed = typeof output === "string" ? parseOutput(output) : undefined;
    if (parsed?.success === false) return refused("", parsed.message);
    const result = await wire.validate(wire.authored(parsed === undefined ? output : parsed.value));
    if (result.issues === undefined) return { success: true, value: result.value };
    const [issue] = result.issues;
    return refused(issue ? issuePath(issue).join(".") : "", issue?.message ?? "Invalid value");
  };

  const told: Message[] = [...messages];
  let problem = "";
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    const request = { messages: [...told], stable: 0, schema: json, schemaName, validate };
    const result = await validate(await decideOnce(llm, request));
    if (result.success) return result.value as Output;
    const { path, message } = result.problem;
    const where = path === "" ? "" : ` at ${path}`;
    problem = `refused${where}: ${message}`;
    // As in a session: what the model wrote is not shown again, and what quotes it is no instruction.
    told.push({ role: "tool", content: `The last output was refused${where}:\n${message}` });
  }
  throw new Failure(
    `Cannot ${purpose} with ${quote(llm.name)}: ${MAX_ATTEMPTS} answers were malformed, ` +
      `the last was ${problem}: expected ${expected}`,
  );
}

async function decideOnce(llm: LLM, request: LLMRequest): Promise<unknown> {
  try {
    const result = await llm.decide(request);
    if (typeof result !== "object" || result === null) throw new TypeError("it gave no result");
    return result.output;
  } catch (cause) {
    if (cause instanceof AgentError) throw cause;
    const { schemaName } = request;
    throw new LLMError(`Cannot ask ${llm.name} for a ${schemaName}: ${reasonOf(cause)}`, { cause });
  }
}

/** Both texts may quote the model: they are cut, and kept on one line. */
function refused(path: string, message: string): ValidationResult {
  return { success: false, problem: { path: oneLine(path, 200), message: oneLine(message, 500) } };
}
