/**
 * Author's schema of tool arguments or answers: its JSON Schema for the model, and the
 * validation of the model's values.
 *
 * @module
 */
import { ConfigError, quote, reasonOf } from "../errors.ts";
import { copyJson } from "../json/json.ts";
import { convertSchema, describeUnsupported, isValibot } from "./convert_schema.ts";
import { ANY_PROFILE, LoweringError } from "./lowering/lowered.ts";
import { lower, type LoweredSchema } from "./lowering/lowering.ts";
import { SchemaDocument } from "./lowering/schema_document.ts";
import { openaiStrict } from "./profiles/openai_strict.ts";
import { setBounded, WeakCache } from "./schema_cache.ts";
import { assertSchemaSize } from "./schema_limits.ts";
import type { SchemaProfile } from "./schema_profile.ts";
import { isStandardSchema, type StandardSchema } from "./standard_schema.ts";

type Result = StandardSchema.Result;

/** Vendor of schemas made from a raw JSON Schema. */
export const RAW_VENDOR = "nomos";

const wireSchemas = new WeakMap<object, WireSchema>();

/**
 * Author's schema with its wire form. Its JSON Schema is read once per schema object,
 * which therefore must not change.
 */
export class WireSchema {
  /** Wire form, shared with schemas that have the same JSON Schema. */
  readonly form: WireForm;
  readonly #schema: StandardSchema;

  /**
   * Returns the wire schema of an author's schema.
   *
   * @param owner Owner of the schema, for messages: `tool "pay"`.
   * @throws {ConfigError} if it is not a Standard Schema, or has no JSON Schema.
   */
  static of(schema: unknown, owner: string): WireSchema {
    if (!isStandardSchema(schema)) {
      throw new ConfigError(
        `Cannot use the schema of ${owner}: it is ${quote(schema)}: ` +
          "expected a Standard Schema (valibot, zod, arktype, …)",
      );
    }
    let wire = wireSchemas.get(schema);
    if (wire === undefined) wireSchemas.set(schema, wire = new WireSchema(schema, owner));
    return wire;
  }

  private constructor(schema: StandardSchema, owner: string) {
    this.#schema = schema;
    this.form = WireForm.of(readJsonSchema(schema, owner), hasExactPatterns(schema), owner);
  }

  /** True if the schema describes an object, as the arguments of a tool must be. */
  get isObject(): boolean {
    return this.form.isObject;
  }

  /**
   * Lowers the schema to the subset of JSON Schema that a model accepts.
   *
   * @param fresh If true, the author's schema is converted again.
   */
  lower(profile: SchemaProfile, owner: string, fresh = false): LoweredSchema {
    const schema = this.#schema;
    const form = fresh
      ? new WireForm(readJsonSchema(schema, owner), hasExactPatterns(schema), owner)
      : this.form;
    return form.lower(profile, owner);
  }

  /**
   * Validates a value. The result shares no object with the value unless `isCopied` is
   * false. If the schema throws, the value is invalid.
   */
  validate(value: unknown, isCopied = true): Result | Promise<Result> {
    try {
      const input = isCopied ? copyJson(value, this.form.prototype) : value;
      const result = this.#schema["~standard"].validate(input);
      return result instanceof Promise ? result.catch(buildFailure) : result;
    } catch (error) {
      return buildFailure(error);
    }
  }
}

/**
 * Returns true if the patterns of the JSON Schema are those that the schema validates by. Most
 * libraries drop the flags of a pattern, and include patterns that apply after a transformation.
 */
function hasExactPatterns(schema: StandardSchema): boolean {
  return isValibot(schema) || schema["~standard"].vendor === RAW_VENDOR;
}

function buildFailure(error: unknown): Result {
  return { issues: [{ message: `Validation failed: ${reasonOf(error)}` }] };
}

/** Returns the JSON Schema of a schema, as text. */
function readJsonSchema(schema: StandardSchema, owner: string): string {
  try {
    const converted = convertSchema(schema);
    assertSchemaSize(converted);
    return JSON.stringify(converted) ?? "null";
  } catch (cause) {
    throw buildSchemaError(owner, cause, describeUnsupported(schema, cause));
  }
}

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
  /**
   * True if the patterns are those that the schema validates by; otherwise they are described in
   * words.
   */
  readonly patternsTrusted: boolean;
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
    this.patternsTrusted = patternsTrusted;
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
    if (this.patternsTrusted) return profile;
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
function buildSchemaError(
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
