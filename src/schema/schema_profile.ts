/**
 * Profiles: the subsets of JSON Schema that models accept.
 *
 * @module
 */

/**
 * Subset of JSON Schema that a model accepts. A schema is lowered to this subset before it
 * is sent to the model. Lowering may widen a schema, because the author's schema
 * validates afterwards; it never narrows it. A construct that the subset cannot express
 * is refused when the agent is built.
 *
 * A profile is plain data: it is part of cache keys and cassettes. Absent fields default
 * to OpenAI's strict mode. Absent limits do not apply.
 *
 * @example A model that accepts records, but no regular expressions
 * ```ts
 * import { Agent, type LLM, Tool } from "@nomos/agent";
 * import type { SchemaProfile } from "@nomos/agent/llm";
 * import { openaiStrict } from "@nomos/agent/llm";
 * import { assertStringIncludes } from "@std/assert";
 * import * as v from "valibot";
 *
 * const schemaProfile: SchemaProfile = {
 *   ...openaiStrict,
 *   name: "house",
 *   stringKeywords: ["format"],
 *   openObjects: true,
 * };
 * const llm: LLM = {
 *   name: "house/model",
 *   schemaProfile,
 *   decide: () => Promise.resolve({ output: { reasoning: [], decision: { action: "END" } } }),
 * };
 * const setPrices = new Tool({
 *   name: "set_prices",
 *   description: "Set the prices of drinks",
 *   args: v.object({ prices: v.record(v.string(), v.number()) }),
 *   run: () => "done",
 * });
 * const steps = { serve: { description: "Serve", tools: [setPrices] } };
 * const agent = new Agent({ name: "barista", llm, start: "serve", steps });
 * const { schema } = await agent.explain(agent.createSession());
 * assertStringIncludes(JSON.stringify(schema), '"additionalProperties":{"type":"number"}');
 * ```
 */
export interface SchemaProfile {
  /** Name, for messages and cache keys. */
  readonly name: string;
  /** Keywords that may restrict a string; others are described in words. */
  readonly stringKeywords: readonly string[];
  /** Values of `format` that the model accepts; others are described in words. */
  readonly stringFormats: readonly string[];
  /**
   * Regular expressions that the model accepts in `pattern`; others are described in words.
   * `"regular"`: without look-around and back-references; `"simple"`: also without word
   * boundaries, Unicode classes, and counts from 100; `"whole"`: those that mean the same
   * to a decoder that matches the JSON text between the quotes from end to end, so they are
   * anchored at both ends and match only printable ASCII that JSON does not escape.
   * Default: `"regular"`.
   */
  readonly patterns?: "regular" | "simple" | "whole";
  /** Keywords that may restrict a number. */
  readonly numberKeywords: readonly string[];
  /**
   * Limits that the model accepts in `numberKeywords`; others are described in words.
   * `"natural"`: whole limits from 0, of integers only. Default: `"any"`.
   */
  readonly numberLimits?: "any" | "natural";
  /** Keywords that may restrict an array. */
  readonly arrayKeywords: readonly string[];
  /**
   * Maximum value of `minItems`; a larger one is lowered to it and described in words. Default: no
   * limit.
   */
  readonly maxMinItems?: number;
  /** Maximum value of `maxItems`; a larger one is described in words. Default: no limit. */
  readonly maxMaxItems?: number;
  /**
   * Keywords that may restrict an object, among `minProperties`, `maxProperties` and
   * `propertyNames`; others are described in words. Default: none.
   */
  readonly objectKeywords?: readonly string[];
  /**
   * Form of an optional property: `"nullable"`, listed in `required` and null if it is
   * absent; or `"omitted"`, not listed in `required`. Default: `"nullable"`.
   */
  readonly optional?: "nullable" | "omitted";
  /** Form of a constant: `const`, or an `enum` with one value. Default: `"const"`. */
  readonly constants?: "const" | "enum";
  /**
   * Types besides text whose values `enum` may list. Each type has an `enum` of its own,
   * and values of other types are described in words. Default: all types, in one `enum`.
   */
  readonly enumTypes?: readonly ("number" | "boolean" | "null")[];
  /**
   * Places at which a definition may refer back to itself: `"anywhere"`; `"optional"`, only
   * inside properties that are not required (a required one is lowered to an optional
   * one); or `"none"`. Default: `"anywhere"`.
   */
  readonly recursion?: "anywhere" | "optional" | "none";
  /**
   * If true, a schema may have `description` beside `$ref`; otherwise it is omitted. Default:
   * false.
   */
  readonly describedReferences?: boolean;
  /** If true, objects may have unlisted properties, as records do. Default: false. */
  readonly openObjects?: boolean;
  /**
   * Form of a tuple: `"prefixItems"`; `"anyOf"`, an array of the tuple's length in which
   * each item may be of any of its item types; or `"array"`, which is the same and also has
   * tuples with a rest. Default: `"anyOf"`.
   */
  readonly tuples?: "anyOf" | "array" | "prefixItems";
  /**
   * If true, a schema may accept any value, as the empty schema; `"types"`: as the list of all
   * types. Default: false.
   */
  readonly unknown?: boolean | "types";
  /** If true, `allOf` may be used. Default: false. */
  readonly intersections?: boolean;
  /**
   * Maximum number of levels of nested objects, including those of the decision. Default: no limit.
   */
  readonly maxDepth?: number;
  /** Maximum number of object properties in a whole schema. Default: no limit. */
  readonly maxProperties?: number;
  /**
   * Maximum number of object properties that are not required in a whole schema. Default: no limit.
   */
  readonly maxOptional?: number;
  /**
   * Maximum number of schemas with `anyOf` or a list of types in a whole schema. Default: no limit.
   */
  readonly maxUnions?: number;
  /** Maximum number of enum values in a whole schema. Default: no limit. */
  readonly maxEnumValues?: number;
  /**
   * Maximum total length of all property names, definition names, enum and const values, in
   * characters. Default: no limit.
   */
  readonly maxNameLength?: number;
  /** Number of values above which an enum is limited by `maxLongEnumLength`. Default: no limit. */
  readonly longEnum?: number;
  /**
   * Maximum total length of the values of an enum with more than `longEnum` values, in characters.
   * Default: no limit.
   */
  readonly maxLongEnumLength?: number;
}
