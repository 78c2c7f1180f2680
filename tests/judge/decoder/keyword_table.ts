/**
 * Keywords of arguments: what XGrammar makes of each, and which profiles send it.
 *
 * @module
 */
import * as v from "valibot";
import type { JsonSchema } from "@nomos/agent";

/**
 * Effect of a keyword in the decoder: `enforced`, only legal values can be written;
 * `partly`, also some illegal ones; `ignored`, all values; `narrowed`, not all legal ones;
 * `aborts`, the schema is refused.
 */
export type Effect = "enforced" | "partly" | "ignored" | "narrowed" | "aborts";

/** Row of the table. */
export interface KeywordRow {
  /** Keyword, with the case if there are several. */
  readonly name: string;
  readonly form: JsonSchema;
  readonly legal: readonly unknown[];
  readonly illegal: readonly unknown[];
  readonly effect: Effect;
  /** Author's schema, which the profiles lower to the form or to a wider one. */
  readonly author: v.GenericSchema;
  /** Names of the profiles that send the keyword. */
  readonly sentBy: readonly string[];
}

const text = { type: "string" };
const number = { type: "number" };
const integer = { type: "integer" };
const STRICT = "openai-strict";
const LOCAL = "local-grammar";
const GEMINI = "gemini-structured";
const CLAUDE = "anthropic-structured";
const PLAIN = "plain";

/** Returns the row of a pattern. */
function pattern(
  name: string,
  source: string,
  legal: readonly string[],
  illegal: readonly string[],
  effect: Effect,
  sentBy: readonly string[],
): KeywordRow {
  return {
    name: `pattern, ${name}: ${source}`,
    form: { ...text, pattern: source },
    legal,
    illegal,
    effect,
    author: v.pipe(v.string(), v.regex(new RegExp(source, "u"))),
    sentBy,
  };
}

/** Returns the row of a restriction. */
function row(
  name: string,
  form: JsonSchema,
  [legal, illegal]: readonly [readonly unknown[], readonly unknown[]],
  effect: Effect,
  author: v.GenericSchema,
  sentBy: readonly string[],
): KeywordRow {
  return { name, form, legal, illegal, effect, author, sentBy };
}

const times = [["2026-11-30T10:00:00Z", "2026-11-30T10:00:00.5+01:00"], ["30.11.2026"]] as const;

/** Table of keywords. `deno task judge` fails if the decoder or a profile differs from it. */
export const KEYWORDS: readonly KeywordRow[] = [
  pattern("whole", "^[a-c]{2}$", ["ab"], ["a", "abc"], "enforced", [STRICT, CLAUDE, LOCAL, PLAIN]),
  pattern("shorthand", "^\\d\\w$", ["1a"], ["aa"], "enforced", [STRICT, CLAUDE, LOCAL, PLAIN]),
  pattern("unanchored", "b", ["b", "abc"], ["a"], "narrowed", [STRICT, CLAUDE, PLAIN]),
  pattern("choice of anchors", "^a|b$", ["ac", "cb"], ["c"], "narrowed", [STRICT, CLAUDE, PLAIN]),
  pattern("any character", "^.$", ["a", "é", '"'], [""], "narrowed", [STRICT, CLAUDE, PLAIN]),
  pattern("negated class", "^[^a]$", ["b", "\n"], ["a"], "narrowed", [STRICT, CLAUDE, PLAIN]),
  pattern("white space", "^\\s$", [" ", "\n"], ["a"], "narrowed", [STRICT, CLAUDE, PLAIN]),
  pattern("word boundary", "^ab\\b", ["ab"], ["abc"], "aborts", [STRICT, PLAIN]),
  pattern("look-ahead", "^(?=a)a$", ["a"], ["b"], "aborts", []),
  pattern("look-behind", "^(?<!b)a$", ["a"], ["b"], "aborts", []),
  pattern("back-reference", "^(a|b)\\1$", ["aa"], ["ab"], "aborts", []),
  row(
    "minLength",
    { ...text, minLength: 2 },
    [["ab", "\n\n"], ["a"]],
    "narrowed",
    v.pipe(v.string(), v.minLength(2)),
    [PLAIN],
  ),
  row(
    "maxLength",
    { ...text, maxLength: 2 },
    [["ab", '""'], ["abc"]],
    "narrowed",
    v.pipe(v.string(), v.maxLength(2)),
    [PLAIN],
  ),
  row(
    "format: date-time",
    { ...text, format: "date-time" },
    times,
    "enforced",
    v.pipe(v.string(), v.isoTimestamp()),
    [STRICT, CLAUDE, GEMINI, LOCAL, PLAIN],
  ),
  row(
    "format: date",
    { ...text, format: "date" },
    [["2026-11-30"], ["30.11.2026"]],
    "enforced",
    v.pipe(v.string(), v.isoDate()),
    [STRICT, CLAUDE, GEMINI, LOCAL, PLAIN],
  ),
  row(
    "format: uuid",
    { ...text, format: "uuid" },
    [["123e4567-e89b-12d3-a456-426614174000"], ["123e4567"]],
    "enforced",
    v.pipe(v.string(), v.uuid()),
    [STRICT, CLAUDE, LOCAL, PLAIN],
  ),
  row(
    "format: ipv4",
    { ...text, format: "ipv4" },
    [["10.0.0.1"], ["10.0.0.256"]],
    "enforced",
    v.pipe(v.string(), v.ipv4()),
    [STRICT, CLAUDE, LOCAL, PLAIN],
  ),
  row(
    "format: ipv6",
    { ...text, format: "ipv6" },
    [["::1", "2001:db8::1"], ["10.0.0.1"]],
    "enforced",
    v.pipe(v.string(), v.ipv6()),
    [STRICT, CLAUDE, LOCAL, PLAIN],
  ),
  row(
    "format: email",
    { ...text, format: "email" },
    [["a@example.com", "a@b.c"], ["a"]],
    "narrowed",
    v.pipe(v.string(), v.email()),
    [STRICT, CLAUDE, PLAIN],
  ),
  row(
    "format: uri",
    { ...text, format: "uri" },
    [["https://example.com/?q=1", "https://tschüß.example"], ["a b"]],
    "narrowed",
    v.pipe(v.string(), v.url()),
    [CLAUDE, PLAIN],
  ),
  row(
    "minimum of integers",
    { ...integer, minimum: 5 },
    [[5, 6, 70], [-1]],
    "enforced",
    v.pipe(v.number(), v.integer(), v.minValue(5)),
    [STRICT, GEMINI, LOCAL, PLAIN],
  ),
  row(
    "minimum and maximum of integers",
    { ...integer, minimum: 5, maximum: 9 },
    [[5, 9], [4, 10]],
    "enforced",
    v.pipe(v.number(), v.integer(), v.minValue(5), v.maxValue(9)),
    [STRICT, GEMINI, LOCAL, PLAIN],
  ),
  row(
    "minimum of integers below 0",
    { ...integer, minimum: -5 },
    [[-5, 0], [-60]],
    "narrowed",
    v.pipe(v.number(), v.integer(), v.minValue(-5)),
    [STRICT, GEMINI, PLAIN],
  ),
  row(
    "minimum of integers, a fraction",
    { ...integer, minimum: 0.5 },
    [[1], [0]],
    "aborts",
    v.pipe(v.number(), v.integer(), v.minValue(0.5)),
    [STRICT, GEMINI, PLAIN],
  ),
  row(
    "minimum of numbers",
    { ...number, minimum: 0 },
    [[0.5, 1], [-1]],
    "narrowed",
    v.pipe(v.number(), v.minValue(0)),
    [STRICT, GEMINI, PLAIN],
  ),
  row(
    "exclusiveMaximum of integers",
    { ...integer, exclusiveMaximum: 9 },
    [[8, -3], [9, 10]],
    "enforced",
    v.pipe(v.number(), v.integer(), v.ltValue(9)),
    [STRICT, LOCAL, PLAIN],
  ),
  row(
    "multipleOf",
    { ...integer, multipleOf: 5 },
    [[5, 10], [6]],
    "ignored",
    v.pipe(v.number(), v.integer(), v.multipleOf(5)),
    [STRICT, PLAIN],
  ),
  row(
    "minItems",
    { type: "array", items: integer, minItems: 2 },
    [[[1, 2]], [[1]]],
    "enforced",
    v.pipe(v.array(v.number()), v.minLength(2)),
    [STRICT, CLAUDE, GEMINI, LOCAL, PLAIN],
  ),
  row(
    "maxItems",
    { type: "array", items: integer, maxItems: 2 },
    [[[1, 2]], [[1, 2, 3]]],
    "enforced",
    v.pipe(v.array(v.number()), v.maxLength(2)),
    [STRICT, GEMINI, LOCAL, PLAIN],
  ),
  row(
    "prefixItems",
    { type: "array", prefixItems: [integer, text], minItems: 1, maxItems: 2 },
    [[[1], [1, "a"]], [["a"]]],
    "narrowed",
    v.tuple([v.number(), v.optional(v.string())]),
    [GEMINI, PLAIN],
  ),
  row(
    "enum",
    { enum: ["a", 3, null] },
    [["a", 3, null], ["b", 4]],
    "enforced",
    v.picklist(["a", 3]),
    [STRICT, CLAUDE, GEMINI, LOCAL, PLAIN],
  ),
  row(
    "const",
    { ...text, const: 'the "bar"' },
    [['the "bar"'], ["bar"]],
    "enforced",
    v.literal('the "bar"'),
    [STRICT, CLAUDE, LOCAL, PLAIN],
  ),
  row(
    "additionalProperties",
    { type: "object", additionalProperties: integer },
    [[{}, { a: 1, 'b"': 2 }], [{ a: "x" }]],
    "enforced",
    v.record(v.string(), v.number()),
    [GEMINI, LOCAL, PLAIN],
  ),
  row(
    "minProperties",
    { type: "object", additionalProperties: integer, minProperties: 2 },
    [[{ a: 1, b: 2 }], [{ a: 1 }]],
    "enforced",
    v.pipe(v.record(v.string(), v.number()), v.minEntries(2)),
    [PLAIN],
  ),
  row(
    "propertyNames",
    { type: "object", additionalProperties: integer, propertyNames: { ...text, enum: ["a"] } },
    [[{ a: 1 }], [{ b: 1 }]],
    "enforced",
    v.record(v.pipe(v.string(), v.minLength(1)), v.number()),
    [PLAIN],
  ),
  row(
    "type, of any value",
    { type: ["string", "number", "boolean", "object", "array", "null"] },
    [["a", 1, true, null, [[]], { a: [1] }], []],
    "enforced",
    v.unknown(),
    [LOCAL],
  ),
  row(
    "anyOf",
    { anyOf: [integer, { type: "array", items: text }] },
    [[1, ["a"]], ["a", [1]]],
    "enforced",
    v.union([v.number(), v.array(v.string())]),
    [STRICT, CLAUDE, GEMINI, LOCAL, PLAIN],
  ),
  row(
    "allOf",
    { allOf: [open("a"), open("b")] },
    [[{ a: 1, b: 1 }], [{ a: 1 }]],
    "ignored",
    // Objects without a common property are merged.
    v.intersect([
      v.object({ a: v.number() }),
      v.object({ a: v.pipe(v.number(), v.minValue(1)) }),
    ]),
    [PLAIN],
  ),
  row(
    "not",
    { ...text, not: { const: "no" } },
    [["yes"], ["no"]],
    "ignored",
    v.pipe(v.string(), v.notValue("no")),
    [PLAIN],
  ),
];

function open(name: string): JsonSchema {
  return { type: "object", properties: { [name]: integer }, required: [name] };
}
