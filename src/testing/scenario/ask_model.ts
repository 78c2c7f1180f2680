/**
 * Asking a model for something that is no decision.
 *
 * @module
 */
import type * as v from "valibot";
import { deleteNulls } from "../../schema/null_plan.ts";
import { oneLine } from "../../json/one_line.ts";
import { parseOutput } from "../../decision/output.ts";
import { openaiStrict } from "../../schema/schema_profile.ts";
import { issuePath } from "../../schema/standard_schema.ts";
import { WireSchema } from "../../schema/wire_schema.ts";
import { AgentError, reasonOf } from "../../errors.ts";
import { LLMError } from "../../llm/llm_error.ts";
import { copyJson, type JsonSchema } from "../../json/json.ts";
import type { LLM, LLMRequest, Message, ValidationResult } from "../../llm/llm.ts";

/** What a model is asked. */
export interface Question<Output> {
  /** The instruction, and what it is about. */
  readonly messages: readonly Message[];
  /** What the answer must satisfy. */
  readonly schema: v.GenericSchema<unknown, Output>;
  /** The name of the schema. */
  readonly schemaName: string;
}

/** An answer; or, where the model gave none after all attempts, the last problem in words. */
export type Answer<Output> =
  | { readonly success: true; readonly value: Output }
  | { readonly success: false; readonly problem: string };

/** How often a model is asked at most: once, and twice more with the problem told. */
export const MAX_ATTEMPTS = 3;

/**
 * Asks through the same `decide` as decisions do.
 *
 * @throws {LLMError} if the model failed.
 */
export async function askModel<Output>(
  llm: LLM,
  { messages, schema, schemaName }: Question<Output>,
): Promise<Answer<Output>> {
  const wire = WireSchema.of(schema, schemaName);
  const lowered = wire.lowered(llm.schemaProfile ?? openaiStrict, schemaName);
  const json: JsonSchema = Object.keys(lowered.definitions).length === 0
    ? lowered.schema
    : { ...lowered.schema, $defs: lowered.definitions };
  const validate = async (output: unknown): Promise<ValidationResult> => {
    let value = output;
    if (typeof output === "string") {
      const parsed = parseOutput(output);
      if (!parsed.success) return refused("", parsed.message);
      value = parsed.value;
    }
    try {
      value = copyJson(value);
    } catch (error) {
      return refused("", reasonOf(error));
    }
    const result = await wire.validate(lowered.nulls ? deleteNulls(value, lowered.nulls) : value);
    if (result.issues === undefined) return { success: true, value: result.value };
    const [issue] = result.issues;
    return refused(issue ? issuePath(issue).join(".") : "", issue?.message ?? "Invalid value");
  };

  const told: Message[] = [...messages];
  let problem = "";
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    const output = await decideOnce(llm, {
      messages: [...told],
      schema: json,
      schemaName,
      validate,
    });
    const result = await validate(output);
    if (result.success) return { success: true, value: result.value as Output };
    const { path, message } = result.problem;
    const where = path === "" ? "" : ` at ${path}`;
    problem = `refused${where}: ${message}`;
    // As in a session: what the model wrote is not shown again, and what quotes it is no instruction.
    told.push({ role: "tool", content: `The last output was refused${where}:\n${message}` });
  }
  return { success: false, problem };
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
