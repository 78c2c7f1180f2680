/**
 * From the JSON Schema of a schema library to the subset that a model accepts.
 *
 * Lowering may widen what the model can say, for the author's schema validates
 * afterwards; it never narrows. What has no form is refused with its keyword.
 *
 * @module
 */
import type { JsonSchema } from "../json/json.ts";
import {
  acceptsNull,
  discriminatorsFirst,
  type Form,
  type LoweringContext,
  resolveReference,
  saysNothing,
} from "./lowered.ts";
import { lowerArray, lowerObject, lowerValues } from "./lower_kinds.ts";
import { described, isRestriction, note, restricted, WORDS_OF } from "./restrictions.ts";
import type { SchemaProfile } from "./schema_profile.ts";

/** A schema in the form that goes to a model. */
export interface LoweredSchema {
  /** The lowered schema. */
  readonly schema: JsonSchema;
  /** The definitions it refers to, by their new names. */
  readonly definitions: Readonly<Record<string, JsonSchema>>;
}

/** Says that a construct has no form: where, which keyword, and what was expected. */
export class LoweringError extends Error {
  override readonly name = "LoweringError";
}

/** Lowers a schema; `prefix` is put before the names of its definitions. */
export function lower(source: JsonSchema, profile: SchemaProfile, prefix: string): LoweredSchema {
  const lowering = new Lowering(source, profile, prefix);
  const schema = lowering.lower(source, "");
  return { schema, definitions: lowering.definitions() };
}

/** A definition, which may still be in the making. */
interface Definition {
  readonly form: Form;
  /** Its reference. */
  readonly $ref: string;
  /** How many properties, one inside the other, it is lowered in; -1 once it is. */
  depth: number;
}

class Lowering implements LoweringContext {
  /** References that close a cycle, and that no property of the cycle has answered for. */
  #cycles = 0;
  /** How many properties, one inside the other, are being lowered. */
  #depth = 0;
  /** The references, by whether what they refer to accepts null. */
  readonly #nullable = new Map<string, boolean>();
  /** The definitions, by the reference that the source has. */
  readonly #definitions = new Map<string, Definition>();
  /** The references, by their new names, that are branches of a union. */
  readonly #branches = new Set<unknown>();

  constructor(
    readonly root: JsonSchema,
    readonly profile: SchemaProfile,
    readonly prefix: string,
  ) {}

  definitions(): Record<string, JsonSchema> {
    return Object.fromEntries(
      [...this.#definitions.values()].map(({ form, $ref }, index) => [
        `${this.prefix}${index}`,
        this.#branches.has($ref) ? discriminatorsFirst(form) : form,
      ]),
    );
  }

  lower(source: unknown, path: string, isOpen = false): Form {
    if (this.profile.unknown && saysNothing(source)) {
      return described({}, Object(source), []);
    }
    if (typeof source !== "object" || source === null || Array.isArray(source)) {
      return this.refuse(path, `a schema that is ${JSON.stringify(source)}`, "a described type");
    }
    const schema = source as JsonSchema;
    if (typeof schema.$ref === "string") return this.#reference(schema, path, isOpen);
    const { allOf } = schema;
    if (Array.isArray(allOf) && allOf.every(isRestriction)) {
      const { allOf: _, ...rest } = schema;
      const words = allOf.flatMap((part: JsonSchema) =>
        Object.entries(part).flatMap(([keyword, value]) => note(keyword, value))
      );
      return this.lower({ ...rest, [WORDS_OF]: words } as JsonSchema, path, isOpen);
    }
    if (Array.isArray(allOf) && this.profile.intersections) {
      return this.#intersection(schema, allOf, path);
    }
    for (const keyword of ["allOf", "if", "dependentSchemas", "patternProperties"]) {
      if (schema[keyword] !== undefined) {
        return this.refuse(path, `"${keyword}"`, "one object, array, union or primitive");
      }
    }
    const union = schema.anyOf ?? schema.oneOf;
    if (Array.isArray(union)) return this.union(schema, union, path, isOpen);
    if (schema.enum !== undefined || "const" in schema) return lowerValues(schema, path, this);
    const type = schema.type ?? (schema.properties === undefined ? undefined : "object");
    if (Array.isArray(type)) {
      const single = type.map((one) => ({ ...schema, type: one }));
      return single.length === 1
        ? this.lower(single[0], path, isOpen)
        : this.union({ description: schema.description }, single, path, isOpen);
    }
    switch (type) {
      case "object":
        return lowerObject(schema, path, this, isOpen);
      case "array":
        return lowerArray(schema, path, this);
      case "string":
        return this.#primitive(schema, type, "string");
      case "number":
      case "integer":
        return this.#primitive(schema, type, "number");
      case "boolean":
      case "null":
        return described({ type }, schema, []);
      default:
        return this.refuse(
          path,
          schema.not === undefined ? "an unknown or any type" : '"not" without a type',
          "a described type",
        );
    }
  }

  acceptsNull(source: JsonSchema): boolean {
    return acceptsNull(this.root, source, this.#nullable);
  }

  refuse(path: string, what: string, expected: string): never {
    const where = path === "" ? "at its root" : `at "${path}"`;
    throw new LoweringError(
      `${what} ${where} has no form in ${this.profile.name}: expected ${expected}`,
    );
  }

  union(
    schema: JsonSchema,
    options: readonly unknown[],
    path: string,
    isOpen = false,
  ): Form {
    const lowered = options.map((option) => this.lower(option, path, isOpen));
    // A nested union without a word of its own joins the outer one.
    const branches = lowered.flatMap((form) =>
      Array.isArray(form.anyOf) && form.description === undefined
        ? form.anyOf as Form[]
        : [discriminatorsFirst(form)]
    );
    for (const { $ref } of branches) this.#branches.add($ref);
    return described({ anyOf: branches }, schema, []);
  }

  /** Its objects stay open: each of them would refuse the properties of the others. */
  #intersection(schema: JsonSchema, parts: readonly unknown[], path: string): Form {
    const { allOf: _, ...rest } = schema;
    const all = saysNothing(rest) ? parts : [rest, ...parts];
    return described({ allOf: all.map((part) => this.lower(part, path, true)) }, schema, []);
  }

  property(source: unknown, path: string): { form: Form; closesCycle: boolean } {
    const before = this.#cycles;
    this.#depth++;
    const form = this.lower(source, path);
    this.#depth--;
    const closesCycle = this.#cycles > before;
    this.#cycles = before;
    return { form, closesCycle };
  }

  #reference(schema: JsonSchema, path: string, isOpen: boolean): Form {
    const reference = schema.$ref as string;
    const { describedReferences } = this.profile;
    // An open object and a closed one are two definitions.
    const key = isOpen ? `${reference} ` : reference;
    const said = ($ref: string) => describedReferences ? described({ $ref }, schema, []) : { $ref };
    const known = this.#definitions.get(key);
    if (known !== undefined) {
      if (known.depth >= 0) this.#closeCycle(known, path);
      return said(known.$ref);
    }
    const target = resolveReference(this.root, reference);
    if (target === undefined) {
      return this.refuse(path, `"$ref" to "${reference}"`, "a reference inside the schema");
    }
    // Entered before it is lowered, so that a recursive schema finds itself.
    const $ref = `#/$defs/${this.prefix}${this.#definitions.size}`;
    const entry: Definition = { form: {}, $ref, depth: this.#depth };
    this.#definitions.set(key, entry);
    Object.assign(entry.form, this.lower(target, path, isOpen));
    entry.depth = -1;
    return said($ref);
  }

  #closeCycle({ depth }: Definition, path: string): void {
    const { recursion } = this.profile;
    if (recursion === "none") {
      this.refuse(path, '"$ref" back to itself (a recursive schema)', "a finite depth");
    }
    if (recursion !== "optional") return;
    if (depth === this.#depth) {
      this.refuse(path, '"$ref" back to itself outside of a property', "a property between");
    }
    this.#cycles++;
  }

  #primitive(schema: JsonSchema, type: unknown, kind: "string" | "number"): Form {
    const notes: string[] = [];
    const form = restricted({ type }, schema, kind, this.profile, notes);
    return described(form, schema, notes);
  }
}
