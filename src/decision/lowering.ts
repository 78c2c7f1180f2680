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
import { acceptsNull, resolveReference } from "./json_reference.ts";
import { described, isSimplePattern, note, RESTRICTIONS, WORDS_OF } from "./lowering_words.ts";
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
  lowering.checkUnions();
  const definitions = lowering.definitions();
  return deletesNulls(plan) ? { schema, definitions, nulls: plan } : { schema, definitions };
}

class Lowering {
  /** The definitions, by the reference that the source has. */
  readonly #definitions = new Map<string, Lowered>();
  /** The references, by their new names, that are branches of a union. */
  readonly #branches = new Set<unknown>();
  readonly #unions: { readonly path: string; readonly plan: NullPlan }[] = [];

  constructor(
    readonly root: JsonSchema,
    readonly profile: SchemaProfile,
    readonly prefix: string,
  ) {}

  definitions(): Record<string, JsonSchema> {
    return Object.fromEntries(
      [...this.#definitions.values()].map(({ schema }, index) => [
        `${this.prefix}${index}`,
        this.#branches.has(this.#referenceTo(index)) ? discriminatorsFirst(schema) : schema,
      ]),
    );
  }

  /** Refuses unions whose branches disagree; only when all is lowered are recursive plans whole. */
  checkUnions(): void {
    for (const { path, plan } of this.#unions) {
      const disputed = findDisagreement(plan.branches);
      if (disputed === undefined) continue;
      this.#refuse(
        path === "" ? disputed : `${path}.${disputed}`,
        "a property that is optional in one branch of a union and nullable in another",
        "the same in every branch",
      );
    }
  }

  lower(source: unknown, path: string): Lowered {
    if (typeof source !== "object" || source === null || Array.isArray(source)) {
      return this.#refuse(path, `a schema that is ${JSON.stringify(source)}`, "a described type");
    }
    const schema = source as JsonSchema;
    if (typeof schema.$ref === "string") return this.#reference(schema.$ref, path);
    if (Array.isArray(schema.allOf) && schema.allOf.every(isRestriction)) {
      const { allOf, ...rest } = schema;
      const words = allOf.flatMap((part: JsonSchema) =>
        Object.entries(part).flatMap(([keyword, value]) => note(keyword, value))
      );
      return this.lower({ ...rest, [WORDS_OF]: words } as JsonSchema, path);
    }
    for (const keyword of ["allOf", "if", "dependentSchemas", "patternProperties"]) {
      if (schema[keyword] !== undefined) {
        return this.#refuse(path, `"${keyword}"`, "one object, array, union or primitive");
      }
    }
    const union = schema.anyOf ?? schema.oneOf;
    if (Array.isArray(union)) return this.#union(schema, union, path);
    if (schema.enum !== undefined || "const" in schema) return this.#values(schema, path);
    const type = schema.type ?? (schema.properties === undefined ? undefined : "object");
    if (Array.isArray(type)) {
      const single = type.map((one) => ({ ...schema, type: one }));
      return single.length === 1
        ? this.lower(single[0], path)
        : this.#union({ description: schema.description }, single, path);
    }
    switch (type) {
      case "object":
        return this.#object(schema, path);
      case "array":
        return this.#array(schema, path);
      case "string":
        return { schema: this.#primitive(schema, "string"), plan: emptyPlan() };
      case "number":
      case "integer":
        return { schema: this.#primitive(schema, type as "number" | "integer"), plan: emptyPlan() };
      case "boolean":
      case "null":
        return { schema: described({ type }, schema, []), plan: emptyPlan() };
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
      return { schema: { $ref: this.#referenceTo(known) }, plan };
    }
    const target = resolveReference(this.root, reference);
    if (target === undefined) {
      return this.#refuse(path, `"$ref" to "${reference}"`, "a reference inside the schema");
    }
    // Entered before it is lowered, so that a recursive schema finds itself.
    const entry: Lowered = { schema: {}, plan: emptyPlan() };
    const index = this.#definitions.size;
    this.#definitions.set(reference, entry);
    const lowered = this.lower(target, path);
    Object.assign(entry.schema, lowered.schema);
    entry.plan.branches.push(lowered.plan);
    return { schema: { $ref: this.#referenceTo(index) }, plan: entry.plan };
  }

  #union(schema: JsonSchema, options: readonly unknown[], path: string): Lowered {
    const lowered = options.map((option) => this.lower(option, path));
    const plan = emptyPlan();
    plan.branches.push(...lowered.map((option) => option.plan));
    this.#unions.push({ path, plan });
    // A nested union without a word of its own joins the outer one.
    const branches = lowered.flatMap(({ schema }) =>
      Array.isArray(schema.anyOf) && schema.description === undefined ? schema.anyOf : [schema]
    );
    for (const { $ref } of branches) this.#branches.add($ref);
    return { schema: described({ anyOf: branches.map(discriminatorsFirst) }, schema, []), plan };
  }

  #referenceTo(index: number): string {
    return `#/$defs/${this.prefix}${index}`;
  }

  #values(schema: JsonSchema, path: string): Lowered {
    const values = "const" in schema ? [schema.const] : schema.enum as unknown[];
    const types = new Set(values.map((value) => value === null ? "null" : typeof value));
    if (types.has("object") || values.length === 0) {
      return this.#refuse(path, '"enum" of objects or of nothing', "strings, numbers or booleans");
    }
    const type = types.size === 1 ? [...types][0] : [...types];
    const form = values.length === 1 ? { type, const: values[0] } : { type, enum: [...values] };
    return { schema: described(form, schema, []), plan: emptyPlan() };
  }

  #object(schema: JsonSchema, path: string): Lowered {
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
      const nullable = acceptsNull(this.root, source);
      const isOptional = !required.has(name);
      plan.properties.set(name, {
        drop: isOptional && !nullable,
        keep: nullable,
        value: property.plan,
      });
      lowered.push([name, isOptional && !nullable ? orNull(property.schema) : property.schema]);
    }
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
      const least = schema.minItems as number | undefined ?? tuple.length;
      const length = { minItems: Math.min(least, tuple.length), maxItems: tuple.length };
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

  #primitive(schema: JsonSchema, type: "string" | "number" | "integer") {
    const notes: string[] = [];
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

/** Whether a schema only restricts, and says no type or structure of its own. */
function isRestriction(schema: unknown): boolean {
  const keywords = typeof schema === "object" && schema !== null ? Object.keys(schema) : ["type"];
  const restrictions: readonly string[] = Object.values(RESTRICTIONS).flat();
  return keywords.every((keyword) => restrictions.includes(keyword));
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

/** A decoder that reads the discriminator first settles the branch at once. */
function discriminatorsFirst(schema: Record<string, unknown>): Record<string, unknown> {
  if (schema.type !== "object") return schema;
  const rank = (property: JsonSchema) => "const" in property ? 0 : "enum" in property ? 1 : 2;
  const properties = Object.entries(schema.properties as Record<string, JsonSchema>)
    .sort(([, a], [, b]) => rank(a) - rank(b));
  return {
    ...schema,
    properties: Object.fromEntries(properties),
    required: properties.map(([name]) => name),
  };
}

function distinct(schemas: readonly unknown[]): unknown[] {
  const texts = new Set<string>();
  return schemas.filter((schema) => {
    const text = JSON.stringify(schema);
    return !texts.has(text) && texts.add(text);
  });
}
