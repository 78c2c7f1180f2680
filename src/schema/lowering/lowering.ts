/**
 * Lowering: conversion of a library's JSON Schema to the subset that a model accepts.
 *
 * Lowering may widen a schema, because the author's schema validates afterwards; it never
 * narrows it. A construct that the subset cannot express is refused.
 *
 * @module
 */
import { isPlainObject, type JsonSchema } from "../../json/json.ts";
import type { SchemaProfile } from "../schema_profile.ts";
import { lowerArray, type LoweringContext, lowerObject, lowerValues } from "./lower_kinds.ts";
import { type Form, refuse, sortDiscriminatorsFirst } from "./lowered.ts";
import type { Normal } from "./normal_form.ts";
import {
  addDescription,
  addRestrictions,
  ANNOTATIONS,
  describeAll,
  WORDS_KEY,
} from "./restrictions.ts";
import type { SchemaDocument } from "./schema_document.ts";

/** JSON Schema in the subset of a profile, with its definitions. */
export interface LoweredSchema {
  /** Lowered schema, without `$defs`. */
  readonly schema: JsonSchema;
  /** Definitions that the schema refers to, by their new names. */
  readonly definitions: Readonly<Record<string, JsonSchema>>;
}

/** Maximum number of parts of a lowered schema, because merged branches repeat what they share. */
const MAX_PARTS = 100_000;

/**
 * Lowers a schema. The new names of its definitions start with `prefix`.
 *
 * @throws {LoweringError} if the profile does not support a part of it.
 */
export function lower(
  document: SchemaDocument,
  profile: SchemaProfile,
  prefix: string,
): LoweredSchema {
  const lowering = new Lowering(document, profile, prefix);
  const schema = lowering.lower(document.root, "", false, true);
  return { schema, definitions: lowering.lowerDefinitions() };
}

/** Definition that a schema refers to. */
interface Definition {
  readonly target: unknown;
  /** Path of the first reference to it. */
  readonly path: string;
  /** True if its objects stay open, because it is a part of an intersection. */
  readonly isOpen: boolean;
  /** Reference to the definition. */
  readonly $ref: string;
}

/** Types of all values, for decoders that take an empty schema for one of objects. */
const ALL_TYPES = ["string", "number", "boolean", "object", "array", "null"];

class Lowering implements LoweringContext {
  /** Definitions by the targets of references: closed ones, and open ones. */
  readonly #known = [new Map<unknown, Definition>(), new Map<unknown, Definition>()] as const;
  /** All definitions, in the order of their numbers. */
  readonly #definitions: Definition[] = [];
  /** New references that are branches of a union. */
  readonly #branches = new Set<unknown>();
  #parts = 0;

  constructor(
    readonly document: SchemaDocument,
    readonly profile: SchemaProfile,
    readonly prefix: string,
  ) {
    const { cycle } = document;
    if (profile.recursion === "none" && cycle !== undefined) {
      const construct = '"$ref" back to itself (a recursive schema)';
      this.refuse(cycle, construct, "a schema without recursion");
    }
    const unbroken = profile.recursion === "optional" ? document.closing.unbroken : undefined;
    if (unbroken !== undefined) {
      const construct = '"$ref" back to itself outside of a property';
      this.refuse(unbroken, construct, "the reference inside a property");
    }
  }

  /** Lowers the definitions one after another, because a chain of them may be long. */
  lowerDefinitions(): Record<string, JsonSchema> {
    const lowered: [string, JsonSchema][] = [];
    // Iterating visits the definitions that are added meanwhile.
    for (const { target, path, isOpen, $ref } of this.#definitions) {
      lowered.push([$ref, this.lower(target, path, isOpen, true)]);
    }
    return Object.fromEntries(
      lowered.map(([$ref, form], index) => [
        `${this.prefix}${index}`,
        this.#branches.has($ref) ? sortDiscriminatorsFirst(form) : form,
      ]),
    );
  }

  /** Lowers a part. If `isBody` is false and the part contains itself, returns a reference. */
  lower(source: unknown, path: string, isOpen = false, isBody = false): Form {
    if (++this.#parts > MAX_PARTS) {
      const construct = `a schema of more than ${MAX_PARTS} parts after merging`;
      return this.refuse(path, construct, "definitions for the parts that are repeated");
    }
    const normal = this.document.normalizer.normalize(source);
    const { schema } = normal;
    if (!isBody && this.document.recursive.has(normal)) {
      return this.#lowerReference(source, {}, path, isOpen);
    }
    switch (normal.kind) {
      case "any":
        if (this.profile.unknown) {
          const form = this.profile.unknown === "types" ? { type: ALL_TYPES } : {};
          return addDescription(form, schema, describeAll(schema));
        }
        return this.refuse(path, describeAny(source, schema), "a schema with a type");
      case "none":
        return this.refuse(path, normal.construct, "a schema with a type");
      case "reference":
        return this.#lowerReference(normal.target, schema, path, isOpen);
      case "union":
        return this.lowerUnion(this.#addExclusion(normal), normal.branches, path, isOpen);
      case "all":
        return this.#lowerIntersection(normal, path);
      case "values":
        return lowerValues(schema, path, this);
      case "type":
        return this.#lowerType(normal, path, isOpen);
    }
  }

  #lowerType(normal: Normal & { readonly kind: "type" }, path: string, isOpen: boolean): Form {
    const { schema, type } = normal;
    switch (type) {
      case "object":
        return lowerObject(normal, path, this, isOpen);
      case "array":
        return lowerArray(schema, path, this);
      case "boolean":
      case "null":
        return addDescription({ type }, schema, describeAll({ not: schema.not }));
    }
    const notes: string[] = [];
    const kind = type === "string" ? type : "number";
    const form = addRestrictions({ type }, schema, kind, this.profile, notes);
    return addDescription(form, schema, notes);
  }

  refuse(path: string, construct: string, expected: string): never {
    return refuse(path, construct, expected, this.profile.name);
  }

  lowerUnion(
    schema: JsonSchema,
    branches: readonly unknown[],
    path: string,
    isOpen = false,
  ): Form {
    const { normalizer } = this.document;
    const possible = branches.filter((branch) => normalizer.normalize(branch).kind !== "none");
    const lowered = (possible.length > 0 ? possible : branches)
      .map((branch) => this.lower(branch, path, isOpen));
    // A nested union without a description is merged into the outer one.
    const merged = lowered.flatMap((form) =>
      Array.isArray(form.anyOf) && form.description === undefined
        ? form.anyOf as Form[]
        : [sortDiscriminatorsFirst(form)]
    );
    for (const { $ref } of merged) this.#branches.add($ref);
    return addDescription({ anyOf: merged }, schema, []);
  }

  /** Describes in words that a value must be valid in one branch only, if it could be in two. */
  #addExclusion(
    { schema, branches, isExclusive }: Normal & { readonly kind: "union" },
  ): JsonSchema {
    if (!isExclusive || this.document.normalizer.areDisjoint(branches)) return schema;
    return { ...schema, [WORDS_KEY]: ['valid in only one branch of "oneOf"'] };
  }

  /** Lowers an intersection. Its objects stay open, or each would refuse the others' properties. */
  #lowerIntersection(
    { schema, parts, conflict }: Normal & { readonly kind: "all" },
    path: string,
  ): Form {
    if (!this.profile.intersections) {
      this.refuse(path, `"allOf" of parts that cannot be merged, ${conflict},`, "one schema");
    }
    const allOf = parts.map((part) => this.lower(part, path, true));
    return addDescription({ allOf }, schema, []);
  }

  #lowerReference(target: unknown, schema: JsonSchema, path: string, isOpen: boolean): Form {
    if (!isPlainObject(target)) return this.lower(target, path, isOpen, true);
    const known = this.#known[isOpen ? 1 : 0];
    let definition = known.get(target);
    if (definition === undefined) {
      const $ref = `#/$defs/${this.prefix}${this.#definitions.length}`;
      definition = { target, path, isOpen, $ref };
      known.set(target, definition);
      this.#definitions.push(definition);
    }
    const { $ref } = definition;
    return this.profile.describedReferences ? addDescription({ $ref }, schema, []) : { $ref };
  }
}

function describeAny(source: unknown, schema: JsonSchema): string {
  if (source === true) return "a schema that is true";
  const [keyword] = Object.keys(schema).filter((one) =>
    schema[one] !== undefined && !ANNOTATIONS.includes(one)
  );
  return `an unknown or any type${keyword === undefined ? "" : ` ("${keyword}" without "type")`}`;
}
