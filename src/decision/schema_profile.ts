/**
 * Which subset of JSON Schema a model accepts.
 *
 * @module
 */

/**
 * The subset of JSON Schema that a model accepts, as data. A schema is lowered
 * to it before it is sent: see the table in the documentation of
 * {@linkcode Tool}.
 */
export interface SchemaProfile {
  /** The name, part of the schema cache's key and of messages. */
  readonly name: string;
  /** Keywords that may restrict a string; others are described in words. */
  readonly stringKeywords: readonly string[];
  /** Values of `format` that may be used; others are described in words. */
  readonly stringFormats: readonly string[];
  /** Keywords that may restrict a number. */
  readonly numberKeywords: readonly string[];
  /** Keywords that may restrict an array. */
  readonly arrayKeywords: readonly string[];
  /** Levels of nested objects, the decision's own included. */
  readonly maxDepth: number;
  /** Object properties in a whole schema. */
  readonly maxProperties: number;
  /** Enum values in a whole schema. */
  readonly maxEnumValues: number;
  /** Characters of property names, definition names, enum and const values in a whole schema. */
  readonly maxNameLength: number;
  /** An enum of more values than this is long. */
  readonly longEnum: number;
  /** Characters of the values of a long enum. */
  readonly maxLongEnumLength: number;
}

/**
 * Structured Outputs with `strict: true`, as OpenAI documents it and most
 * vendors follow. Source: https://platform.openai.com/docs/guides/structured-outputs,
 * section "Supported schemas", February 2026.
 */
export const openaiStrict: SchemaProfile = {
  name: "openai-strict",
  stringKeywords: ["pattern", "format"],
  stringFormats: [
    "date-time",
    "time",
    "date",
    "duration",
    "email",
    "hostname",
    "ipv4",
    "ipv6",
    "uuid",
  ],
  numberKeywords: ["multipleOf", "maximum", "exclusiveMaximum", "minimum", "exclusiveMinimum"],
  arrayKeywords: ["minItems", "maxItems"],
  maxDepth: 10,
  maxProperties: 5000,
  maxEnumValues: 1000,
  maxNameLength: 120_000,
  longEnum: 250,
  maxLongEnumLength: 15_000,
};
