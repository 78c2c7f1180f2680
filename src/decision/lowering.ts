/**
 * From the JSON Schema of a schema library to the subset that a model accepts.
 *
 * Lowering may widen what the model can say, for the author's schema validates
 * afterwards; it never narrows. What has no form is refused with its keyword.
 *
 * | construct | lowered to |
 * | --- | --- |
 * | object | closed, every property required; an optional one may be null |
 * | record, open object, `unknown`, `any`, `never` | refused |
 * | `allOf` (intersect), tuple with rest | refused |
 * | tuple | array of its length whose items are any of its items |
 * | `anyOf`, `oneOf` | `anyOf`, constants first in each object |
 * | `enum`, `const`, `$ref` | kept, definitions renamed |
 * | keywords and formats the profile has | kept |
 * | other restrictions, defaults, patterns with look-around | described in words |
 *
 * @module
 */
import type { JsonSchema } from "../json.ts";
import { deletesNulls, emptyPlan, findDisagreement, type NullPlan } from "./null_plan.ts";
import type { SchemaProfile } from "./schema_profile.ts";

/** A schema in the form that goes to a model. */
export interface LoweredSchema {
  /** The lowered schema. */
  readonly schema: JsonSchema;
  /** The definitions it refers to, by their new names. */
  readonly definitions: Readonly<Record<string, JsonSchema>>;
  /** Where nulls are deleted on the way back; absent where nowhere. */
  readonly nulls?: NullPlan;
}

/** Says that a construct has no form: where, which keyword, and what was expected. */
export class LoweringError extends Error {
  override readonly name = "LoweringError";
}

interface Lowered {
  readonly schema: Record<string, unknown>;
  readonly plan: NullPlan;
}

/** Lowers a schema; `prefix` is put before the names of its definitions. */
export function lower(source: JsonSchema, profile: SchemaProfile, prefix: string): LoweredSchema {
  const lowering = new Lowering(source, profile, prefix);
  const { schema, plan } = lowering.lower(source, "");
  const definitions = lowering.definitions();
  return deletesNulls(plan) ? { schema, definitions, nulls: plan } : { schema, definitions };
}

/** Whether a schema accepts null. */
function acceptsNull(schema: JsonSchema): boolean {
  const { type, anyOf, oneOf } = schema;
  if (type === "null" || Array.isArray(type) && type.includes("null")) return true;
  if (schema.const === null || Array.isArray(schema.enum) && schema.enum.includes(null)) {
    return true;
  }
  return [anyOf, oneOf].some((union) => Array.isArray(union) && union.some(acceptsNull));
}

class Lowering {
  readonly #definitions = new Map<string, Lowered>();

  constructor(
    readonly root: JsonSchema,
    readonly profile: SchemaProfile,
    readonly prefix: string,
  ) {}

  definitions(): Record<string, JsonSchema> {
    return Object.fromEntries([...this.#definitions].map(([, lowered], index) => [
      `${this.prefix}${index}`,
      lowered.schema,
    ]));
  }

  lower(source: unknown, path: string, isBranch = false): Lowered {
    if (typeof source !== "object" || source === null || Array.isArray(source)) {
      return this.#refuse(path, `a schema that is ${JSON.stringify(source)}`, "a described type");
    }
    const schema = source as JsonSchema;
    if (typeof schema.$ref === "string") return this.#reference(schema.$ref, path);
    for (const keyword of ["allOf", "if", "dependentSchemas", "patternProperties"]) {
      if (schema[keyword] !== undefined) {
        return this.#refuse(path, `"${keyword}"`, "one object, array, union or primitive");
      }
    }
    const union = schema.anyOf ?? schema.oneOf;
    if (Array.isArray(union)) return this.#union(schema, union, path);
    const notes: string[] = [];
    if (schema.enum !== undefined || "const" in schema) return this.#values(schema, notes);
    const type = schema.type ?? (schema.properties === undefined ? undefined : "object");
    if (Array.isArray(type)) {
      const single = type.map((one) => ({ ...schema, type: one }));
      return single.length === 1
        ? this.lower(single[0], path, isBranch)
        : this.#union({ description: schema.description }, single, path);
    }
    switch (type) {
      case "object":
        return this.#object(schema, path, isBranch);
      case "array":
        return this.#array(schema, path);
      case "string":
        return { schema: this.#primitive(schema, "string", notes), plan: emptyPlan() };
      case "number":
      case "integer":
        return {
          schema: this.#primitive(schema, type as "number" | "integer", notes),
          plan: emptyPlan(),
        };
      case "boolean":
      case "null":
        return { schema: described({ type }, schema, notes), plan: emptyPlan() };
      default:
        return this.#refuse(
          path,
          schema.not === undefined ? "an unknown or any type" : '"not" without a type',
          "a described type",
        );
    }
  }

  #refuse(path: string, what: string, expected: string): never {
    const where = path === "" ? "at its root" : `at "${path}"`;
    throw new LoweringError(
      `${what} ${where} has no form in ${this.profile.name}: expected ${expected}`,
    );
  }

  #reference(reference: string, path: string): Lowered {
    const known = [...this.#definitions.keys()].indexOf(reference);
    if (known >= 0) {
      const { plan } = this.#definitions.get(reference)!;
      return { schema: { $ref: `#/$defs/${this.prefix}${known}` }, plan };
    }
    const target = this.#target(reference);
    if (target === undefined) {
      return this.#refuse(path, `"$ref" to "${reference}"`, "a reference inside the schema");
    }
    // Entered before it is lowered, so that a recursive schema finds itself.
    const entry = { schema: {} as Record<string, unknown>, plan: emptyPlan() };
    const index = this.#definitions.size;
    this.#definitions.set(reference, entry);
    const lowered = this.lower(target, path);
    Object.assign(entry.schema, lowered.schema);
    entry.plan.branches.push(lowered.plan);
    return { schema: { $ref: `#/$defs/${this.prefix}${index}` }, plan: entry.plan };
  }

  #union(schema: JsonSchema, options: readonly unknown[], path: string): Lowered {
    const lowered = options.map((option) => this.lower(option, path, true));
    const plan = emptyPlan();
    plan.branches.push(...lowered.map((option) => option.plan));
    const disputed = findDisagreement(plan.branches);
    if (disputed !== undefined) {
      const full = path === "" ? disputed : `${path}.${disputed}`;
      return this.#refuse(
        full,
        "a property that is optional in one branch of a union and nullable in another",
        "the same in every branch",
      );
    }
    // A nested union without a word of its own joins the outer one.
    const branches = lowered.flatMap(({ schema }) =>
      Array.isArray(schema.anyOf) && schema.description === undefined ? schema.anyOf : [schema]
    );
    return { schema: described({ anyOf: branches }, schema, []), plan };
  }

  #values(schema: JsonSchema, notes: string[]): Lowered {
    const values = "const" in schema ? [schema.const] : schema.enum as unknown[];
    const types = new Set(values.map((value) => value === null ? "null" : typeof value));
    if (types.has("object") || values.length === 0) {
      return this.#refuse("", '"enum" of objects or of nothing', "strings, numbers or booleans");
    }
    const type = types.size === 1 ? [...types][0] : [...types];
    const form = values.length === 1 ? { type, const: values[0] } : { type, enum: [...values] };
    return { schema: described(form, schema, notes), plan: emptyPlan() };
  }

  #object(schema: JsonSchema, path: string, isBranch: boolean): Lowered {
    const properties = schema.properties as Record<string, JsonSchema> | undefined;
    const open = schema.additionalProperties;
    if (open !== undefined && open !== false || properties === undefined) {
      return this.#refuse(
        path,
        '"additionalProperties" (a record or open object)',
        "listed properties",
      );
    }
    const required = new Set(Array.isArray(schema.required) ? schema.required : []);
    const plan = emptyPlan();
    const lowered: [string, Record<string, unknown>][] = [];
    for (const [name, source] of Object.entries(properties)) {
      const property = this.lower(source, path === "" ? name : `${path}.${name}`);
      const nullable = acceptsNull(
        typeof source.$ref === "string" ? this.#target(source.$ref) as JsonSchema : source,
      );
      const isOptional = !required.has(name);
      plan.properties.set(name, {
        drop: isOptional && !nullable,
        keep: nullable,
        value: property.plan,
      });
      lowered.push([name, isOptional && !nullable ? orNull(property.schema) : property.schema]);
    }
    // A decoder that reads the discriminator first settles the branch at once.
    if (isBranch) lowered.sort(([, a], [, b]) => Number("const" in b) - Number("const" in a));
    const notes = ["minProperties", "maxProperties"].flatMap((name) => note(name, schema[name]));
    return {
      schema: described(
        {
          type: "object",
          properties: Object.fromEntries(lowered),
          required: lowered.map(([name]) => name),
          additionalProperties: false,
        },
        schema,
        notes,
      ),
      plan,
    };
  }

  /** What a reference points to; undefined where that is not inside the schema. */
  #target(reference: string): unknown {
    if (!reference.startsWith("#")) return undefined;
    let target: unknown = this.root;
    for (const part of reference.slice(1).split("/").filter((part) => part !== "")) {
      const key = decodeURIComponent(part).replaceAll("~1", "/").replaceAll("~0", "~");
      target = typeof target === "object" && target !== null && Object.hasOwn(target, key)
        ? (target as Record<string, unknown>)[key]
        : undefined;
    }
    return target;
  }

  #array(schema: JsonSchema, path: string): Lowered {
    const plan = emptyPlan();
    const tuple = schema.prefixItems ?? (Array.isArray(schema.items) ? schema.items : undefined);
    const here = `${path}[]`;
    if (Array.isArray(tuple)) {
      const rest = schema.prefixItems === undefined ? schema.additionalItems : schema.items;
      if (rest !== undefined && rest !== false) {
        return this.#refuse(
          path,
          '"items" after "prefixItems" (a tuple with rest)',
          "a fixed length",
        );
      }
      if (tuple.length === 0) return this.#refuse(path, "an empty tuple", "at least one item");
      const items = tuple.length === 1
        ? this.lower(tuple[0], here)
        : this.#union({}, distinct(tuple), here);
      plan.items.push(items.plan);
      const length = { minItems: tuple.length, maxItems: tuple.length };
      const form = this.#restricted({ type: "array", items: items.schema }, length, "array", []);
      return { schema: described(form, schema, ["the items in the order given"]), plan };
    }
    if (schema.items === undefined) return this.#refuse(path, "an array without items", '"items"');
    const items = this.lower(schema.items, here);
    plan.items.push(items.plan);
    const notes: string[] = [];
    const form = this.#restricted({ type: "array", items: items.schema }, schema, "array", notes);
    return { schema: described(form, schema, notes), plan };
  }

  #primitive(schema: JsonSchema, type: "string" | "number" | "integer", notes: string[]) {
    const kind = type === "string" ? "string" : "number";
    return described(this.#restricted({ type }, schema, kind, notes), schema, notes);
  }

  /** Copies the restrictions that the profile has, and puts the others into words. */
  #restricted(
    form: Record<string, unknown>,
    schema: JsonSchema,
    kind: "string" | "number" | "array",
    notes: string[],
  ): Record<string, unknown> {
    const allowed = this.profile[`${kind}Keywords`];
    for (const keyword of RESTRICTIONS[kind]) {
      const value = schema[keyword];
      if (value === undefined) continue;
      const has = allowed.includes(keyword) &&
        (keyword !== "format" || this.profile.stringFormats.includes(value as string)) &&
        (keyword !== "pattern" || isSimplePattern(value as string));
      if (has) form[keyword] = value;
      else notes.push(...note(keyword, value));
    }
    return form;
  }
}

const RESTRICTIONS = {
  string: ["pattern", "format", "minLength", "maxLength", "contentEncoding", "not"],
  number: [
    "multipleOf",
    "maximum",
    "exclusiveMaximum",
    "minimum",
    "exclusiveMinimum",
    "not",
  ],
  array: ["minItems", "maxItems", "uniqueItems", "contains"],
} as const;

const WORDS: Readonly<Record<string, (value: unknown) => string>> = {
  minLength: (value) => `at least ${value} characters`,
  maxLength: (value) => `at most ${value} characters`,
  minItems: (value) => `at least ${value} items`,
  maxItems: (value) => `at most ${value} items`,
  minProperties: (value) => `at least ${value} properties`,
  maxProperties: (value) => `at most ${value} properties`,
  uniqueItems: () => "no item twice",
  pattern: (value) => `matching the regular expression ${value}`,
  format: (value) => `in the format ${value}`,
};

function note(keyword: string, value: unknown): string[] {
  if (value === undefined || value === false) return [];
  return [WORDS[keyword]?.(value) ?? `${keyword} ${JSON.stringify(value)}`];
}

/** Look-around and back-references are beyond the decoders' regular expressions. */
function isSimplePattern(pattern: string): boolean {
  return !/\(\?(?!:)|\\[1-9]|\\k</.test(pattern);
}

/** Adds what the author said and what could not be said in keywords. */
function described(
  form: Record<string, unknown>,
  schema: JsonSchema,
  notes: readonly string[],
): Record<string, unknown> {
  const words = [
    schema.description ?? schema.title,
    ...notes,
    ...(schema.default === undefined || schema.default === null
      ? []
      : [`default ${JSON.stringify(schema.default)}`]),
    ...(Array.isArray(schema.examples) ? [`for example ${JSON.stringify(schema.examples)}`] : []),
  ].filter((word): word is string => typeof word === "string" && word !== "");
  return words.length === 0 ? form : { ...form, description: words.join("; ") };
}

/** The same schema, null allowed. */
function orNull(schema: Record<string, unknown>): Record<string, unknown> {
  if (Array.isArray(schema.anyOf)) return { ...schema, anyOf: [...schema.anyOf, { type: "null" }] };
  const isPlain = typeof schema.type === "string" && !("enum" in schema) && !("const" in schema) &&
    schema.type !== "object" && schema.type !== "array";
  if (isPlain) return { ...schema, type: [schema.type, "null"] };
  const { description, ...form } = schema;
  return {
    anyOf: [form, { type: "null" }],
    ...(description !== undefined && { description }),
  };
}

function distinct(schemas: readonly unknown[]): unknown[] {
  const texts = new Set<string>();
  return schemas.filter((schema) => {
    const text = JSON.stringify(schema);
    return !texts.has(text) && texts.add(text);
  });
}
