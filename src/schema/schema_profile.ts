/**
 * Which subset of JSON Schema a model accepts.
 *
 * @module
 */

/**
 * The subset of JSON Schema that a model accepts, as data: it is part of the
 * key under which schemas are cached, and cassettes keep it. A schema is lowered
 * to it before it is sent: it may become wider, for the author's schema validates
 * afterwards, and never narrower; what has no form is refused when the agent is
 * built. An absent field is as in OpenAI's strict mode; an absent limit is none.
 *
 * @example A model that takes maps, and no regular expressions
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
  /** The name, part of the schema cache's key and of messages. */
  readonly name: string;
  /** Keywords that may restrict a string; others are described in words. */
  readonly stringKeywords: readonly string[];
  /** Values of `format` that may be used; others are described in words. */
  readonly stringFormats: readonly string[];
  /**
   * Which regular expressions `pattern` may have; others are described in words.
   * None may look around or refer back; `"simple"` ones have no word boundaries,
   * Unicode classes or counts from 100 either. Default: `"regular"`.
   */
  readonly patterns?: "regular" | "simple";
  /** Keywords that may restrict a number. */
  readonly numberKeywords: readonly string[];
  /** Keywords that may restrict an array. */
  readonly arrayKeywords: readonly string[];
  /** The largest `minItems`; a larger one is lowered to it and described in words. */
  readonly maxMinItems?: number;
  /**
   * Keywords that may restrict an object: of `minProperties`, `maxProperties` and
   * `propertyNames`. Others are described in words. Default: none.
   */
  readonly objectKeywords?: readonly string[];
  /**
   * How an optional property is said: required, and null where it is absent; or
   * omitted from `required`. Default: `"nullable"`.
   */
  readonly optional?: "nullable" | "omitted";
  /** How a fixed value is said: as `const`, or as an `enum` of one. Default: `"const"`. */
  readonly constants?: "const" | "enum";
  /**
   * The types beside text whose values may be listed, each type in a list of its
   * own. Values of another type are described in words. Default: all, in one list.
   */
  readonly enumTypes?: readonly ("number" | "boolean" | "null")[];
  /**
   * Where a definition may refer back to itself: anywhere; only inside properties
   * that are not required, where a required one is lowered to one that is not; or
   * nowhere. Default: `"anywhere"`.
   */
  readonly recursion?: "anywhere" | "optional" | "none";
  /** Whether `description` may stand beside `$ref`; without, it is left out. Default: false. */
  readonly describedReferences?: boolean;
  /** Whether objects may have properties that are not listed, as maps have. Default: false. */
  readonly openObjects?: boolean;
  /**
   * How a tuple is said: by the place of each item, or as an array of its length
   * whose items are any of them. Default: `"anyOf"`.
   */
  readonly tuples?: "anyOf" | "prefixItems";
  /** Whether a schema may allow anything at all. Default: false. */
  readonly unknown?: boolean;
  /** Whether `allOf` may be used. Default: false. */
  readonly intersections?: boolean;
  /** Levels of nested objects, the decision's own included. */
  readonly maxDepth?: number;
  /** Object properties in a whole schema. */
  readonly maxProperties?: number;
  /** Object properties that are not required in a whole schema. */
  readonly maxOptional?: number;
  /** Schemas with `anyOf` or a list of types in a whole schema. */
  readonly maxUnions?: number;
  /** Enum values in a whole schema. */
  readonly maxEnumValues?: number;
  /** Characters of property names, definition names, enum and const values in a whole schema. */
  readonly maxNameLength?: number;
  /** An enum of more values than this is long. */
  readonly longEnum?: number;
  /** Characters of the values of a long enum. */
  readonly maxLongEnumLength?: number;
}
