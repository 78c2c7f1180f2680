/**
 * Generator of values for a JSON Schema.
 *
 * @module
 */
import { isPlainObject, type JsonSchema } from "../../json/json.ts";
import { pick, type Random, randomBelow } from "../../random.ts";
import { matchDescription, readLimit, sampleNumber } from "./sample_number.ts";
import { sampleString } from "./sample_string.ts";

/**
 * Generates a value for a lowered schema; undefined if none can be generated.
 * Size 0 returns the simplest value, larger sizes more varied ones. The same
 * random numbers produce the same value. Restrictions that lowering moved into
 * the description are respected. `root` contains the definitions.
 */
export function sampleValue(
  schema: JsonSchema,
  random: Random,
  size: number,
  root: JsonSchema = schema,
): unknown {
  return new Sampler(root, random).value(schema, size, MAX_REFERENCES);
}

/** Maximum depth of nested references. */
const MAX_REFERENCES = 12;

/** Generator for the schemas of one document. `root` contains the definitions. */
class Sampler {
  constructor(readonly root: JsonSchema, readonly random: Random) {}

  /** Generates a value; undefined if it needs more than `references` nested references. */
  value(schema: JsonSchema, size: number, references: number): unknown {
    const { $ref, anyOf, allOf, type } = schema;
    if (typeof $ref === "string") {
      const target = references === 0 ? undefined : resolveReference(this.root, $ref);
      // The size shrinks at each reference, so that recursive values end.
      const inside = randomBelow(size, this.random);
      return target && this.value(target as JsonSchema, inside, references - 1);
    }
    if (Array.isArray(anyOf)) return this.#union(anyOf, size, references);
    if (Array.isArray(allOf)) return this.#intersection(allOf, size, references);
    if (acceptsAnything(schema)) return sampleString({}, this.random, size);
    if ("const" in schema) return schema.const;
    if (Array.isArray(schema.enum)) return pick(schema.enum, this.random);
    if (!Array.isArray(type)) return this.#valueOfType(type, schema, size, references);
    const simplest = size === 0 && type.includes("null") ? "null" : pick(type, this.random);
    return this.#valueOfType(simplest, schema, size, references);
  }

  #valueOfType(type: unknown, schema: JsonSchema, size: number, references: number): unknown {
    switch (type) {
      case "null":
        return null;
      case "boolean": {
        const only = matchDescription(schema, /only (true|false)/)?.[1];
        return only === undefined ? this.random() < 0.5 : only === "true";
      }
      case "string":
        return sampleString(schema, this.random, size);
      case "number":
      case "integer":
        return sampleNumber(schema, type === "integer", this.random, size);
      case "array":
        return this.#array(schema, size, references);
      case "object":
        return this.#object(schema, size, references);
      default:
        return undefined;
    }
  }

  /** Returns the size of a part, varied so that more combinations of parts occur. */
  #varySize(size: number): number {
    return size - randomBelow(Math.floor(size / 2) + 1, this.random);
  }

  #union(branches: readonly JsonSchema[], size: number, references: number): unknown {
    if (size > 0) {
      const first = randomBelow(branches.length, this.random);
      for (let index = 0; index < branches.length; index++) {
        const branch = branches[(first + index) % branches.length]!;
        const value = this.value(branch, this.#varySize(size), references);
        if (value !== undefined) return value;
      }
      return undefined;
    }
    if (branches.some((branch) => branch.type === "null")) return null;
    // The branch with the fewest references is the simplest.
    for (let allowed = 0; allowed <= references; allowed++) {
      for (const branch of branches) {
        const value = this.value(branch, 0, allowed);
        if (value !== undefined) return value;
      }
    }
    return undefined;
  }

  #intersection(parts: readonly JsonSchema[], size: number, references: number): unknown {
    const values = parts.map((part) => this.value(part, size, references));
    if (values.includes(undefined)) return undefined;
    return values.every(isPlainObject)
      ? Object.fromEntries(values.flatMap((value) => Object.entries(value)))
      : values[0];
  }

  #object(schema: JsonSchema, size: number, references: number): unknown {
    const entries = new Map<string, unknown>();
    const { required, properties = {}, additionalProperties } = schema;
    for (const [name, property] of Object.entries(properties as Record<string, JsonSchema>)) {
      const isOptional = Array.isArray(required) && !required.includes(name);
      // Optional properties are omitted at size 0, and half of the time otherwise.
      if (isOptional && (size === 0 || this.random() < 0.5)) continue;
      const value = this.value(property, this.#varySize(size), references);
      if (value !== undefined) entries.set(name, value);
      else if (!isOptional) return undefined;
    }
    if (additionalProperties) this.#addOthers(entries, schema, size, references);
    return Object.fromEntries(entries);
  }

  /** Adds properties that the schema does not list, as far as names and values can be generated. */
  #addOthers(
    entries: Map<string, unknown>,
    { additionalProperties, propertyNames, ...schema }: JsonSchema,
    size: number,
    references: number,
  ): void {
    const least = readLimit(schema, "minProperties") ?? 0;
    const most = readLimit(schema, "maxProperties") ?? Infinity;
    const wanted = least + randomBelow(Math.min(most - least, size, MORE_ITEMS) + 1, this.random);
    const others = additionalProperties === true ? {} : additionalProperties as JsonSchema;
    for (let tries = ATTEMPTS_PER_ITEM * wanted; tries > 0 && entries.size < wanted; tries--) {
      const name = propertyNames === undefined
        ? `name ${entries.size + 1}`
        : this.value(propertyNames as JsonSchema, size + 1, references);
      const value = this.value(others, this.#varySize(size), references);
      if (typeof name === "string" && value !== undefined) entries.set(name, value);
    }
  }

  #array(schema: JsonSchema, size: number, references: number): unknown {
    const least = readLimit(schema, "minItems") ?? 0;
    const prefix = schema.prefixItems as readonly JsonSchema[] | undefined ?? [];
    const items = schema.items as JsonSchema | undefined ?? {};
    const most = readLimit(schema, "maxItems") ??
      (schema.items === undefined ? prefix.length : Infinity);
    if (least > Math.min(most, MAX_ITEMS)) return undefined;
    const length = least + randomBelow(Math.min(most - least, size, MORE_ITEMS) + 1, this.random);
    const isSet = schema.uniqueItems === true ||
      matchDescription(schema, /no item twice/) !== undefined;
    // A tuple may be lowered to a union of its item types: try them in order at some sizes.
    const isTuple = matchDescription(schema, /the items in the order given/) !== undefined;
    const members = isTuple && Array.isArray(items.anyOf) ? items.anyOf as JsonSchema[] : [items];
    const values: unknown[] = [];
    const texts = new Set<string>();
    for (let attempt = 0; values.length < length; attempt++) {
      if (attempt > ATTEMPTS_PER_ITEM * length) return undefined;
      const inOrder = members[Math.min(values.length, members.length - 1)]!;
      const item = prefix[values.length] ??
        (size % 3 === 0 ? inOrder : pick(members, this.random)!);
      const value = this.value(item, isSet ? attempt : this.#varySize(size), references);
      if (value === undefined) return undefined;
      const text = isSet ? JSON.stringify(value) : `${attempt}`;
      if (!texts.has(text)) values.push(value);
      texts.add(text);
    }
    return values;
  }
}

/** Maximum number of items beyond the required ones. */
const MORE_ITEMS = 3;

/** Maximum number of required items; longer arrays are not generated. */
const MAX_ITEMS = 1000;

/** Average number of attempts per item before an array of unique items is abandoned. */
const ATTEMPTS_PER_ITEM = 10;

/** Returns the target of a reference; undefined if it is not in the schema `root`. */
function resolveReference(root: JsonSchema, reference: string): unknown {
  if (!reference.startsWith("#")) return undefined;
  let target: unknown = root;
  for (const part of reference.slice(1).split("/").filter((part) => part !== "")) {
    const key = decodeURIComponent(part).replaceAll("~1", "/").replaceAll("~0", "~");
    target = typeof target === "object" && target !== null && Object.hasOwn(target, key)
      ? (target as Record<string, unknown>)[key]
      : undefined;
  }
  return target;
}

/** Keywords that determine the type or structure of a value. */
const STRUCTURE_KEYWORDS = [
  "$ref",
  "additionalProperties",
  "allOf",
  "anyOf",
  "const",
  "enum",
  "items",
  "not",
  "oneOf",
  "prefixItems",
  "properties",
  "type",
];

/** Returns true if a schema accepts any value. */
function acceptsAnything(schema: unknown): boolean {
  if (typeof schema !== "object" || schema === null) return schema === true;
  return !STRUCTURE_KEYWORDS.some((keyword) => Object.hasOwn(schema, keyword));
}
