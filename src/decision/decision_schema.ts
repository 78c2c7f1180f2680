/**
 * Schema of a step's decisions. The root of its JSON Schema is an object, because vendors refuse a
 * union there. The union of the legal actions is a property of the root. Every object is closed.
 *
 * @module
 */
import { freezeJson, type JsonSchema } from "../json/json.ts";
import { buildValuesForm } from "../schema/lowering/lower_kinds.ts";
import type { LoweredSchema } from "../schema/lowering/lowering.ts";
import { addDescription, addRestrictions } from "../schema/lowering/restrictions.ts";
import { countHit, findForm, type SchemaCache, setBounded } from "../schema/schema_cache.ts";
import { findExcess, limitOptional } from "../schema/schema_limits.ts";
import type { SchemaProfile } from "../schema/schema_profile.ts";
import { serializeProfile, type WireSchema } from "../schema/wire_schema.ts";
import type { Action, LegalActions } from "./decision.ts";

/** Maximum number of calls in one decision. */
export const MAX_CALLS = 16;

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

/**
 * Part of a decision schema that steps with equal cache keys share, also across agents.
 * It holds no validators and no authors' schemas, because it would keep them alive.
 */
export class DecisionForm {
  /** Actions, routes and tools that are offered. */
  readonly legal: LegalActions;
  /** True if responses are structured. */
  readonly hasAnswer: boolean;
  /** True if responses may include quick replies. */
  readonly suggestions: boolean;
  /** True if decisions include reasoning. */
  readonly reasoning: boolean;
  /** JSON Schema that constrains the model while it decodes. */
  readonly json: JsonSchema;
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
    const json = buildOutput(shape, tools, answer);
    const lowered = [...tools.values(), ...(answer === undefined ? [] : [answer])];
    const $defs = Object.assign({}, ...lowered.map(({ definitions }) => definitions));
    this.legal = freezeJson(legal);
    this.hasAnswer = answer !== undefined;
    this.suggestions = shape.suggestions;
    this.reasoning = shape.reasoning;
    const whole = Object.keys($defs).length > 0 ? { ...json, $defs } : json;
    this.json = freezeJson(limitOptional(whole, profile));
    this.excess = findExcess(this.json, profile);
  }
}

function buildOutput(
  { legal, suggestions, reasoning, profile }: DecisionShape,
  tools: ReadonlyMap<string, LoweredSchema>,
  answer: LoweredSchema | undefined,
): JsonSchema {
  const constant = (value: string) => buildValuesForm("string", [value], profile);
  const text: JsonSchema = { type: "string" };
  const texts: JsonSchema = { type: "array", items: text };
  const buildCalls = (): JsonSchema => {
    const items = buildUnion(
      legal.tools.map((tool) =>
        buildObject({ tool: constant(tool), args: tools.get(tool)!.schema })
      ),
    );
    const notes: string[] = [];
    const length = { minItems: 1, maxItems: MAX_CALLS };
    const form = addRestrictions({ type: "array", items }, length, "array", profile, notes);
    return addDescription(form, {}, notes);
  };
  const isOmitted = profile.optional === "omitted";
  const fields: Record<Action, () => Readonly<Record<string, JsonSchema>>> = {
    RESPOND: () => ({
      response: answer === undefined ? text : answer.schema,
      ...(suggestions && { suggestions: texts }),
    }),
    TOOL_CALL: () => ({ calls: buildCalls() }),
    MOVE: () => ({ step: { type: "string", enum: legal.routes } }),
    END: () => ({ response: isOmitted ? text : { type: ["string", "null"] } }),
  };
  const actions = legal.actions.map((action) =>
    buildObject(
      { action: constant(action), ...fields[action]() },
      action === "END" && isOmitted ? ["action"] : undefined,
    )
  );
  const decision = buildUnion(actions);
  if (!reasoning) return buildObject({ decision });
  // Required, because a history without reasoning invites empty reasoning. When an output is
  // read, its absence is accepted.
  const reasons = addRestrictions({ ...texts }, { minItems: 1 }, "array", profile, []);
  return buildObject({ reasoning: reasons, decision });
}

function buildObject(
  properties: Readonly<Record<string, JsonSchema>>,
  required = Object.keys(properties),
): JsonSchema {
  return { type: "object", properties, required, additionalProperties: false };
}

function buildUnion(forms: readonly JsonSchema[]): JsonSchema {
  return forms.length === 1 ? forms[0]! : { anyOf: forms };
}

/** Schema of the decisions of a step. Only legal decisions can be expressed. */
export class DecisionSchema {
  /** Combines a form, shared by all steps with an equal offer, with the validators of one step. */
  constructor(readonly form: DecisionForm, readonly validators: Validators) {}

  /** Actions, routes and tools that are offered. */
  get legal(): LegalActions {
    return this.form.legal;
  }

  /** JSON Schema that constrains the model while it decodes. */
  get json(): JsonSchema {
    return this.form.json;
  }

  /** Description of a limit of the profile that the JSON Schema exceeds; undefined if none. */
  get excess(): string | undefined {
    return this.form.excess;
  }
}

/** Decision schemas of one step, by offer key. They keep entries of the schema cache alive. */
export type StepSchemas = Map<string, DecisionSchema>;

/** Maximum number of schemas kept per step, because guards can have very many combinations. */
const MAX_SCHEMAS_PER_STEP = 64;

/**
 * Returns the decision schema of an offer: the step's own if it has one, otherwise a new
 * one, with a form from the cache or a newly built form.
 *
 * @param offerKey Key of the offer in `stepSchemas`.
 */
export function findSchema(
  cache: SchemaCache,
  stepSchemas: StepSchemas,
  offerKey: string,
  buildShape: () => DecisionShape,
): DecisionSchema {
  const known = cache.enabled ? stepSchemas.get(offerKey) : undefined;
  if (known !== undefined) {
    countHit(cache);
    return known;
  }
  const shape = buildShape();
  const form = findForm(
    cache,
    () => buildFormKey(shape),
    () => new DecisionForm(shape, !cache.enabled),
  );
  const schema = new DecisionSchema(form, { tools: shape.tools, answer: shape.answer });
  if (cache.enabled) setBounded(stepSchemas, offerKey, schema, MAX_SCHEMAS_PER_STEP);
  return schema;
}
