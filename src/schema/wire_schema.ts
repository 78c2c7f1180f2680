/**
 * An author's schema as it travels: JSON Schema out, wire value in.
 *
 * @module
 */
import { ConfigError, reasonOf } from "../errors.ts";
import { copyJson } from "../json/json.ts";
import type { LoweredSchema } from "./lowering.ts";
import { deleteNulls } from "./null_plan.ts";
import type { SchemaProfile } from "./schema_profile.ts";
import { isStandardSchema, type StandardSchema } from "./standard_schema.ts";
import { isValibot, valibotJsonSchema } from "./valibot_json_schema.ts";
import { unusable, WireForm } from "./wire_form.ts";

type Result = StandardSchema.Result;

const known = new WeakMap<object, WireSchema>();

/**
 * An author's schema with its form. Its JSON Schema is read once: a schema that
 * was seen before costs one look-up, and is taken not to have changed.
 */
export class WireSchema {
  /** What it shares with all schemas that say the same. */
  readonly form: WireForm;
  readonly #schema: StandardSchema;

  /**
   * Returns the wire form of a schema. `owner` names it in errors.
   *
   * @throws {ConfigError} if it is no Standard Schema, or has no JSON Schema.
   */
  static of(schema: unknown, owner: string): WireSchema {
    if (!isStandardSchema(schema)) {
      throw new ConfigError(
        `Cannot use the schema of ${owner}: expected a Standard Schema (valibot, zod, arktype, …)`,
      );
    }
    let wire = known.get(schema);
    if (wire === undefined) known.set(schema, wire = new WireSchema(schema, owner));
    return wire;
  }

  private constructor(schema: StandardSchema, owner: string) {
    this.#schema = schema;
    this.form = WireForm.of(jsonText(schema, owner), isValibot(schema), owner);
  }

  /** True if it describes an object, as the arguments of a tool must be. */
  get isObject(): boolean {
    return this.form.isObject;
  }

  /** Returns the schema in a model's subset of JSON Schema; `fresh` converts the author's schema again. */
  lowered(profile: SchemaProfile, owner: string, fresh = false): LoweredSchema {
    const schema = this.#schema;
    const form = fresh
      ? new WireForm(jsonText(schema, owner), isValibot(schema), owner)
      : this.form;
    return form.lowered(profile, owner);
  }

  /** Returns a value from the wire in the author's form: nulls that mean absent are deleted. */
  authored(value: unknown): unknown {
    const { nulls } = this.form;
    return nulls === undefined ? value : deleteNulls(value, nulls);
  }

  /**
   * Validates a value in the author's form. The result shares no object with
   * the value unless `copies` is false. A schema whose own code throws refuses it.
   */
  validate(value: unknown, copies = true): Result | Promise<Result> {
    try {
      const input = copies ? copyJson(value, this.form.prototype) : value;
      const result = this.#schema["~standard"].validate(input);
      return result instanceof Promise ? result.catch(failed) : result;
    } catch (error) {
      return failed(error);
    }
  }
}

function failed(error: unknown): Result {
  return { issues: [{ message: `Validation failed: ${reasonOf(error)}` }] };
}

/** The JSON Schema of a schema, as text. */
function jsonText(schema: StandardSchema, owner: string): string {
  try {
    const { vendor, jsonSchema } = schema["~standard"];
    if (isValibot(schema)) return JSON.stringify(valibotJsonSchema(schema));
    if (jsonSchema === undefined) {
      throw new TypeError(`expected the library "${vendor}" to have Standard JSON Schema`);
    }
    return JSON.stringify(jsonSchema.input({ target: "draft-2020-12" })) ?? "null";
  } catch (cause) {
    throw unusable(owner, cause);
  }
}
