/**
 * Decision schemas of a step.
 *
 * @module
 */
import type { JsonSchema } from "../json/json.ts";
import { countHit, findForm, type SchemaCache, setBounded } from "../schema/schema_cache.ts";
import type { LegalActions } from "./decision.ts";
import {
  buildFormKey,
  DecisionForm,
  type DecisionShape,
  type Validators,
} from "./decision_form.ts";

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
