/**
 * The wire form: JSON Schema of an author's schema, and the data derived from its text.
 *
 * @module
 */
import { ConfigError, reasonOf } from "../errors.ts";
import type { JsonSchema } from "../json/json.ts";
import { lower, type LoweredSchema, LoweringError } from "./lowering.ts";
import { openaiStrict } from "./profiles/openai_strict.ts";
import { findDisagreement } from "./null_disagreement.ts";
import { buildPlan, type NullPlan } from "./null_plan.ts";
import type { SchemaProfile } from "./schema_profile.ts";
import { setBounded, WeakCache } from "./schema_cache.ts";

const forms = new WeakCache<WireForm>();

/** Maximum number of lowered forms kept per text, for tools of different names and profiles. */
const KEPT_FORMS = 8;

/**
 * JSON Schema of an author's schema, before lowering. Schemas with equal texts share it,
 * so it refers neither to a validator nor to an author's schema.
 */
export class WireForm {
  /** Cache key: the text of the schema, and if its patterns are trusted. */
  readonly key: string;
  /** True if it describes an object, as the arguments of a tool must. */
  readonly isObject: boolean;
  /**
   * Prototype of the objects to validate: null if a property has the name of one that
   * every object inherits, because libraries would find the inherited one.
   */
  readonly prototype: object | null;
  /** Plan by which nulls are deleted from its values; undefined if none are deleted. */
  readonly nulls: NullPlan | undefined;
  readonly #schema: JsonSchema;
  readonly #patternsTrusted: boolean;
  readonly #lowered = new Map<string, LoweredSchema>();

  /**
   * Returns the shared form of a text, or builds it.
   *
   * @param owner Owner of the schema, for messages: `tool "pay"`.
   * @throws {ConfigError} if no profile has a form for it.
   */
  static of(text: string, patternsTrusted: boolean, owner: string): WireForm {
    const found = forms.get(buildKey(text, patternsTrusted));
    if (found !== undefined) return found;
    const made = new WireForm(text, patternsTrusted, owner);
    forms.set(made.key, made);
    return made;
  }

  /** Builds a form, without the cache. */
  constructor(text: string, patternsTrusted: boolean, owner: string) {
    this.key = buildKey(text, patternsTrusted);
    this.#schema = JSON.parse(text);
    this.#patternsTrusted = patternsTrusted;
    this.isObject = isObject(this.#lowerForAnyProfile(owner));
    const { nulls, hasInheritedName } = buildPlan(this.#schema);
    this.nulls = nulls;
    this.prototype = hasInheritedName ? null : Object.prototype;
    const disputed = nulls && findDisagreement(nulls);
    if (disputed) {
      const { path, construct } = disputed;
      const message = `${construct} at "${path}" has no form in any profile`;
      throw buildSchemaError(
        owner,
        new LoweringError(`${message}: expected the same in every branch`),
      );
    }
  }

  /** Returns the schema in the subset of JSON Schema that a model accepts. */
  lowered(profile: SchemaProfile, owner: string): LoweredSchema {
    const prefix = definitionPrefix(owner);
    const key = `${serializeProfile(profile)} ${prefix}`;
    const kept = this.#lowered.get(key);
    if (kept !== undefined) return kept;
    try {
      const lowered = lower(this.#schema, this.#toSupported(profile), prefix);
      setBounded(this.#lowered, key, lowered, KEPT_FORMS);
      return lowered;
    } catch (cause) {
      throw buildSchemaError(owner, cause);
    }
  }

  /** Lowers to the profile of most models, or else to the union of all profiles. */
  #lowerForAnyProfile(owner: string): LoweredSchema {
    try {
      return this.lowered(openaiStrict, owner);
    } catch (error) {
      if (!((error as Error).cause instanceof LoweringError)) throw error;
      return this.lowered(WIDEST, owner);
    }
  }

  /**
   * Returns the profile without patterns unless they are trusted: most libraries drop the
   * flags of a pattern, and write those of a transformation's output.
   */
  #toSupported(profile: SchemaProfile): SchemaProfile {
    if (this.#patternsTrusted) return profile;
    const stringKeywords = profile.stringKeywords.filter((keyword) => keyword !== "pattern");
    return { ...profile, stringKeywords };
  }
}

/** Builds the error of a schema that cannot be used. */
export function buildSchemaError(owner: string, cause: unknown): ConfigError {
  const lead = cause instanceof LoweringError ? "" : "it cannot be converted to JSON Schema: ";
  return new ConfigError(`Cannot use the schema of ${owner}: ${lead}${reasonOf(cause)}`, { cause });
}

const profileTexts = new WeakMap<SchemaProfile, string>();

/** Returns a profile as text. It is cached, because profiles do not change. */
export function serializeProfile(profile: SchemaProfile): string {
  let text = profileTexts.get(profile);
  if (text === undefined) profileTexts.set(profile, text = JSON.stringify(profile));
  return text;
}

function buildKey(text: string, patternsTrusted: boolean): string {
  return patternsTrusted ? text : `patterns in words ${text}`;
}

/** Profile that accepts every construct that at least one profile accepts. */
const WIDEST: SchemaProfile = {
  ...openaiStrict,
  name: "any profile",
  openObjects: true,
  tuples: "prefixItems",
  unknown: true,
  intersections: true,
};

/** Returns true if a schema is an object: itself, behind a reference, or by a part of `allOf`. */
function isObject({ schema, definitions }: Pick<LoweredSchema, "schema" | "definitions">): boolean {
  const { $ref, allOf } = schema;
  if (Array.isArray(allOf)) return allOf.some((part) => isObject({ schema: part, definitions }));
  const target = typeof $ref === "string" ? definitions[$ref.replace("#/$defs/", "")] : schema;
  return target?.type === "object";
}

/** Returns the prefix of the names of an owner's definitions, different for each owner. */
function definitionPrefix(owner: string): string {
  const name = owner.replaceAll('"', "").replaceAll("_", "__").replaceAll("-", "_h");
  return `${name.replace(/[^A-Za-z0-9_]/g, "_")}_`;
}
