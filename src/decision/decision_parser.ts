/**
 * Parser of a step's decisions.
 *
 * @module
 */
import * as v from "valibot";
import { isPlainObject } from "../json/json.ts";
import type { Action } from "./decision.ts";
import { type DecisionForm, MAX_CALLS } from "./decision_schema.ts";

/** Decision as the model writes it: optional fields may be null. */
export type WireDecision =
  | { action: "RESPOND"; response: unknown; suggestions?: string[] | null | undefined }
  | { action: "TOOL_CALL"; calls: { tool: string; args: Record<string, unknown> }[] }
  | { action: "MOVE"; step: string }
  | { action: "END"; response?: string | null | undefined };

/** Whole output of a model. */
export interface WireOutput {
  /** Reasoning, if the schema has it. */
  readonly reasoning?: string[] | null | undefined;
  /** Decision. */
  readonly decision: WireDecision;
}

type Parser = v.GenericSchema<unknown, WireOutput>;

const parsers = new WeakMap<DecisionForm, Parser>();

/**
 * Returns the parser of actions and names, which is built once per form. It accepts any
 * arguments and structured answers.
 */
export function parserOf(form: DecisionForm): Parser {
  let parser = parsers.get(form);
  if (parser === undefined) parsers.set(form, parser = buildParser(form));
  return parser;
}

function buildParser({ legal, hasAnswer, suggestions, reasoning }: DecisionForm): Parser {
  const text = v.string();
  const texts = v.nullish(v.array(text));
  const buildCall = (tool: string) =>
    v.strictObject({ tool: v.literal(tool), args: v.custom(isPlainObject, describeNonObject) });
  const fields: Record<Action, () => v.ObjectEntries> = {
    RESPOND: () => ({
      response: hasAnswer ? v.unknown() : text,
      ...(suggestions && { suggestions: texts }),
    }),
    TOOL_CALL: () => ({
      calls: v.pipe(
        v.array(v.variant("tool", legal.tools.map(buildCall))),
        v.minLength(1),
        v.maxLength(MAX_CALLS),
      ),
    }),
    MOVE: () => ({ step: v.picklist(legal.routes) }),
    END: () => ({ response: v.nullish(text) }),
  };
  const actions = legal.actions.map((action) =>
    v.strictObject({ action: v.literal(action), ...fields[action]() })
  );
  // The schema requires reasoning, but its absence is accepted.
  return v.strictObject({
    ...(reasoning && { reasoning: texts }),
    decision: v.variant("action", actions as never),
  }) as v.GenericSchema as Parser;
}

function describeNonObject({ received }: v.CustomIssue): string {
  return `Invalid type: Expected Object but received ${received}`;
}
