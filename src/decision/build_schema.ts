/**
 * Building the schema of one decision, as valibot and as JSON Schema. The root
 * is an object, for vendors refuse a union there; the union of the legal
 * actions stands below it, every object closed.
 *
 * @module
 */
import * as v from "valibot";
import { isPlainObject, type JsonSchema } from "../json/json.ts";
import type { Action } from "./decision.ts";
import type { LegalActions } from "./legal_actions.ts";
import { valuesForm } from "../schema/lower_values.ts";
import type { LoweredSchema } from "../schema/lowering.ts";
import { described } from "../schema/lowering_words.ts";
import { restricted } from "../schema/restrictions.ts";
import type { SchemaProfile } from "../schema/schema_profile.ts";
import type { WireSchema } from "../schema/wire_schema.ts";

/** More calls than this in one decision are refused. */
const MAX_CALLS = 16;

/** What a decision schema is built from. */
export interface DecisionShape {
  /** What is open. */
  readonly legal: LegalActions;
  /** The argument schemas of the legal tools, by name. */
  readonly tools: ReadonlyMap<string, WireSchema>;
  /** The schema of a structured response; absent for text. */
  readonly answer?: WireSchema | undefined;
  /** Whether a response carries suggestions. */
  readonly suggestions: boolean;
  /** Whether the model writes down its reasoning. */
  readonly reasoning: boolean;
  /** The subset of JSON Schema that the model accepts. */
  readonly profile: SchemaProfile;
}

/** Equal texts: the same schema. */
export function meaningOf(shape: DecisionShape): string {
  const { legal, tools, answer, suggestions, reasoning, profile } = shape;
  const args = legal.tools.map((name) => [name, tools.get(name)!.meaning]);
  return JSON.stringify([
    textOf(profile),
    reasoning,
    legal.actions,
    legal.routes,
    args,
    suggestions,
    answer?.meaning,
  ]);
}

const profileTexts = new WeakMap<SchemaProfile, string>();

/** A profile as text, made once for each object. */
function textOf(profile: SchemaProfile): string {
  let text = profileTexts.get(profile);
  if (text === undefined) profileTexts.set(profile, text = JSON.stringify(profile));
  return text;
}

/** A decision as it comes over the wire. */
export type WireDecision =
  | { action: "RESPOND"; response: unknown; suggestions?: string[] | null | undefined }
  | { action: "TOOL_CALL"; calls: { tool: string; args: Record<string, unknown> }[] }
  | { action: "MOVE"; step: string }
  | { action: "END"; response?: string | null | undefined };

/** The whole output of a model. */
export interface WireOutput {
  /** Why, where it was asked for. */
  readonly reasoning?: string[];
  /** What it chose. */
  readonly decision: WireDecision;
}

/** The valibot schema of an output. Arguments and structured answers are left to their own schemas. */
export function buildSchema(shape: DecisionShape): v.GenericSchema<unknown, WireOutput> {
  const { legal, answer, suggestions, reasoning } = shape;
  const response = answer === undefined ? v.string() : v.unknown();
  const variants: Record<Action, () => object> = {
    RESPOND: () =>
      v.strictObject({
        action: v.literal("RESPOND"),
        response,
        ...(suggestions && { suggestions: v.nullish(v.array(v.string())) }),
      }),
    TOOL_CALL: () =>
      v.strictObject({
        action: v.literal("TOOL_CALL"),
        calls: v.pipe(
          v.array(v.variant(
            "tool",
            legal.tools.map((tool) => {
              return v.strictObject({
                tool: v.literal(tool),
                args: v.custom(isPlainObject, expectObject),
              });
            }),
          )),
          v.minLength(1),
          v.maxLength(MAX_CALLS),
        ),
      }),
    MOVE: () => v.strictObject({ action: v.literal("MOVE"), step: v.picklist(legal.routes) }),
    END: () => v.strictObject({ action: v.literal("END"), response: v.nullish(v.string()) }),
  };
  const decision = v.variant("action", legal.actions.map((action) => variants[action]()) as never);
  return v.strictObject({
    ...(reasoning && { reasoning: v.array(v.string()) }),
    decision,
  }) as unknown as v.GenericSchema<unknown, WireOutput>;
}

function expectObject({ received }: v.CustomIssue): string {
  return `Invalid type: Expected Object but received ${received}`;
}

/** The schemas of the author that a decision needs, in the form that goes to the model. */
export interface LoweredShape {
  /** The arguments of the legal tools, by name. */
  readonly tools: ReadonlyMap<string, LoweredSchema>;
  /** The structured response. */
  readonly answer: LoweredSchema | undefined;
}

/** Lowers what a decision needs; `fresh` converts the schemas again. */
export function lowerShape(shape: DecisionShape, fresh: boolean): LoweredShape {
  const { legal, tools, answer, profile } = shape;
  const lowered = legal.tools.map((name) =>
    [name, tools.get(name)!.lowered(profile, `tool "${name}"`, fresh)] as const
  );
  return { tools: new Map(lowered), answer: answer?.lowered(profile, "answer", fresh) };
}

/** The JSON Schema of an output, whole. */
export function buildJsonSchema(shape: DecisionShape, lowered: LoweredShape): JsonSchema {
  const { legal, suggestions, reasoning, profile } = shape;
  const { tools, answer } = lowered;
  const strings = { type: "array", items: { type: "string" } };
  const constant = (value: string) => valuesForm("string", [value], profile);
  const variants: Record<Action, () => JsonSchema> = {
    RESPOND: () =>
      object({
        action: constant("RESPOND"),
        response: answer === undefined ? { type: "string" } : answer.schema,
        ...(suggestions && { suggestions: strings }),
      }),
    TOOL_CALL: () => {
      const items = anyOf(
        legal.tools.map((tool) => object({ tool: constant(tool), args: tools.get(tool)!.schema })),
      );
      const notes: string[] = [];
      const length = { minItems: 1, maxItems: MAX_CALLS };
      const calls = restricted({ type: "array", items }, length, "array", profile, notes);
      return object({ action: constant("TOOL_CALL"), calls: described(calls, {}, notes) });
    },
    MOVE: () => object({ action: constant("MOVE"), step: { type: "string", enum: legal.routes } }),
    END: () =>
      profile.optional === "omitted"
        ? object({ action: constant("END"), response: { type: "string" } }, ["action"])
        : object({ action: constant("END"), response: { type: ["string", "null"] } }),
  };
  const decision = anyOf(legal.actions.map((action) => variants[action]()));
  const root = object({ ...(reasoning && { reasoning: strings }), decision });
  const used = [...tools.values(), ...(answer === undefined ? [] : [answer])];
  const definitions = Object.assign({}, ...used.map(({ definitions }) => definitions));
  return Object.keys(definitions).length > 0 ? { ...root, $defs: definitions } : root;
}

function object(
  properties: Record<string, JsonSchema>,
  required: readonly string[] = Object.keys(properties),
): JsonSchema {
  return { type: "object", properties, required, additionalProperties: false };
}

function anyOf(branches: readonly JsonSchema[]): JsonSchema {
  return branches.length === 1 ? branches[0]! : { anyOf: branches };
}
