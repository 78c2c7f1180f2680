/**
 * Lowering: conversion of a library's JSON Schema to the subset that a model accepts.
 *
 * Lowering may widen a schema, because the author's schema validates afterwards; it never
 * narrows it. A construct that the subset cannot express is refused.
 *
 * @module
 */
import type { JsonSchema } from "../json/json.ts";
import {
  acceptsAnything,
  acceptsNull,
  type Form,
  type LoweringContext,
  resolveReference,
  sortDiscriminatorsFirst,
} from "./lowered.ts";
import { lowerArray, lowerObject, lowerValues } from "./lower_kinds.ts";
import {
  addDescription,
  addRestrictions,
  describeRestriction,
  isRestriction,
  WORDS_KEY,
} from "./restrictions.ts";
import type { SchemaProfile } from "./schema_profile.ts";

/** JSON Schema in the subset of a profile, with its definitions. */
export interface LoweredSchema {
  /** Lowered schema, without `$defs`. */
  readonly schema: JsonSchema;
  /** Definitions that the schema refers to, by their new names. */
  readonly definitions: Readonly<Record<string, JsonSchema>>;
}

/** Thrown if a profile does not support a construct. */
export class LoweringError extends Error {
  override readonly name = "LoweringError";
}

/** Lowers a schema. The new names of its definitions start with `prefix`. */
export function lower(source: JsonSchema, profile: SchemaProfile, prefix: string): LoweredSchema {
  const lowering = new Lowering(source, profile, prefix);
  const schema = lowering.lower(source, "");
  return { schema, definitions: lowering.listDefinitions() };
}

/** Lowered definition. It is registered before it is complete. */
interface Definition {
  readonly form: Form;
  /** Reference to the definition. */
  readonly $ref: string;
  /** Nesting depth of properties at which it is being lowered; -1 once it is complete. */
  depth: number;
}

/** Types of all values, for decoders that take an empty schema for one of objects. */
const ALL_TYPES = ["string", "number", "boolean", "object", "array", "null"];

class Lowering implements LoweringContext {
  /** Number of references that close a cycle in the property that is being lowered. */
  #cycles = 0;
  /** Nesting depth of the property that is being lowered. */
  #depth = 0;
  /** Cache of references: true if the target accepts null. */
  readonly #nullable = new Map<string, boolean>();
  /** Definitions by their reference in the source. */
  readonly #definitions = new Map<string, Definition>();
  /** New references that are branches of a union. */
  readonly #branches = new Set<unknown>();

  constructor(
    readonly root: JsonSchema,
    readonly profile: SchemaProfile,
    readonly prefix: string,
  ) {}

  listDefinitions(): Record<string, JsonSchema> {
    return Object.fromEntries(
      [...this.#definitions.values()].map(({ form, $ref }, index) => [
        `${this.prefix}${index}`,
        this.#branches.has($ref) ? sortDiscriminatorsFirst(form) : form,
      ]),
    );
  }

  lower(source: unknown, path: string, isOpen = false): Form {
    if (this.profile.unknown && acceptsAnything(source)) {
      const { unknown } = this.profile;
      return addDescription(unknown === "types" ? { type: ALL_TYPES } : {}, Object(source), []);
    }
    if (typeof source !== "object" || source === null || Array.isArray(source)) {
      return this.refuse(
        path,
        `a schema that is ${JSON.stringify(source)}`,
        "a schema with a type",
      );
    }
    const schema = source as JsonSchema;
    if (typeof schema.$ref === "string") return this.#lowerReference(schema, path, isOpen);
    const { allOf } = schema;
    if (Array.isArray(allOf) && allOf.every(isRestriction)) {
      const { allOf: _, ...rest } = schema;
      const words = allOf.flatMap((part: JsonSchema) =>
        Object.entries(part).flatMap(([keyword, value]) => describeRestriction(keyword, value))
      );
      return this.lower({ ...rest, [WORDS_KEY]: words } as JsonSchema, path, isOpen);
    }
    if (Array.isArray(allOf) && this.profile.intersections) {
      return this.#lowerIntersection(schema, allOf, path);
    }
    for (const keyword of ["allOf", "if", "dependentSchemas", "patternProperties"]) {
      if (schema[keyword] !== undefined) {
        return this.refuse(path, `"${keyword}"`, "one object, array, union or primitive");
      }
    }
    const union = schema.anyOf ?? schema.oneOf;
    if (Array.isArray(union)) return this.lowerUnion(schema, union, path, isOpen);
    if (schema.enum !== undefined || "const" in schema) return lowerValues(schema, path, this);
    const type = schema.type ?? (schema.properties === undefined ? undefined : "object");
    if (Array.isArray(type)) {
      const single = type.map((one) => ({ ...schema, type: one }));
      return single.length === 1
        ? this.lower(single[0], path, isOpen)
        : this.lowerUnion({ description: schema.description }, single, path, isOpen);
    }
    switch (type) {
      case "object":
        return lowerObject(schema, path, this, isOpen);
      case "array":
        return lowerArray(schema, path, this);
      case "string":
        return this.#lowerPrimitive(schema, type, "string");
      case "number":
      case "integer":
        return this.#lowerPrimitive(schema, type, "number");
      case "boolean":
      case "null":
        return addDescription({ type }, schema, []);
      default:
        return this.refuse(
          path,
          schema.not === undefined ? "an unknown or any type" : '"not" without a type',
          "a schema with a type",
        );
    }
  }

  acceptsNull(source: JsonSchema): boolean {
    return acceptsNull(this.root, source, this.#nullable);
  }

  refuse(path: string, construct: string, expected: string): never {
    const where = path === "" ? "at its root" : `at "${path}"`;
    throw new LoweringError(
      `${construct} ${where} is not supported by the schema profile ${this.profile.name}: expected ${expected}`,
    );
  }

  lowerUnion(
    schema: JsonSchema,
    branches: readonly unknown[],
    path: string,
    isOpen = false,
  ): Form {
    const lowered = branches.map((branch) => this.lower(branch, path, isOpen));
    // A nested union without a description is merged into the outer one.
    const merged = lowered.flatMap((form) =>
      Array.isArray(form.anyOf) && form.description === undefined
        ? form.anyOf as Form[]
        : [sortDiscriminatorsFirst(form)]
    );
    for (const { $ref } of merged) this.#branches.add($ref);
    return addDescription({ anyOf: merged }, schema, []);
  }

  /** Lowers an intersection. Its objects stay open, or each would refuse the others' properties. */
  #lowerIntersection(schema: JsonSchema, parts: readonly unknown[], path: string): Form {
    const { allOf: _, ...rest } = schema;
    const all = acceptsAnything(rest) ? parts : [rest, ...parts];
    return addDescription({ allOf: all.map((part) => this.lower(part, path, true)) }, schema, []);
  }

  lowerProperty(source: unknown, path: string): { form: Form; closesCycle: boolean } {
    const before = this.#cycles;
    this.#depth++;
    const form = this.lower(source, path);
    this.#depth--;
    const closesCycle = this.#cycles > before;
    this.#cycles = before;
    return { form, closesCycle };
  }

  #lowerReference(schema: JsonSchema, path: string, isOpen: boolean): Form {
    const reference = schema.$ref as string;
    const { describedReferences } = this.profile;
    // The open and the closed form of an object are separate definitions.
    const key = isOpen ? `${reference} ` : reference;
    const buildReference = ($ref: string) =>
      describedReferences ? addDescription({ $ref }, schema, []) : { $ref };
    const known = this.#definitions.get(key);
    if (known !== undefined) {
      if (known.depth >= 0) this.#closeCycle(known, path);
      return buildReference(known.$ref);
    }
    const target = resolveReference(this.root, reference);
    if (target === undefined) {
      return this.refuse(path, `"$ref" to "${reference}"`, "a reference inside the schema");
    }
    // Registered before it is lowered, so that a recursive schema finds itself.
    const $ref = `#/$defs/${this.prefix}${this.#definitions.size}`;
    const entry: Definition = { form: {}, $ref, depth: this.#depth };
    this.#definitions.set(key, entry);
    Object.assign(entry.form, this.lower(target, path, isOpen));
    entry.depth = -1;
    return buildReference($ref);
  }

  #closeCycle({ depth }: Definition, path: string): void {
    const { recursion } = this.profile;
    if (recursion === "none") {
      this.refuse(path, '"$ref" back to itself (a recursive schema)', "a schema without recursion");
    }
    if (recursion !== "optional") return;
    if (depth === this.#depth) {
      this.refuse(
        path,
        '"$ref" back to itself outside of a property',
        "the reference inside a property",
      );
    }
    this.#cycles++;
  }

  #lowerPrimitive(schema: JsonSchema, type: unknown, kind: "string" | "number"): Form {
    const notes: string[] = [];
    const form = addRestrictions({ type }, schema, kind, this.profile, notes);
    return addDescription(form, schema, notes);
  }
}
