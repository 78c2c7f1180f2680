/**
 * The form of one decision, as parser and as JSON Schema. The root is an object,
 * since vendors refuse a union there; the union of the legal actions stands
 * below it, every object closed.
 *
 * @module
 */
import * as v from "valibot";
import { freezeJson, isPlainObject, type JsonSchema } from "../json/json.ts";
import { valuesForm } from "../schema/lower_kinds.ts";
import type { LoweredSchema } from "../schema/lowering.ts";
import { described, restricted } from "../schema/restrictions.ts";
import { findExcess } from "../schema/schema_limits.ts";
import type { SchemaProfile } from "../schema/schema_profile.ts";
import { profileText } from "../schema/wire_form.ts";
import type { WireSchema } from "../schema/wire_schema.ts";
import type { Action, LegalActions } from "./decision.ts";

/** More calls than this in one decision are refused. */
const MAX_CALLS = 16;

/** The author's schemas that a step validates by. */
export interface Validators {
  /** The schemas of the arguments, by the name of the tool. */
  readonly tools: ReadonlyMap<string, WireSchema>;
  /** The schema of a structured response; absent for text. */
  readonly answer?: WireSchema | undefined;
}

/** All that a decision schema is built from. */
export interface DecisionShape extends Validators {
  /** The actions, routes and tools that are open. */
  readonly legal: LegalActions;
  /** True if a response carries suggestions. */
  readonly suggestions: boolean;
  /** True if the model writes down its reasoning. */
  readonly reasoning: boolean;
  /** The subset of JSON Schema that the model accepts. */
  readonly profile: SchemaProfile;
}

/** Returns the text of a shape: equal texts, equal forms. */
export function formKey(shape: DecisionShape): string {
  const { legal, tools, answer, suggestions, reasoning, profile } = shape;
  return JSON.stringify([
    profileText(profile),
    reasoning,
    suggestions,
    legal.actions,
    legal.routes,
    legal.tools.map((name) => [name, tools.get(name)!.form.key]),
    answer?.form.key,
  ]);
}

/** A decision as it comes over the wire. */
export type WireDecision =
  | { action: "RESPOND"; response: unknown; suggestions?: string[] | null | undefined }
  | { action: "TOOL_CALL"; calls: { tool: string; args: Record<string, unknown> }[] }
  | { action: "MOVE"; step: string }
  | { action: "END"; response?: string | null | undefined };

/** The whole output of a model. */
export interface WireOutput {
  /** The reasons, if they were asked for. */
  readonly reasoning?: string[] | null | undefined;
  /** The choice. */
  readonly decision: WireDecision;
}

/**
 * All of a decision schema that follows from its text alone. Steps of many
 * agents share it, so it holds neither a validator nor an author's schema.
 */
export class DecisionForm {
  /** The actions, routes and tools that are open. */
  readonly legal: LegalActions;
  /** The JSON Schema that constrains the model while it decodes. */
  readonly json: JsonSchema;
  /** Schema of names and actions; arguments and structured answers may be anything in it. */
  readonly parser: v.GenericSchema<unknown, WireOutput>;
  /** The limit of the model's profile that the JSON Schema breaks, in words; undefined if none. */
  readonly excess: string | undefined;

  /** Builds the form; `fresh` converts the authors' schemas again. */
  constructor(shape: DecisionShape, fresh = false) {
    const { legal, profile } = shape;
    const tools = new Map(
      legal.tools.map((name) =>
        [name, shape.tools.get(name)!.lowered(profile, `tool "${name}"`, fresh)] as const
      ),
    );
    const answer = shape.answer?.lowered(profile, "answer", fresh);
    const { parser, json } = outputPart(shape, tools, answer);
    const used = [...tools.values(), ...(answer === undefined ? [] : [answer])];
    const $defs = Object.assign({}, ...used.map(({ definitions }) => definitions));
    this.legal = freezeJson(legal);
    this.parser = parser as v.GenericSchema<unknown, WireOutput>;
    this.json = freezeJson(Object.keys($defs).length > 0 ? { ...json, $defs } : json);
    this.excess = findExcess(this.json, profile);
  }
}

/** A part of an output, for reading it and for the model. */
interface Part {
  readonly parser: v.GenericSchema;
  readonly json: JsonSchema;
}

function outputPart(
  { legal, suggestions, reasoning, profile }: DecisionShape,
  tools: ReadonlyMap<string, LoweredSchema>,
  answer: LoweredSchema | undefined,
): Part {
  const constant = (value: string): Part => ({
    parser: v.literal(value),
    json: valuesForm("string", [value], profile),
  });
  const text: Part = { parser: v.string(), json: { type: "string" } };
  const texts: Part = {
    parser: v.array(v.string()),
    json: { type: "array", items: { type: "string" } },
  };
  const calls = (): Part => {
    const { parser, json } = union(
      "tool",
      legal.tools.map((tool) =>
        object({
          tool: constant(tool),
          args: { parser: v.custom(isPlainObject, expectObject), json: tools.get(tool)!.schema },
        })
      ),
    );
    const notes: string[] = [];
    const length = { minItems: 1, maxItems: MAX_CALLS };
    const form = restricted({ type: "array", items: json }, length, "array", profile, notes);
    return {
      parser: v.pipe(v.array(parser), v.minLength(1), v.maxLength(MAX_CALLS)),
      json: described(form, {}, notes),
    };
  };
  const isOmitted = profile.optional === "omitted";
  const fields: Record<Action, () => Readonly<Record<string, Part>>> = {
    RESPOND: () => ({
      response: answer === undefined ? text : { parser: v.unknown(), json: answer.schema },
      ...(suggestions && { suggestions: { ...texts, parser: v.nullish(texts.parser) } }),
    }),
    TOOL_CALL: () => ({ calls: calls() }),
    MOVE: () => ({
      step: { parser: v.picklist(legal.routes), json: { type: "string", enum: legal.routes } },
    }),
    END: () => ({
      response: {
        parser: v.nullish(v.string()),
        json: isOmitted ? text.json : { type: ["string", "null"] },
      },
    }),
  };
  const actions = legal.actions.map((action) =>
    object(
      { action: constant(action), ...fields[action]() },
      action === "END" && isOmitted ? ["action"] : undefined,
    )
  );
  const decision = union("action", actions);
  if (!reasoning) return object({ decision });
  // The model must write some, because a history without it invites none; what it leaves out is accepted.
  const reasons: Part = {
    parser: v.nullish(texts.parser),
    json: restricted({ ...texts.json }, { minItems: 1 }, "array", profile, []),
  };
  return object({ reasoning: reasons, decision });
}

function object(parts: Readonly<Record<string, Part>>, required = Object.keys(parts)): Part {
  const each = <Value>(take: (part: Part) => Value): Record<string, Value> =>
    Object.fromEntries(Object.entries(parts).map(([name, part]) => [name, take(part)]));
  const properties = each(({ json }) => json);
  return {
    parser: v.strictObject(each(({ parser }) => parser)),
    json: { type: "object", properties, required, additionalProperties: false },
  };
}

/** A union of objects, told apart by one of their properties. */
function union(key: string, parts: readonly Part[]): Part {
  return {
    parser: v.variant(key, parts.map(({ parser }) => parser) as never),
    json: parts.length === 1 ? parts[0]!.json : { anyOf: parts.map(({ json }) => json) },
  };
}

function expectObject({ received }: v.CustomIssue): string {
  return `Invalid type: Expected Object but received ${received}`;
}
