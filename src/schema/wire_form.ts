/**
 * Wire form: the JSON Schema of an author's schema, and the data derived from it.
 *
 * @module
 */
import { ConfigError, reasonOf } from "../errors.ts";
import { ANY_PROFILE, LoweringError } from "./lowered.ts";
import { lower, type LoweredSchema } from "./lowering.ts";
import { openaiStrict } from "./profiles/openai_strict.ts";
import { SchemaDocument } from "./schema_document.ts";
import type { SchemaProfile } from "./schema_profile.ts";
import { setBounded, WeakCache } from "./schema_cache.ts";

const forms = new WeakCache<WireForm>();

/** Maximum number of lowered schemas kept per form: one for each pair of owner and profile. */
const MAX_LOWERED = 8;

/**
 * JSON Schema of an author's schema with its lowered forms. Schemas with equal JSON Schemas
 * share it, so it holds no validator and no author's schema.
 */
export class WireForm {
  /** Cache key: the JSON Schema as text, and a mark if its patterns are not trusted. */
  readonly key: string;
  /** True if the schema describes an object, as the arguments of a tool must be. */
  readonly isObject: boolean;
  /**
   * Prototype of the objects to validate. Null if a property has the name of an inherited
   * one, for example `toString`: libraries would read the inherited one if it is absent.
   */
  readonly prototype: object | null;
  /** JSON Schema in normal form. */
  readonly document: SchemaDocument;
  readonly #patternsTrusted: boolean;
  readonly #lowered = new Map<string, LoweredSchema>();

  /**
   * Returns the shared form of a JSON Schema, or builds it.
   *
   * @param text JSON Schema as text.
   * @param patternsTrusted If false, patterns are described in words.
   * @param owner Owner of the schema, for messages: `tool "pay"`.
   * @throws {ConfigError} if no profile supports the schema.
   */
  static of(text: string, patternsTrusted: boolean, owner: string): WireForm {
    const found = forms.get(buildKey(text, patternsTrusted));
    if (found !== undefined) return found;
    const form = new WireForm(text, patternsTrusted, owner);
    forms.set(form.key, form);
    return form;
  }

  /** Builds a form, without the cache. */
  constructor(text: string, patternsTrusted: boolean, owner: string) {
    this.key = buildKey(text, patternsTrusted);
    this.#patternsTrusted = patternsTrusted;
    this.document = readDocument(text, owner);
    this.#lowerForAnyProfile(owner);
    this.isObject = this.document.isObject;
    this.prototype = this.document.hasInheritedName ? null : Object.prototype;
  }

  /** Lowers the schema to the subset of JSON Schema that a model accepts. */
  lower(profile: SchemaProfile, owner: string): LoweredSchema {
    const prefix = buildDefinitionPrefix(owner);
    const key = `${serializeProfile(profile)} ${prefix}`;
    const kept = this.#lowered.get(key);
    if (kept !== undefined) return kept;
    try {
      const lowered = lower(this.document, this.#removeUntrustedPatterns(profile), prefix);
      setBounded(this.#lowered, key, lowered, MAX_LOWERED);
      return lowered;
    } catch (cause) {
      throw buildSchemaError(owner, cause);
    }
  }

  /** Lowers to the profile of most models or, if that fails, to the union of all profiles. */
  #lowerForAnyProfile(owner: string): LoweredSchema {
    try {
      return this.lower(openaiStrict, owner);
    } catch (error) {
      if (!((error as Error).cause instanceof LoweringError)) throw error;
      return this.lower(WIDEST, owner);
    }
  }

  /**
   * Returns the profile without `pattern`, unless patterns are trusted.
   */
  #removeUntrustedPatterns(profile: SchemaProfile): SchemaProfile {
    if (this.#patternsTrusted) return profile;
    const stringKeywords = profile.stringKeywords.filter((keyword) => keyword !== "pattern");
    return { ...profile, stringKeywords };
  }
}

function readDocument(text: string, owner: string): SchemaDocument {
  try {
    return new SchemaDocument(JSON.parse(text));
  } catch (cause) {
    throw buildSchemaError(owner, cause);
  }
}

/** Builds the error of a schema that cannot be used. */
export function buildSchemaError(
  owner: string,
  cause: unknown,
  reason: string = reasonOf(cause),
): ConfigError {
  const lead = cause instanceof LoweringError ? "" : "it cannot be converted to JSON Schema: ";
  return new ConfigError(`Cannot use the schema of ${owner}: ${lead}${reason}`, { cause });
}

const profileTexts = new WeakMap<SchemaProfile, string>();

/** Serializes a profile. The text is cached, because profiles do not change. */
export function serializeProfile(profile: SchemaProfile): string {
  let text = profileTexts.get(profile);
  if (text === undefined) profileTexts.set(profile, text = JSON.stringify(profile));
  return text;
}

function buildKey(text: string, patternsTrusted: boolean): string {
  return patternsTrusted ? text : `patterns in words ${text}`;
}

/** Profile that supports every construct that at least one profile supports. */
const WIDEST: SchemaProfile = {
  ...openaiStrict,
  name: ANY_PROFILE,
  openObjects: true,
  tuples: "prefixItems",
  unknown: true,
  intersections: true,
};

/** Returns the prefix for the names of an owner's definitions, unique to the owner. */
function buildDefinitionPrefix(owner: string): string {
  const name = owner.replaceAll('"', "").replaceAll("_", "__").replaceAll("-", "_h");
  return `${name.replace(/[^A-Za-z0-9_]/g, "_")}_`;
}
