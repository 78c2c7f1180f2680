/**
 * An author's schema as it travels: JSON Schema out, wire value in.
 *
 * @module
 */
import { toJsonSchema } from "@valibot/to-json-schema";
import * as v from "valibot";
import { ConfigError } from "../errors.ts";
import { copyJson, type JsonSchema } from "../json.ts";
import { fingerprint, identity, isDeclarative, snapshot } from "./fingerprint.ts";
import { lower, type LoweredSchema, LoweringError } from "./lowering.ts";
import { openaiStrict, type SchemaProfile } from "./schema_profile.ts";
import {
  isStandardSchema,
  type StandardIssue,
  type StandardResult,
  type StandardSchema,
} from "./standard_schema.ts";
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
  readonly #source: StandardSchema | ValibotSchema;
  readonly #isValibot: boolean;
  readonly #isDeclarative: boolean;
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
    const made = new WireSchema(schema, meaning, isValibot);
    made.lowered(openaiStrict, owner);
    cache.set(meaning, made);
    return made;
  }

  private constructor(schema: StandardSchema, meaning: string, isValibot: boolean) {
    this.meaning = meaning;
    this.#isValibot = isValibot && meaning !== identity(schema);
    this.#source = this.#isValibot ? snapshot(schema) : schema;
    this.#isDeclarative = this.#isValibot && isDeclarative(meaning);
  }

  /** The schema in a model's subset of JSON Schema, kept unless `fresh`. */
  lowered(profile: SchemaProfile, owner: string, fresh = false): LoweredSchema {
    const key = `${identity(profile)} ${owner}`;
    const kept = this.#lowered.get(key);
    if (kept !== undefined && !fresh) return kept;
    try {
      const prefix = `${owner.replaceAll(/[^A-Za-z0-9]+/g, "_")}_`;
      const lowered = lower(this.#jsonSchema(), profile, prefix);
      this.#lowered.set(key, lowered);
      return lowered;
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      const lead = cause instanceof LoweringError ? "" : "no JSON Schema can be made of it: ";
      throw new ConfigError(`Cannot use the schema of ${owner}: ${lead}${reason}`, { cause });
    }
  }

  /** Validates a value in the author's form; what it gives shares no object with the value. */
  validate(value: unknown): StandardResult | Promise<StandardResult> {
    const input = this.#isDeclarative ? value : copyJson(value);
    if (!this.#isValibot) return (this.#source as StandardSchema)["~standard"].validate(input);
    const result = v.safeParse(this.#source as ValibotSchema, input);
    if (result.success) return { value: result.output };
    return { issues: result.issues as readonly StandardIssue[] };
  }

  #jsonSchema(): JsonSchema {
    const standard = (this.#source as StandardSchema)["~standard"];
    if (standard.vendor === "valibot" && "~run" in this.#source) {
      return valibotJsonSchema(this.#source as ValibotSchema);
    }
    if (standard.jsonSchema === undefined) {
      throw new TypeError(`expected the library "${standard.vendor}" to have Standard JSON Schema`);
    }
    return standard.jsonSchema.input({ target: "draft-2020-12" });
  }
}

type Converted = ReturnType<typeof toJsonSchema>;

/** Marks the JSON Schema of a pipe behind its first transformation. */
const settled = Symbol("settled");
type Marked = Converted & { readonly [settled]?: Converted };

function marked(schema: Converted): Marked {
  return { ...schema, [settled]: schema };
}

function valibotJsonSchema(schema: ValibotSchema): JsonSchema {
  return toJsonSchema(schema, {
    target: "draft-2020-12",
    typeMode: "input",
    overrideSchema: ({ valibotSchema, jsonSchema }) =>
      // The converter leaves an open object unmarked, as if it were closed.
      valibotSchema.type === "loose_object" ? { ...jsonSchema, additionalProperties: true } : null,
    overrideAction: ({ valibotAction, jsonSchema, errors }) => {
      const before = (jsonSchema as Marked)[settled];
      // What follows a transformation restricts its result, not what the model may say.
      if (before !== undefined) return marked(before);
      if (valibotAction.kind === "transformation") return marked(jsonSchema);
      const action = valibotAction as { readonly type: string; readonly requirement?: unknown };
      const expression = action.requirement instanceof RegExp ? action.requirement : undefined;
      if (action.type === "iso_time" || action.type === "iso_date_time") {
        // These are shorter than the formats "time" and "date-time" of JSON Schema.
        const { format: _, ...rest } = jsonSchema;
        return { ...rest, pattern: expression!.source };
      }
      if (expression !== undefined && /[^u]/.test(expression.flags)) {
        const { pattern, ...rest } = jsonSchema;
        // A pattern cannot say "ignore case", and without it would be narrower.
        return pattern === expression.source ? rest : jsonSchema;
      }
      return errors === undefined ? null : jsonSchema;
    },
  }) as JsonSchema;
}
