/**
 * Model calls for structured output that is not a decision.
 *
 * @module
 */
import type * as v from "valibot";
import { parseOutput } from "../../decision/output.ts";
import { AgentError, quote, reasonOf } from "../../errors.ts";
import type { JsonSchema } from "../../json/json.ts";
import { oneLine } from "../../json/text.ts";
import type { LLM, LLMRequest, Message, ValidationResult } from "../../llm/llm.ts";
import { LLMError } from "../../llm/llm_error.ts";
import { deleteNulls } from "../../schema/null_deletion.ts";
import { profileOf } from "../../schema/profiles/openai_strict.ts";
import { issuePath } from "../../schema/standard_schema.ts";
import { WireSchema } from "../../schema/wire_schema.ts";

/** A question to a model. */
interface Question<Output> {
  /** Instruction and subject. */
  readonly messages: readonly Message[];
  /** Schema of the answer. */
  readonly schema: v.GenericSchema<unknown, Output>;
  /** Name of the schema. */
  readonly schemaName: string;
  /** Purpose of the answer, for error messages: "judge a conversation". */
  readonly purpose: string;
  /** Shape of the answer, for error messages: "{ reason, score }". */
  readonly expected: string;
  /** Error class for a model that returns no valid answer. */
  readonly Failure: new (message: string) => LLMError;
}

/** Maximum number of attempts, including the first. Later attempts include the last problem. */
const MAX_ATTEMPTS = 3;

/**
 * Asks a model a question through its `decide` method.
 *
 * @throws {LLMError} if the model fails, or returns no valid answer in all attempts.
 */
export async function askModel<Output>(
  llm: LLM,
  { messages, schema, schemaName, purpose, expected, Failure }: Question<Output>,
): Promise<Output> {
  const wire = WireSchema.of(schema, schemaName);
  const lowered = wire.lower(profileOf(llm), schemaName);
  const json: JsonSchema = Object.keys(lowered.definitions).length === 0
    ? lowered.schema
    : { ...lowered.schema, $defs: lowered.definitions };
  const validate = async (output: unknown): Promise<ValidationResult> => {
    const parsed = typeof output === "string" ? parseOutput(output) : undefined;
    if (parsed?.success === false) return refuse("", parsed.message);
    const result = await wire.validate(
      deleteNulls(parsed === undefined ? output : parsed.value, wire),
    );
    if (result.issues === undefined) return { success: true, value: result.value };
    const [issue] = result.issues;
    return refuse(issue ? issuePath(issue).join(".") : "", issue?.message ?? "Invalid value");
  };

  const sent: Message[] = [...messages];
  let problem = "";
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    const request = { messages: [...sent], stable: 0, schema: json, schemaName, validate };
    const result = await validate(await decideOnce(llm, request));
    if (result.success) return result.value as Output;
    const { path, message } = result.problem;
    const where = path === "" ? "" : ` at ${path}`;
    problem = `refused${where}: ${message}`;
    // As in a session: omits the refused output, and sends quotes of it as data (role "tool").
    sent.push({ role: "tool", content: `The last output was refused${where}:\n${message}` });
  }
  throw new Failure(
    `Cannot ${purpose} with model ${quote(llm.name)}: all ${MAX_ATTEMPTS} answers were refused, ` +
      `the last one was ${problem}: expected ${expected}`,
  );
}

async function decideOnce(llm: LLM, request: LLMRequest): Promise<unknown> {
  try {
    const result = await llm.decide(request);
    if (typeof result !== "object" || result === null) {
      throw new TypeError(`decide() returned ${quote(result)}: expected a result with an output`);
    }
    return result.output;
  } catch (cause) {
    if (cause instanceof AgentError) throw cause;
    const { schemaName } = request;
    throw new LLMError(
      `Cannot ask model ${quote(llm.name)} for ${quote(schemaName)}: ${reasonOf(cause)}`,
      { cause },
    );
  }
}

/** Returns a refusal. Both texts may quote the model, so they are cut and kept on one line. */
function refuse(path: string, message: string): ValidationResult {
  return { success: false, problem: { path: oneLine(path, 200), message: oneLine(message, 500) } };
}
