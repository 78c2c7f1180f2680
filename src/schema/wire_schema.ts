/**
 * Author's schema of tool arguments or answers: its JSON Schema for the model, and the
 * validation of the model's values.
 *
 * @module
 */
import { ConfigError, quote, reasonOf } from "../errors.ts";
import { copyJson } from "../json/json.ts";
import type { LoweredSchema } from "./lowering.ts";
import { assertSchemaSize } from "./schema_limits.ts";
import type { SchemaProfile } from "./schema_profile.ts";
import { isStandardSchema, type StandardSchema } from "./standard_schema.ts";
import { describeUnsupported } from "./unsupported_part.ts";
import { convertValibot, isValibot } from "./valibot_json_schema.ts";
import { buildSchemaError, WireForm } from "./wire_form.ts";

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
    const converted = convert(schema);
    assertSchemaSize(converted);
    return JSON.stringify(converted) ?? "null";
  } catch (cause) {
    throw buildSchemaError(owner, cause, describeUnsupported(schema, cause));
  }
}

function convert(schema: StandardSchema): unknown {
  if (isValibot(schema)) return convertValibot(schema);
  const { vendor, jsonSchema } = schema["~standard"];
  if (jsonSchema === undefined) {
    throw new TypeError(
      `its library "${vendor}" does not implement Standard JSON Schema: use one that does, ` +
        "for example valibot, zod from 4.2 on or arktype from 2.1.28 on",
    );
  }
  return jsonSchema.input({ target: "draft-2020-12" });
}
