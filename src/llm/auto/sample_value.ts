/**
 * Making values that a JSON Schema accepts.
 *
 * @module
 */
import { resolveReference } from "../../decision/json_reference.ts";
import type { JsonSchema } from "../../json.ts";
import { pick, type Random, randomBelow } from "../../random.ts";
import { inWords, limitOf } from "./said_limits.ts";
import { sampleNumber } from "./sample_number.ts";
import { sampleString } from "./sample_string.ts";

/**
 * One value for a schema of the subset that models accept; undefined where none
 * can be made. Size 0 gives the simplest, larger sizes more varied ones; the
 * same random numbers give the same value. What a schema says only in words is
 * respected where it is said as lowering says it. `root` has the definitions.
 */
export function sampleValue(
  schema: JsonSchema,
  random: Random,
  size: number,
  root: JsonSchema = schema,
): unknown {
  return new Sampler(root, random).value(schema, size, MAX_REFERENCES);
}

/** How many references may be followed, one inside the other. */
const MAX_REFERENCES = 12;

class Sampler {
  constructor(readonly root: JsonSchema, readonly random: Random) {}

  /** A value; undefined if there is none within so many references. */
  value(schema: JsonSchema, size: number, references: number): unknown {
    const { $ref, anyOf, type } = schema;
    if (typeof $ref === "string") {
      const target = references === 0 ? undefined : resolveReference(this.root, $ref);
      // Smaller inside, so that recursive values come to an end.
      const inside = randomBelow(size, this.random);
      return target && this.value(target as JsonSchema, inside, references - 1);
    }
    if (Array.isArray(anyOf)) return this.#union(anyOf, size, references);
    if ("const" in schema) return schema.const;
    if (Array.isArray(schema.enum)) return pick(schema.enum, this.random);
    if (!Array.isArray(type)) return this.#typed(type, schema, size, references);
    const simplest = size === 0 && type.includes("null") ? "null" : pick(type, this.random);
    return this.#typed(simplest, schema, size, references);
  }

  #typed(type: unknown, schema: JsonSchema, size: number, references: number): unknown {
    switch (type) {
      case "null":
        return null;
      case "boolean":
        return this.random() < 0.5;
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

  /** Parts differ in size, so that there are many combinations of them. */
  #about(size: number): number {
    return size - randomBelow(Math.floor(size / 2) + 1, this.random);
  }

  #union(branches: readonly JsonSchema[], size: number, references: number): unknown {
    if (size > 0) {
      const first = randomBelow(branches.length, this.random);
      for (let index = 0; index < branches.length; index++) {
        const branch = branches[(first + index) % branches.length]!;
        const value = this.value(branch, this.#about(size), references);
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

  #object(schema: JsonSchema, size: number, references: number): unknown {
    const entries: [string, unknown][] = [];
    const properties = schema.properties as Record<string, JsonSchema> | undefined;
    for (const [name, property] of Object.entries(properties ?? {})) {
      const value = this.value(property, this.#about(size), references);
      if (value === undefined) return undefined;
      entries.push([name, value]);
    }
    return Object.fromEntries(entries);
  }

  #array(schema: JsonSchema, size: number, references: number): unknown {
    const least = limitOf(schema, "minItems") ?? 0;
    const most = limitOf(schema, "maxItems") ?? Infinity;
    if (least > Math.min(most, MAX_ITEMS)) return undefined;
    const length = least + randomBelow(Math.min(most - least, size, MORE_ITEMS) + 1, this.random);
    const isSet = schema.uniqueItems === true || inWords(schema, /no item twice/) !== undefined;
    const items = schema.items as JsonSchema;
    // A tuple is lowered to a union: its members may or may not be the items, one by one.
    const isTuple = inWords(schema, /the items in the order given/) !== undefined;
    const members = isTuple && Array.isArray(items.anyOf) ? items.anyOf as JsonSchema[] : [items];
    const values: unknown[] = [];
    const texts = new Set<string>();
    for (let attempt = 0; values.length < length; attempt++) {
      if (attempt > ATTEMPTS_PER_ITEM * length) return undefined;
      const inOrder = members[Math.min(values.length, members.length - 1)]!;
      const item = size % 3 === 0 ? inOrder : pick(members, this.random)!;
      const value = this.value(item, isSet ? attempt : this.#about(size), references);
      if (value === undefined) return undefined;
      const text = isSet ? JSON.stringify(value) : `${attempt}`;
      if (!texts.has(text)) values.push(value);
      texts.add(text);
    }
    return values;
  }
}

/** How many items an array has at most beyond those it must have. */
const MORE_ITEMS = 3;

/** Longer arrays are not made up. */
const MAX_ITEMS = 1000;

/** How often an item is made, on average, before a set of different ones is given up. */
const ATTEMPTS_PER_ITEM = 10;
