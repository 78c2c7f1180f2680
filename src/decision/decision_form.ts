/**
 * Parser and JSON Schema of a step's decisions. The root is an object, because vendors
 * refuse a union there. The union of the legal actions is a property of the root. Every
 * object is closed.
 *
 * @module
 */
import * as v from "valibot";
import { freezeJson, isPlainObject, type JsonSchema } from "../json/json.ts";
import { buildValuesForm } from "../schema/lower_kinds.ts";
import type { LoweredSchema } from "../schema/lowering.ts";
import { addDescription, addRestrictions } from "../schema/restrictions.ts";
import { limitOptional } from "../schema/optional_limit.ts";
import { findExcess } from "../schema/schema_limits.ts";
import type { SchemaProfile } from "../schema/schema_profile.ts";
import { serializeProfile } from "../schema/wire_form.ts";
import type { WireSchema } from "../schema/wire_schema.ts";
import type { Action, LegalActions } from "./decision.ts";

/** Maximum number of calls in one decision. */
const MAX_CALLS = 16;

/** Author's schemas that validate the arguments and answers of a step's decisions. */
export interface Validators {
  /** Schemas of arguments by tool name. */
  readonly tools: ReadonlyMap<string, WireSchema>;
  /** Schema of structured responses; undefined for text. */
  readonly answer?: WireSchema | undefined;
}

/** Input from which a decision schema is built. */
export interface DecisionShape extends Validators {
  /** Actions, routes and tools that are offered. */
  readonly legal: LegalActions;
  /** True if responses may include quick replies. */
  readonly suggestions: boolean;
  /** True if decisions include reasoning. */
  readonly reasoning: boolean;
  /** Subset of JSON Schema that the model accepts. */
  readonly profile: SchemaProfile;
}

/** Returns the cache key of a shape: shapes with equal keys have equal forms. */
export function buildFormKey(shape: DecisionShape): string {
  const { legal, tools, answer, suggestions, reasoning, profile } = shape;
  return JSON.stringify([
    serializeProfile(profile),
    reasoning,
    suggestions,
    legal.actions,
    legal.routes,
    legal.tools.map((name) => [name, tools.get(name)!.form.key]),
    answer?.form.key,
  ]);
}

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

/**
 * Part of a decision schema that steps with equal cache keys share, also across agents.
 * It holds no validators and no authors' schemas, because it would keep them alive.
 */
export class DecisionForm {
  /** Actions, routes and tools that are offered. */
  readonly legal: LegalActions;
  /** JSON Schema that constrains the model while it decodes. */
  readonly json: JsonSchema;
  /** Parser of actions and names. It accepts any arguments and structured answers. */
  readonly parser: v.GenericSchema<unknown, WireOutput>;
  /** Description of a limit of the profile that the JSON Schema exceeds; undefined if none. */
  readonly excess: string | undefined;

  /** Builds the form; if `fresh` is true, authors' schemas are converted again. */
  constructor(shape: DecisionShape, fresh = false) {
    const { legal, profile } = shape;
    const tools = new Map(
      legal.tools.map((name) =>
        [name, shape.tools.get(name)!.lower(profile, `tool "${name}"`, fresh)] as const
      ),
    );
    const answer = shape.answer?.lower(profile, "answer", fresh);
    const { parser, json } = buildOutputPart(shape, tools, answer);
    const lowered = [...tools.values(), ...(answer === undefined ? [] : [answer])];
    const $defs = Object.assign({}, ...lowered.map(({ definitions }) => definitions));
    this.legal = freezeJson(legal);
    this.parser = parser as v.GenericSchema<unknown, WireOutput>;
    const whole = Object.keys($defs).length > 0 ? { ...json, $defs } : json;
    this.json = freezeJson(limitOptional(whole, profile));
    this.excess = findExcess(this.json, profile);
  }
}

/** Part of an output, as parser and as JSON Schema. */
interface Part {
  readonly parser: v.GenericSchema;
  readonly json: JsonSchema;
}

function buildOutputPart(
  { legal, suggestions, reasoning, profile }: DecisionShape,
  tools: ReadonlyMap<string, LoweredSchema>,
  answer: LoweredSchema | undefined,
): Part {
  const constant = (value: string): Part => ({
    parser: v.literal(value),
    json: buildValuesForm("string", [value], profile),
  });
  const text: Part = { parser: v.string(), json: { type: "string" } };
  const texts: Part = {
    parser: v.array(v.string()),
    json: { type: "array", items: { type: "string" } },
  };
  const buildCalls = (): Part => {
    const { parser, json } = buildUnion(
      "tool",
      legal.tools.map((tool) =>
        buildObject({
          tool: constant(tool),
          args: {
            parser: v.custom(isPlainObject, describeNonObject),
            json: tools.get(tool)!.schema,
          },
        })
      ),
    );
    const notes: string[] = [];
    const length = { minItems: 1, maxItems: MAX_CALLS };
    const form = addRestrictions({ type: "array", items: json }, length, "array", profile, notes);
    return {
      parser: v.pipe(v.array(parser), v.minLength(1), v.maxLength(MAX_CALLS)),
      json: addDescription(form, {}, notes),
    };
  };
  const isOmitted = profile.optional === "omitted";
  const fields: Record<Action, () => Readonly<Record<string, Part>>> = {
    RESPOND: () => ({
      response: answer === undefined ? text : { parser: v.unknown(), json: answer.schema },
      ...(suggestions && { suggestions: { ...texts, parser: v.nullish(texts.parser) } }),
    }),
    TOOL_CALL: () => ({ calls: buildCalls() }),
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
    buildObject(
      { action: constant(action), ...fields[action]() },
      action === "END" && isOmitted ? ["action"] : undefined,
    )
  );
  const decision = buildUnion("action", actions);
  if (!reasoning) return buildObject({ decision });
  // The JSON Schema requires reasoning, because a history without it invites empty reasoning.
  // The parser accepts its absence.
  const reasons: Part = {
    parser: v.nullish(texts.parser),
    json: addRestrictions({ ...texts.json }, { minItems: 1 }, "array", profile, []),
  };
  return buildObject({ reasoning: reasons, decision });
}

function buildObject(parts: Readonly<Record<string, Part>>, required = Object.keys(parts)): Part {
  const mapParts = <Value>(select: (part: Part) => Value): Record<string, Value> =>
    Object.fromEntries(Object.entries(parts).map(([name, part]) => [name, select(part)]));
  const properties = mapParts(({ json }) => json);
  return {
    parser: v.strictObject(mapParts(({ parser }) => parser)),
    json: { type: "object", properties, required, additionalProperties: false },
  };
}

/** Builds a union of objects with a discriminator. */
function buildUnion(key: string, parts: readonly Part[]): Part {
  return {
    parser: v.variant(key, parts.map(({ parser }) => parser) as never),
    json: parts.length === 1 ? parts[0]!.json : { anyOf: parts.map(({ json }) => json) },
  };
}

function describeNonObject({ received }: v.CustomIssue): string {
  return `Invalid type: Expected Object but received ${received}`;
}
