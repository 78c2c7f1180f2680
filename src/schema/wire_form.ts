/**
 * The JSON Schema of an author's schema, and all that follows from its text alone.
 *
 * @module
 */
import { ConfigError, reasonOf } from "../errors.ts";
import type { JsonSchema } from "../json/json.ts";
import { lower, type LoweredSchema, LoweringError } from "./lowering.ts";
import { openaiStrict } from "./profiles/openai_strict.ts";
import { findDisagreement } from "./null_disagreement.ts";
import { type NullPlan, planOf } from "./null_plan.ts";
import type { SchemaProfile } from "./schema_profile.ts";
import { setBounded, WeakCache } from "./schema_cache.ts";

const forms = new WeakCache<WireForm>();

/** Number of lowered forms kept per text: it may serve tools of many names and models of many kinds. */
const KEPT_FORMS = 8;

/**
 * The JSON Schema of an author's schema, before lowering. Schemas that say the
 * same share it, so it holds neither a validator nor the author's schema.
 */
export class WireForm {
  /** Text of the schema, and whether its patterns are trusted: equal keys, equal forms. */
  readonly key: string;
  /** True if it describes an object, as the arguments of a tool must be. */
  readonly isObject: boolean;
  /**
   * Prototype of the objects to validate: none if a property is named like one
   * that every object inherits, since libraries would take it for present.
   */
  readonly prototype: object | null;
  /** The plan by which nulls are deleted from its values; undefined if none are. */
  readonly nulls: NullPlan | undefined;
  readonly #schema: JsonSchema;
  readonly #patternsTrusted: boolean;
  readonly #lowered = new Map<string, LoweredSchema>();

  /**
   * Returns the shared form of a text.
   *
   * @throws {ConfigError} if no profile has a form for it; `owner` names it then.
   */
  static of(text: string, patternsTrusted: boolean, owner: string): WireForm {
    const found = forms.get(keyOf(text, patternsTrusted));
    if (found !== undefined) return found;
    const made = new WireForm(text, patternsTrusted, owner);
    forms.set(made.key, made);
    return made;
  }

  /** Builds a form that is not shared. */
  constructor(text: string, patternsTrusted: boolean, owner: string) {
    this.key = keyOf(text, patternsTrusted);
    this.#schema = JSON.parse(text);
    this.#patternsTrusted = patternsTrusted;
    this.isObject = isObject(this.#anyForm(owner));
    const { nulls, hasInheritedName } = planOf(this.#schema);
    this.nulls = nulls;
    this.prototype = hasInheritedName ? null : Object.prototype;
    const disputed = nulls && findDisagreement(nulls);
    if (disputed) {
      const { path, construct } = disputed;
      const message = `${construct} at "${path}" has no form in any profile`;
      throw unusable(owner, new LoweringError(`${message}: expected the same in every branch`));
    }
  }

  /** Returns the schema in the subset of JSON Schema that a model accepts. */
  lowered(profile: SchemaProfile, owner: string): LoweredSchema {
    const prefix = definitionPrefix(owner);
    const key = `${profileText(profile)} ${prefix}`;
    const kept = this.#lowered.get(key);
    if (kept !== undefined) return kept;
    try {
      const lowered = lower(this.#schema, this.#sayable(profile), prefix);
      setBounded(this.#lowered, key, lowered, KEPT_FORMS);
      return lowered;
    } catch (cause) {
      throw unusable(owner, cause);
    }
  }

  /** Lowers for most models; if there is no such form, for any, which may be another kind of model. */
  #anyForm(owner: string): LoweredSchema {
    try {
      return this.lowered(openaiStrict, owner);
    } catch (error) {
      if (!((error as Error).cause instanceof LoweringError)) throw error;
      return this.lowered(WIDEST, owner);
    }
  }

  /** Says patterns in words unless they are trusted: libraries drop flags and earlier transformations. */
  #sayable(profile: SchemaProfile): SchemaProfile {
    if (this.#patternsTrusted) return profile;
    const stringKeywords = profile.stringKeywords.filter((keyword) => keyword !== "pattern");
    return { ...profile, stringKeywords };
  }
}

/** The error that a schema cannot be used, with its reason. */
export function unusable(owner: string, cause: unknown): ConfigError {
  const lead = cause instanceof LoweringError ? "" : "no JSON Schema can be made of it: ";
  return new ConfigError(`Cannot use the schema of ${owner}: ${lead}${reasonOf(cause)}`, { cause });
}

const profileTexts = new WeakMap<SchemaProfile, string>();

/** A profile as text, made once for each object. */
export function profileText(profile: SchemaProfile): string {
  let text = profileTexts.get(profile);
  if (text === undefined) profileTexts.set(profile, text = JSON.stringify(profile));
  return text;
}

function keyOf(text: string, patternsTrusted: boolean): string {
  return patternsTrusted ? text : `patterns in words ${text}`;
}

/** A profile with a form for whatever any profile has one for. */
const WIDEST: SchemaProfile = {
  ...openaiStrict,
  name: "any profile",
  openObjects: true,
  tuples: "prefixItems",
  unknown: true,
  intersections: true,
};

/** True if a schema is an object, itself, behind a reference or by a part of an intersection. */
function isObject({ schema, definitions }: Pick<LoweredSchema, "schema" | "definitions">): boolean {
  const { $ref, allOf } = schema;
  if (Array.isArray(allOf)) return allOf.some((part) => isObject({ schema: part, definitions }));
  const target = typeof $ref === "string" ? definitions[$ref.replace("#/$defs/", "")] : schema;
  return target?.type === "object";
}

/** What precedes the names of an owner's definitions; each owner has its own. */
function definitionPrefix(owner: string): string {
  const name = owner.replaceAll('"', "").replaceAll("_", "__").replaceAll("-", "_h");
  return `${name.replace(/[^A-Za-z0-9_]/g, "_")}_`;
}
