/**
 * Profiles of vendors other than OpenAI, for providers. The core does not import them.
 *
 * A refused construct is an error when the agent is built. The message names the tool, the
 * keyword and the model.
 *
 * | construct | OpenAI strict | Anthropic | Gemini | plain |
 * | --- | --- | --- | --- | --- |
 * | object | closed | closed | closed | closed |
 * | optional property | required, or null | not required | not required | not required |
 * | record, open object | refused | refused | kept | kept |
 * | `unknown`, `any` | refused | refused | refused | kept |
 * | `never`, `patternProperties`, `if` | refused | refused | refused | refused |
 * | `allOf` (intersect) | refused | refused | refused | kept |
 * | tuple | array of its length, of any of its items | the same, its length in words | `prefixItems` | `prefixItems` |
 * | tuple with rest | refused | refused | `prefixItems` | `prefixItems` |
 * | `anyOf`, `oneOf` | `anyOf`, constants first in each object | the same | the same | the same |
 * | `const` | kept | kept | `enum` of one | kept |
 * | `enum` | kept | kept | of text or of numbers; others in words | kept |
 * | `$ref` | kept, definitions renamed | the same | the same | the same, with its description |
 * | recursion | kept | refused | kept; its properties are not required | kept |
 * | `pattern` | kept | kept if simple | in words | kept |
 * | `format` | nine | the nine and `uri` | `date-time`, `date`, `time` | those of JSON Schema |
 * | limits of a number | kept | in words | `minimum`, `maximum` | kept |
 * | `minItems`, `maxItems` | kept | `minItems` up to 1 | kept | kept |
 * | lengths of text, other restrictions | in words | in words | in words | kept |
 * | defaults, patterns with look-around | in words | in words | in words | in words |
 * | limits of size | levels, properties, values, names | 24 optional properties, 16 unions | none published | none |
 *
 * With every profile, an optional property that is null or omitted is read as absent.
 *
 * @module
 */
import type { SchemaProfile } from "../schema_profile.ts";
import { openaiStrict } from "./openai_strict.ts";

/**
 * Anthropic's structured outputs, `output_config.format` of type `json_schema`.
 * Source: https://platform.claude.com/docs/en/build-with-claude/structured-outputs,
 * section "JSON Schema limitations", September 2026.
 *
 * A request may have 24 optional properties and 16 unions, counted over all tools of a
 * step. An optional property is omitted rather than nullable, because a nullable one is
 * a union. Each `anyOf` and each list of types counts as a union here, and a step with
 * several actions and tools has two of its own; Anthropic may count fewer. The model
 * writes required properties before optional ones, whatever the schema's order.
 */
export const anthropicStructured: SchemaProfile = {
  name: "anthropic-structured",
  stringKeywords: ["pattern", "format"],
  stringFormats: [...openaiStrict.stringFormats, "uri"],
  patterns: "simple",
  numberKeywords: [],
  arrayKeywords: ["minItems"],
  maxMinItems: 1,
  optional: "omitted",
  recursion: "none",
  maxOptional: 24,
  maxUnions: 16,
};

/**
 * Gemini's structured outputs, `generationConfig.responseJsonSchema`. Source:
 * https://ai.google.dev/api/generate-content#v1beta.GenerationConfig, the list of
 * supported properties, September 2026; and
 * https://ai.google.dev/gemini-api/docs/structured-output.
 *
 * Models from 2.5 on write properties in the order of the schema; `propertyOrdering`,
 * which older ones need, is not sent. No limits of size are published, but the vendor
 * refuses a schema that is very large or deep.
 */
export const geminiStructured: SchemaProfile = {
  name: "gemini-structured",
  stringKeywords: ["format"],
  stringFormats: ["date-time", "date", "time"],
  numberKeywords: ["maximum", "minimum"],
  arrayKeywords: ["minItems", "maxItems"],
  optional: "omitted",
  constants: "enum",
  enumTypes: ["number"],
  recursion: "optional",
  openObjects: true,
  tuples: "prefixItems",
};

/**
 * Profile of servers that accept almost all of JSON Schema: Ollama, llama.cpp, vLLM, and
 * those that get the schema only as text in the prompt. Source:
 * https://json-schema.org/draft/2020-12.
 */
export const plainJsonSchema: SchemaProfile = {
  name: "plain",
  stringKeywords: ["pattern", "format", "minLength", "maxLength", "contentEncoding", "not"],
  stringFormats: [
    ...openaiStrict.stringFormats,
    "idn-email",
    "idn-hostname",
    "uri",
    "uri-reference",
    "iri",
    "iri-reference",
    "uri-template",
    "json-pointer",
    "relative-json-pointer",
    "regex",
  ],
  numberKeywords: [...openaiStrict.numberKeywords, "not"],
  arrayKeywords: ["minItems", "maxItems", "uniqueItems", "contains"],
  objectKeywords: ["minProperties", "maxProperties", "propertyNames"],
  optional: "omitted",
  describedReferences: true,
  openObjects: true,
  tuples: "prefixItems",
  unknown: true,
  intersections: true,
};
