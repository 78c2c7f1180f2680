/**
 * Profile of most models. The only one in the core.
 *
 * @module
 */
import { ConfigError, quote } from "../../errors.ts";
import type { SchemaProfile } from "../schema_profile.ts";

/**
 * Profile of OpenAI's Structured Outputs with `strict: true`, which most vendors follow.
 * Source: https://platform.openai.com/docs/guides/structured-outputs, section "Supported
 * schemas", February 2026.
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

/**
 * Returns the schema profile of a model, or {@linkcode openaiStrict} if it has none.
 *
 * @throws {ConfigError} if it is not a profile.
 */
export function profileOf(
  { schemaProfile = openaiStrict }: { readonly schemaProfile?: SchemaProfile | undefined },
): SchemaProfile {
  if (Array.isArray(schemaProfile?.stringFormats)) return schemaProfile;
  throw new ConfigError(
    `Cannot use ${quote(schemaProfile)} as a schema profile: ` +
      "expected a SchemaProfile, such as openaiStrict of @nomos/agent/llm",
  );
}
