/**
 * Check of a raw JSON Schema before it is used: the values of its keywords, and its references.
 *
 * @module
 */
import { dereference } from "@cfworker/json-schema";
import { isPlainObject, type JsonSchema } from "../../json/json.ts";

/** Maximum number of checks of one value, so that a hostile schema cannot stall the process. */
const MAX_CHECKS = 100_000;

/** Schemas by their addresses. */
type Known = ReturnType<typeof dereference>;

type Check = readonly [isRight: (value: unknown) => boolean, expected: string];

const isSchema = (value: unknown) => typeof value === "boolean" || isPlainObject(value);
const isText = (value: unknown) => typeof value === "string";
const isNames = (value: unknown) => Array.isArray(value) && value.every(isText);

const TYPES = ["array", "boolean", "integer", "null", "number", "object", "string"];

const NUMBER: Check = [(value) => typeof value === "number", "a number"];
const COUNT: Check = [(value) => Number.isInteger(value) && Number(value) >= 0, "a count"];
const TEXT: Check = [isText, "text"];
const NAMES: Check = [isNames, "a list of names"];
const SCHEMA: Check = [isSchema, "a schema"];
const SCHEMAS: Check = [
  (value) => Array.isArray(value) && value.length > 0 && value.every(isSchema),
  "a list of schemas",
];
const SCHEMA_MAP: Check = [
  (value) => isPlainObject(value) && Object.values(value).every(isSchema),
  "an object of schemas",
];
const PATTERN: Check = [
  (value) => typeof value === "string" && isExpression(value),
  "a regular expression",
];

/** Keywords with the check of their values. */
const CHECKS: Readonly<Record<string, Check>> = {
  $anchor: TEXT,
  $defs: SCHEMA_MAP,
  $id: TEXT,
  $ref: TEXT,
  additionalItems: SCHEMA,
  additionalProperties: SCHEMA,
  allOf: SCHEMAS,
  anyOf: SCHEMAS,
  contains: SCHEMA,
  definitions: SCHEMA_MAP,
  dependencies: [
    (value) =>
      isPlainObject(value) && Object.values(value).every((one) => isNames(one) || isSchema(one)),
    "an object of schemas or lists of names",
  ],
  dependentRequired: [
    (value) => isPlainObject(value) && Object.values(value).every(isNames),
    "an object of lists of names",
  ],
  dependentSchemas: SCHEMA_MAP,
  else: SCHEMA,
  enum: [Array.isArray, "a list"],
  exclusiveMaximum: NUMBER,
  exclusiveMinimum: NUMBER,
  format: TEXT,
  if: SCHEMA,
  items: [(value) => isSchema(value) || Array.isArray(value) && value.every(isSchema), "a schema"],
  maxContains: COUNT,
  maximum: NUMBER,
  maxItems: COUNT,
  maxLength: COUNT,
  maxProperties: COUNT,
  minContains: COUNT,
  minimum: NUMBER,
  minItems: COUNT,
  minLength: COUNT,
  minProperties: COUNT,
  multipleOf: [(value) => typeof value === "number" && value > 0, "a number above 0"],
  not: SCHEMA,
  oneOf: SCHEMAS,
  pattern: PATTERN,
  patternProperties: [
    (value) => SCHEMA_MAP[0](value) && Object.keys(value as object).every(isExpression),
    "an object of schemas by regular expressions",
  ],
  prefixItems: SCHEMAS,
  properties: SCHEMA_MAP,
  propertyNames: SCHEMA,
  required: NAMES,
  then: SCHEMA,
  type: [
    (value) => [value].flat().every((type) => TYPES.includes(type as string)),
    `one of ${TYPES.join(", ")}, or a list of them`,
  ],
  unevaluatedItems: SCHEMA,
  unevaluatedProperties: SCHEMA,
  uniqueItems: [(value) => typeof value === "boolean", "true or false"],
};

/** Keywords that the validator does not implement. */
const UNSUPPORTED = ["$dynamicRef", "$recursiveRef"];

/** Keywords whose schemas apply to the same value. */
const SAME_VALUE = ["allOf", "anyOf", "oneOf", "not", "if", "then", "else", "dependentSchemas"];

/**
 * Checks a schema and all schemas inside of it.
 *
 * @throws {TypeError} if a keyword has a wrong value or is not supported, with its path.
 */
export function checkSchema(root: JsonSchema): void {
  if (/draft-0[0-3]\b/.test(String(root.$schema))) {
    throw new TypeError(`"$schema" is ${JSON.stringify(root.$schema)}: expected draft 4 or later`);
  }
  const isDraft4 = /draft-04\b/.test(String(root.$schema));
  const known = dereference(root as Parameters<typeof dereference>[0]);
  const schemas: Place[] = [];
  const pending: Place[] = [[root, "#"]];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const [schema, path] = next;
    if (!isPlainObject(schema)) continue;
    schemas.push(next);
    for (const [keyword, value] of Object.entries(schema)) {
      const here = `${path}/${keyword}`;
      const check = CHECKS[keyword];
      if (UNSUPPORTED.includes(keyword)) {
        throw new TypeError(`"${keyword}" at ${here} is not supported: expected "$ref"`);
      }
      if (check === undefined) continue;
      const isFlag = isDraft4 && keyword.startsWith("exclusive") && typeof value === "boolean";
      if (!check[0](value) && !isFlag) {
        throw new TypeError(`${here} is ${quoteShort(value)}: expected ${check[1]}`);
      }
      if (keyword === "$ref" && known[(schema as Referring).__absolute_ref__!] === undefined) {
        throw new TypeError(
          `${here} is ${quoteShort(value)}: expected a reference to a part of the same schema`,
        );
      }
      for (const inner of listInner(check, value, here)) pending.push(inner);
    }
  }
  countChecks(schemas, known);
}

/** Schema with its path. */
type Place = readonly [schema: unknown, path: string];

/**
 * Counts the checks of one value by each schema, without recursion, because references may be
 * deep.
 *
 * @throws {TypeError} if a schema refers to itself for the same value, or if there are too many.
 */
function countChecks(schemas: readonly Place[], known: Known): void {
  /** Number of checks by schema; 0 while they are being counted. */
  const counts = new Map<unknown, number>();
  for (const place of schemas) {
    const stack = [{ place, inner: listSame(place, known), next: 0, checks: 1 }];
    if (counts.has(place[0])) continue;
    counts.set(place[0], 0);
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const [schema, path] = top.place;
      const inner = top.inner[top.next++];
      if (inner === undefined) {
        counts.set(schema, top.checks);
        stack.pop();
        const outer = stack.at(-1);
        if (outer !== undefined) outer.checks += top.checks;
        if (top.checks > MAX_CHECKS) {
          throw new TypeError(
            `${path} needs more than ${MAX_CHECKS} checks of one value: expected fewer unions and references`,
          );
        }
        continue;
      }
      const count = counts.get(inner[0]);
      if (count === 0) {
        throw new TypeError(
          `"$ref" back to itself at ${path}: expected a property or an item between the two`,
        );
      }
      if (count !== undefined) top.checks += count;
      else {
        counts.set(inner[0], 0);
        stack.push({ place: inner, inner: listSame(inner, known), next: 0, checks: 1 });
      }
    }
  }
}

/** Lists the schemas that apply to the same value as a schema. */
function listSame([schema, path]: Place, known: Known): Place[] {
  if (!isPlainObject(schema)) return [];
  const inner = SAME_VALUE.flatMap((keyword) => {
    const value = schema[keyword];
    return value === undefined ? [] : listInner(CHECKS[keyword]!, value, `${path}/${keyword}`);
  });
  const target = known[(schema as Referring).__absolute_ref__!];
  return target === undefined ? inner : [...inner, [target, `${path}/$ref`]];
}

/** Schema with a reference, after the validator has resolved its address. */
interface Referring {
  readonly __absolute_ref__?: string;
}

/** Lists the schemas in the value of a keyword, with their paths. */
function listInner(check: Check, value: unknown, path: string): Place[] {
  if (check === SCHEMA) return [[value, path]];
  const isMap = isPlainObject(value) && check !== CHECKS.items;
  if (!isMap && !Array.isArray(value)) return check === CHECKS.items ? [[value, path]] : [];
  if (check === CHECKS.enum || isNames(value)) return [];
  return Object.entries(value)
    .map((
      [key, inner],
    ): Place => [inner, `${path}/${key.replaceAll("~", "~0").replaceAll("/", "~1")}`]);
}

function isExpression(pattern: string): boolean {
  try {
    return new RegExp(pattern, "u") instanceof RegExp;
  } catch {
    return false;
  }
}

function quoteShort(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length > 100 ? `${text.slice(0, 100)}…` : text;
}

/** Returns the keys of a JSON pointer such as `#/a/b~1c`. */
export function toPath(pointer: string): string[] {
  return pointer.split("/").slice(1)
    .map((key) => decodeURIComponent(key).replaceAll("~1", "/").replaceAll("~0", "~"));
}
