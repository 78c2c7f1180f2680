/**
 * Validation of a model's output: first by the decision schema, then by the author's
 * schemas of arguments or answers.
 *
 * @module
 */
import * as v from "valibot";
import { reasonOf } from "../errors.ts";
import { copyJson, isPlainObject } from "../json/json.ts";
import { oneLine } from "../json/text.ts";
import { deleteNulls } from "../schema/null_deletion.ts";
import { issuePath, type StandardSchema } from "../schema/standard_schema.ts";
import type { WireSchema } from "../schema/wire_schema.ts";
import type { Attempt, Decision, LegalActions, ToolCall } from "./decision.ts";
import { parserOf } from "./decision_parser.ts";
import type { DecisionSchema } from "./decision_schema.ts";
import type { Unwrapped } from "./output.ts";

type Result = StandardSchema.Result;

/** Reason why an output is not a legal decision. */
export interface DecisionProblem {
  /** Path in the output, for example `decision.calls.0.args.size`; empty for the whole output. */
  readonly path: string;
  /** Description of the problem: the expected and the received value. */
  readonly message: string;
  /** Attempted action, if it can be recognized. */
  readonly attempt?: Attempt;
}

/** Result of the validation of an output. */
export type DecisionReading =
  | {
    readonly success: true;
    /** Decision. Its arguments and answer are those before their schemas transformed them. */
    readonly value: Decision;
    /** Arguments of each call, as the tool's schema returned them. */
    readonly args: readonly unknown[];
    /** Response: the output of the `answer` schema, or text in a step without one. */
    readonly response: unknown;
    /** Wrapping that was removed from the text; absent if there was none. */
    readonly unwrapped?: Unwrapped;
  }
  | { readonly success: false; readonly problem: DecisionProblem };

/**
 * Validates a parsed output. Returns a promise only if an author's schema is
 * asynchronous. Never throws: if a getter of the value or a schema throws, the output is
 * refused.
 *
 * @param isOwn If false, the parts that authors' schemas read are copied first.
 * @param pause Awaited before each part is validated, if the value is large.
 */
export function readDecision(
  schema: DecisionSchema,
  value: unknown,
  isOwn: boolean,
  pause?: () => Promise<void>,
): DecisionReading | Promise<DecisionReading> {
  try {
    const reading = readLegal(schema, value, isOwn, pause);
    return reading instanceof Promise ? reading.catch(refuseThrown) : reading;
  } catch (error) {
    return refuseThrown(error);
  }
}

function readLegal(
  schema: DecisionSchema,
  value: unknown,
  isOwn: boolean,
  pause: (() => Promise<void>) | undefined,
): DecisionReading | Promise<DecisionReading> {
  const result = v.safeParse(parserOf(schema.form), value);
  if (!result.success) {
    const issue: v.BaseIssue<unknown> = result.issues[0];
    return refuse([v.getDotPath(issue) ?? ""], issue.message, findAttempt(value, schema.legal));
  }
  const { decision } = result.output;
  const reasoning = result.output.reasoning?.length ? result.output.reasoning : NO_REASONS;
  switch (decision.action) {
    case "MOVE":
      return accept({ action: "MOVE", step: decision.step, reasoning });
    case "END": {
      const response = decision.response ?? undefined;
      return accept({
        action: "END",
        ...(response !== undefined && { response }),
        reasoning,
      }, response);
    }
    case "RESPOND": {
      const { action, suggestions } = decision;
      // Without a spread, which would reserve a field in every stored decision.
      const respond = (response: unknown) =>
        (suggestions
          ? { action, response, suggestions, reasoning }
          : { action, response, reasoning }) as Decision;
      const { answer } = schema.validators;
      if (answer === undefined) return accept(respond(decision.response), decision.response);
      return validateParts(
        [{ value: decision.response, schema: answer }],
        { isOwn, pause },
        (_, keys, message) => refuse(["decision.response", ...keys], message, { action }),
        ([response], [output]) => accept(respond(response), output),
      );
    }
    case "TOOL_CALL": {
      const { action, calls } = decision;
      const parts = calls.map(({ tool, args }): Part => ({
        value: args,
        schema: schema.validators.tools.get(tool)!,
      }));
      return validateParts(
        parts,
        { isOwn, pause },
        (index, keys, message) => {
          const attempt = { action, tools: [calls[index]!.tool] };
          return refuse([`decision.calls.${index}.args`, ...keys], message, attempt);
        },
        (inputs, args) => {
          const toolCalls = calls.map(({ tool }, index) =>
            ({ tool, args: inputs[index] }) as ToolCall
          );
          return accept({ action, calls: toolCalls, reasoning }, undefined, args);
        },
      );
    }
  }
}

/** Part of an output that a schema of the author validates. */
interface Part {
  readonly value: unknown;
  readonly schema: WireSchema;
}

/**
 * Validates the parts of an output by the author's schemas.
 *
 * @param how If not `isOwn`, the parts are copied first; `pause` is awaited before each validation.
 * @param refuse Called for an invalid part, with its index, the path inside it and the reason.
 * @param next Called if all are valid, with the inputs and the outputs of their schemas.
 */
function validateParts(
  parts: readonly Part[],
  { isOwn, pause }: { readonly isOwn: boolean; readonly pause: (() => Promise<void>) | undefined },
  refuse: (index: number, keys: readonly string[], message: string) => DecisionReading,
  next: (inputs: readonly unknown[], outputs: readonly unknown[]) => DecisionReading,
): DecisionReading | Promise<DecisionReading> {
  const inputs: unknown[] = [];
  const results: (Result | Promise<Result>)[] = [];
  for (const [index, { value, schema }] of parts.entries()) {
    try {
      const input = deleteNulls(isOwn ? value : copyJson(value), schema);
      inputs.push(input);
      results.push(
        pause === undefined ? schema.validate(input) : validateInStages(input, schema, pause),
      );
    } catch (error) {
      return refuse(index, [], reasonOf(error));
    }
  }
  const finish = (settled: readonly Result[]): DecisionReading => {
    const outputs: unknown[] = [];
    for (const [index, result] of settled.entries()) {
      if (result.issues) return refuse(index, ...firstIssue(result.issues));
      outputs.push(result.value);
    }
    return next(inputs, outputs);
  };
  return results.some((result) => result instanceof Promise)
    ? Promise.all(results).then(finish)
    : finish(results as Result[]);
}

/** Validates a copy of a large value. `pause` is awaited before each stage. */
async function validateInStages(
  value: unknown,
  schema: WireSchema,
  pause: () => Promise<void>,
): Promise<Result> {
  await pause();
  const copy = copyJson(value, schema.form.prototype);
  await pause();
  return await schema.validate(copy, false);
}

function refuseThrown(error: unknown): DecisionReading {
  return refuse([], `Invalid output: reading it failed: ${reasonOf(error)}`);
}

/** Builds a refusal. Path and message may quote the model, so they are cut and kept on one line. */
export function refuse(
  keys: readonly string[],
  message: string,
  attempt?: Attempt,
): DecisionReading {
  const problem = { path: oneLine(keys.join("."), 200), message: oneLine(message, 500) };
  return { success: false, problem: attempt === undefined ? problem : { ...problem, attempt } };
}

const NO_ARGS: readonly unknown[] = [];

/** Shared by all decisions without reasoning, to save memory in long sessions. */
const NO_REASONS: readonly string[] = Object.freeze([]);

function accept(
  value: Decision,
  response?: unknown,
  args: readonly unknown[] = NO_ARGS,
): DecisionReading {
  return { success: true, value, args, response };
}

/** Returns the path and the message of the first issue, with the number of further ones. */
function firstIssue(
  issues: readonly StandardSchema.Issue[],
): [keys: readonly string[], message: string] {
  const [issue = { message: "Invalid value" }] = issues;
  const more = issues.length > 1 ? ` (and ${issues.length - 1} more)` : "";
  return [issuePath(issue), oneLine(issue.message) + more];
}

/** Returns the attempted action of a refused output; undefined if it cannot be recognized. */
function findAttempt(value: unknown, legal: LegalActions): Attempt | undefined {
  const decision = isPlainObject(value) ? value.decision : undefined;
  if (!isPlainObject(decision)) return undefined;
  const action = legal.actions.find((one) => one === decision.action);
  if (action !== "TOOL_CALL") return action && { action };
  const calls: unknown[] = Array.isArray(decision.calls) ? decision.calls : [];
  const called = new Set(calls.map((call) => isPlainObject(call) ? call.tool : undefined));
  const tools = legal.tools.filter((tool) => called.has(tool));
  return tools.length > 0 ? { action, tools } : { action };
}
