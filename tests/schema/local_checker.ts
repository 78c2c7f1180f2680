/**
 * Checker of the JSON Schemas that the grammars of local servers accept, independent of the
 * code that lowers to them. Sources: `has_xgrammar_unsupported_json_features` of
 * https://github.com/vllm-project/vllm, and `common/json-schema-to-grammar.cpp` and
 * `src/llama-grammar.cpp` of https://github.com/ggml-org/llama.cpp.
 */
import { findPlainProblems } from "./plain_checker.ts";

type Schema = Record<string, unknown>;

/** Keywords that vLLM refuses or ignores, or by which a decoder refuses legal values. */
const UNSUPPORTED = [
  "allOf",
  "contains",
  "contentEncoding",
  "maxLength",
  "maxProperties",
  "minLength",
  "minProperties",
  "multipleOf",
  "not",
  "prefixItems",
  "propertyNames",
  "uniqueItems",
];
const LIMITS = ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"];
const FORMATS = ["date-time", "time", "date", "duration", "ipv4", "ipv6", "uuid"];

/** Returns the problems of a schema with their paths; none if it is accepted. */
export function findLocalProblems(root: Schema): string[] {
  return [...findPlainProblems(root), ...findProblems(root, "#")];
}

function findProblems(schema: unknown, path: string): string[] {
  if (typeof schema !== "object" || schema === null) return [];
  const one = schema as Schema;
  const problems = UNSUPPORTED.filter((keyword) => keyword in one);
  if (Object.keys(one).length === 0) problems.push("an empty schema, read as one of objects");
  for (const keyword of LIMITS.filter((keyword) => keyword in one)) {
    const limit = one[keyword] as number;
    if (one.type !== "integer" || !(Number.isInteger(limit) && limit >= 0)) problems.push(keyword);
  }
  for (const keyword of ["minItems", "maxItems"]) {
    if (one[keyword] as number > 2000) problems.push(`too many repetitions: ${keyword}`);
  }
  if ("format" in one && !FORMATS.includes(one.format as string)) problems.push("format");
  if ("pattern" in one && !isWhole(one.pattern as string)) problems.push("pattern");
  const parts: [path: string, part: unknown][] = [
    ["items", one.items],
    ["additionalProperties", one.additionalProperties],
    ...[...Object.entries(one.properties ?? {}), ...Object.entries(one.$defs ?? {})],
    ...(one.anyOf as unknown[] ?? []).map((part, index): [string, unknown] => [`${index}`, part]),
  ];
  return [
    ...problems.map((problem) => `${path}: ${problem}`),
    ...parts.flatMap(([name, part]) => findProblems(part, `${path}/${name}`)),
  ];
}

/** Returns true if a pattern needs no escape, as llama.cpp has almost none, and is anchored. */
function isWhole(pattern: string): boolean {
  return /^\^[^\\^"\x7f-\uffff]+\$$/.test(pattern) && !/\(\?|\[\^|\.(?![^[]*\])/.test(pattern);
}
