/**
 * An author's schema as it travels: JSON Schema out, wire value in.
 *
 * @module
 */
import * as v from "valibot";
import { ConfigError, reasonOf } from "../errors.ts";
import { copyJson, type JsonSchema } from "../json/json.ts";
import { setBounded } from "./bounded_map.ts";
import { fingerprint, identity, isDeclarative, quoted, snapshot } from "./fingerprint.ts";
import { lower, type LoweredSchema, LoweringError } from "./lowering.ts";
import { openaiStrict, type SchemaProfile } from "./schema_profile.ts";
import {
  isStandardSchema,
  type StandardIssue,
  type StandardResult,
  type StandardSchema,
} from "./standard_schema.ts";
import { valibotJsonSchema } from "./valibot_json_schema.ts";
import { WeakCache } from "./weak_cache.ts";

/** A valibot schema, told from others by what only valibot's have. */
type ValibotSchema = v.GenericSchema;

const cache = new WeakCache<WireSchema>();

/**
 * A schema of an author, taken as it is now: later changes to its lists have
 * no effect. Made once for each meaning; found again while it is in use.
 */
export class WireSchema {
  /** Equal texts mean the same schema. */
  readonly meaning: string;
  /** Whether it describes an object, which arguments must be. */
  readonly isObject: boolean;
  readonly #source: StandardSchema | ValibotSchema;
  readonly #isValibot: boolean;
  /** Whether the source is a copy that nobody can change; other schemas are used as they are. */
  readonly #isSnapshot: boolean;
  /** Whether validation copies by itself. */
  readonly #isDeclarative: boolean;
  /** The prototype of the objects that are validated. */
  readonly #prototype: object | null;
  readonly #lowered = new Map<string, LoweredSchema>();

  /**
   * The wire form of a schema. `owner` names it in errors and in definitions.
   *
   * @throws {ConfigError} if it is no Standard Schema, or has no JSON Schema form.
   */
  static of(schema: unknown, owner: string): WireSchema {
    if (!isStandardSchema(schema)) {
      throw new ConfigError(
        `Cannot use the schema of ${owner}: expected a Standard Schema (valibot, zod, arktype, …)`,
      );
    }
    const isValibot = schema["~standard"].vendor === "valibot" && "~run" in schema;
    const meaning = isValibot && !(schema as unknown as ValibotSchema).async
      ? fingerprint(schema)
      : identity(schema);
    const found = cache.get(meaning);
    if (found !== undefined) return found;
    const made = new WireSchema(schema, meaning, isValibot, owner);
    cache.set(meaning, made);
    return made;
  }

  private constructor(schema: StandardSchema, meaning: string, isValibot: boolean, owner: string) {
    this.meaning = meaning;
    this.#isValibot = isValibot;
    this.#isSnapshot = isValibot && meaning !== identity(schema);
    this.#source = this.#isSnapshot ? snapshot(schema) : schema;
    // Valibot takes an absent argument for present if every object has its name by nature.
    const hasNaturalNames = this.#isSnapshot &&
      NATURAL_NAMES.some((name) => meaning.includes(name));
    this.#prototype = hasNaturalNames ? null : Object.prototype;
    this.#isDeclarative = this.#isSnapshot && isDeclarative(meaning) && !hasNaturalNames;
    this.isObject = isObject(this.#anyForm(owner));
  }

  /** The form for most models; where it has none, one for any, which may be another kind of model. */
  #anyForm(owner: string): LoweredSchema {
    try {
      return this.lowered(openaiStrict, owner);
    } catch (error) {
      if (!((error as Error).cause instanceof LoweringError)) throw error;
      return this.lowered(WIDEST, owner);
    }
  }

  /** The schema in a model's subset of JSON Schema, kept unless `fresh`. */
  lowered(profile: SchemaProfile, owner: string, fresh = false): LoweredSchema {
    const key = `${identity(profile)} ${owner}`;
    const kept = this.#lowered.get(key);
    if (kept !== undefined && !fresh) return kept;
    try {
      const lowered = lower(this.#jsonSchema(), this.#sayable(profile), definitionPrefix(owner));
      setBounded(this.#lowered, key, lowered, KEPT_FORMS);
      return lowered;
    } catch (cause) {
      const reason = reasonOf(cause);
      const lead = cause instanceof LoweringError ? "" : "no JSON Schema can be made of it: ";
      throw new ConfigError(`Cannot use the schema of ${owner}: ${lead}${reason}`, { cause });
    }
  }

  /**
   * Validates a value in the author's form; what it gives shares no object with
   * the value unless `copies` is false. A schema whose own code throws refuses it.
   */
  validate(value: unknown, copies = true): StandardResult | Promise<StandardResult> {
    try {
      const isSafe = this.#isDeclarative || !copies;
      const result = this.#validate(isSafe ? value : copyJson(value, this.#prototype));
      return result instanceof Promise ? result.catch(failed) : result;
    } catch (error) {
      return failed(error);
    }
  }

  #validate(input: unknown): StandardResult | Promise<StandardResult> {
    if (!this.#isSnapshot) return (this.#source as StandardSchema)["~standard"].validate(input);
    const result = v.safeParse(this.#source as ValibotSchema, input);
    if (result.success) return { value: result.output };
    return { issues: result.issues as readonly StandardIssue[] };
  }

  /** Other libraries drop the flags of a pattern and the place of a transformation: words are safe. */
  #sayable(profile: SchemaProfile): SchemaProfile {
    if (this.#isValibot) return profile;
    const stringKeywords = profile.stringKeywords.filter((keyword) => keyword !== "pattern");
    return { ...profile, stringKeywords };
  }

  #jsonSchema(): JsonSchema {
    if (this.#isValibot) return valibotJsonSchema(this.#source as ValibotSchema);
    const standard = (this.#source as StandardSchema)["~standard"];
    if (standard.jsonSchema === undefined) {
      throw new TypeError(`expected the library "${standard.vendor}" to have Standard JSON Schema`);
    }
    return standard.jsonSchema.input({ target: "draft-2020-12" });
  }
}

/** Forms of one schema that are kept: it may serve tools of many names and models of many kinds. */
const KEPT_FORMS = 8;

/** The names that every object has, as a fingerprint has them. */
const NATURAL_NAMES = [...Object.getOwnPropertyNames(Object.prototype), "__proto__"]
  .map(quoted);

/** It has a form for whatever any profile has one for. */
const WIDEST: SchemaProfile = {
  ...openaiStrict,
  name: "any profile",
  openObjects: true,
  tuples: "prefixItems",
  unknown: true,
  intersections: true,
};

/** Whether a schema is an object, itself, behind a reference or by a part of an intersection. */
function isObject({ schema, definitions }: Pick<LoweredSchema, "schema" | "definitions">): boolean {
  const { $ref, allOf } = schema;
  if (Array.isArray(allOf)) return allOf.some((part) => isObject({ schema: part, definitions }));
  const target = typeof $ref === "string" ? definitions[$ref.replace("#/$defs/", "")] : schema;
  return target?.type === "object";
}

function failed(error: unknown): StandardResult {
  return { issues: [{ message: `Validation failed: ${reasonOf(error)}` }] };
}

/** What stands before the names of an owner's definitions; other owners have other ones. */
function definitionPrefix(owner: string): string {
  const name = owner.replaceAll('"', "").replaceAll("_", "__").replaceAll("-", "_h");
  return `${name.replace(/[^A-Za-z0-9_]/g, "_")}_`;
}
