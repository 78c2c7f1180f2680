/**
 * Profiles of vendors other than OpenAI, for providers. The core does not import them.
 *
 * A refused construct is an error when the agent is built. The message names the tool, the
 * keyword and the model.
 *
 * | construct | OpenAI strict | Anthropic | Gemini | local | plain |
 * | --- | --- | --- | --- | --- | --- |
 * | object | closed | closed | closed | closed | closed |
 * | optional property | required, or null | 24 not required, the others required, or null | not required | not required | not required |
 * | record, open object | refused | refused | kept | kept | kept |
 * | `unknown`, `any` | refused | refused | refused | list of all types | kept |
 * | `never` | refused | refused | refused | refused | refused |
 * | `patternProperties` | refused | refused | of any name, and in words | the same | the same |
 * | `if`, `not`, `dependentRequired`, `dependentSchemas` | in words | in words | in words | in words | in words, `not` of text and numbers kept |
 * | `allOf`, and keywords beside `$ref` or a union | merged | merged | merged | merged | merged |
 * | the same, with different schemas for one property | refused | refused | refused | refused | `allOf` |
 * | tuple | array of its length, of any of its items | the same, its length in words | `prefixItems` | as OpenAI strict | `prefixItems` |
 * | tuple with rest | refused | refused | `prefixItems` | array, of any of its items | `prefixItems` |
 * | `anyOf`, `oneOf` | `anyOf`, constants first in each object | the same | the same | the same | the same |
 * | `const` | kept | kept | `enum` of one | kept | kept |
 * | `enum` | kept | kept | of text or of numbers; others in words | kept | kept |
 * | `$ref` | kept, definitions renamed | the same | the same | the same, with its description | the same, with its description |
 * | recursion | kept | refused | kept; its properties are not required | kept | kept |
 * | `pattern` | kept | kept if simple | in words | kept if simple and anchored at both ends | kept |
 * | `format` | nine | the nine and `uri` | `date-time`, `date`, `time` | `date-time`, `date`, `time`, `duration`, `ipv4`, `ipv6`, `uuid` | those of JSON Schema |
 * | limits of a number | kept | in words | `minimum`, `maximum` | whole ones from 0, of integers | kept |
 * | `minItems`, `maxItems` | kept | `minItems` up to 1 | kept | up to 1,000 | kept |
 * | lengths of text, other restrictions | in words | in words | in words | in words | kept |
 * | defaults, patterns with look-around | in words | in words | in words | in words | in words |
 * | limits of size | levels, properties, values, names | 16 unions | none published | none | none |
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
 * step; the optional properties above 24 are required and nullable. An optional property is omitted rather than nullable, because a nullable one is
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
 * Profile of servers that decode by a grammar: vLLM and SGLang, by XGrammar; Ollama, LM Studio
 * and llama.cpp, by GBNF. It has what both grammars accept without narrowing a value. Sources:
 * https://github.com/mlc-ai/xgrammar, `cpp/json_schema_converter.cc` of version 0.1.27, and
 * https://github.com/ggml-org/llama.cpp, `common/json-schema-to-grammar.cpp`, November 2026.
 *
 * Keywords that it leaves out, with the reasons:
 *
 * - Lengths of text: XGrammar then allows no escaped character, such as a quote.
 * - Limits of fractions, and negative limits: with one limit, XGrammar refuses legal numbers.
 * - Patterns other than simple whole ones: XGrammar aborts on look-around, `\b` and
 *   back-references, llama.cpp on every escape such as `\d`; both match the JSON text.
 * - `email`, `hostname`, `uri`: XGrammar refuses legal addresses.
 * - `prefixItems`: neither allows optional items, and llama.cpp no rest.
 * - `{}`: llama.cpp takes it for an object.
 * - `allOf`: XGrammar ignores it, llama.cpp requires all properties.
 * - `multipleOf`, `uniqueItems`, `contains`, `propertyNames`, numbers of properties: vLLM
 *   refuses them, or ignores them.
 * - More than 1,000 items: llama.cpp limits repetitions.
 *
 * Times stay, although the grammars have no leap second, and llama.cpp only milliseconds.
 */
export const localGrammar: SchemaProfile = {
  name: "local-grammar",
  stringKeywords: ["pattern", "format"],
  stringFormats: ["date-time", "time", "date", "duration", "ipv4", "ipv6", "uuid"],
  patterns: "whole",
  numberKeywords: ["maximum", "exclusiveMaximum", "minimum", "exclusiveMinimum"],
  numberLimits: "natural",
  arrayKeywords: ["minItems", "maxItems"],
  maxMinItems: 1000,
  maxMaxItems: 1000,
  optional: "omitted",
  describedReferences: true,
  openObjects: true,
  tuples: "array",
  unknown: "types",
};

/**
 * Profile of servers that accept almost all of JSON Schema, and of those that receive the schema
 * only as text in the prompt. Source: https://json-schema.org/draft/2020-12.
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
