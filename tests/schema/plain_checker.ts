/**
 * Checker of plain JSON Schema: keywords of the standard with values of the right type,
 * and references to existing definitions. Source:
 * https://json-schema.org/draft/2020-12/json-schema-core and -validation.
 */

type Schema = Record<string, unknown>;
type Check = (value: unknown) => boolean;

const isText: Check = (value) => typeof value === "string";
const isSize: Check = (value) => Number.isInteger(value) && (value as number) >= 0;
const isNumber: Check = (value) => Number.isFinite(value);
const isList: Check = (value) => Array.isArray(value) && value.length > 0;
const isNames: Check = (value) => Array.isArray(value) && value.every(isText);
const isSchema: Check = (value) =>
  typeof value === "boolean" ||
  typeof value === "object" && value !== null && !Array.isArray(value);
const isMap: Check = (value) =>
  typeof value === "object" && value !== null && Object.values(value).every(isSchema);

const KEYWORDS: Readonly<Record<string, Check>> = {
  $defs: isMap,
  $ref: isText,
  additionalProperties: isSchema,
  allOf: isList,
  anyOf: isList,
  const: () => true,
  contains: isSchema,
  contentEncoding: isText,
  description: isText,
  enum: isList,
  exclusiveMaximum: isNumber,
  exclusiveMinimum: isNumber,
  format: isText,
  items: isSchema,
  maximum: isNumber,
  maxItems: isSize,
  maxLength: isSize,
  maxProperties: isSize,
  minimum: isNumber,
  minItems: isSize,
  minLength: isSize,
  minProperties: isSize,
  multipleOf: (value) => isNumber(value) && (value as number) > 0,
  not: isSchema,
  pattern: (value) => isText(value) && new RegExp(value as string, "u") instanceof RegExp,
  prefixItems: isList,
  properties: isMap,
  propertyNames: isSchema,
  required: isNames,
  type: (value) => isText(value) || isNames(value),
  uniqueItems: (value) => typeof value === "boolean",
};

const ONE = ["additionalProperties", "contains", "items", "not", "propertyNames"];
const LISTS = ["allOf", "anyOf", "prefixItems"];
const MAPS = ["$defs", "properties"];

/** Returns the problems of a schema with their paths; none if it is valid. */
export function findPlainProblems(
  schema: unknown,
  path: string = "#",
  root: unknown = schema,
): string[] {
  if (typeof schema === "boolean") return [];
  const one = schema as Schema;
  const inner: [path: string, schema: unknown][] = [
    ...ONE.filter((keyword) => keyword in one).map((keyword): [string, unknown] => [
      `${path}/${keyword}`,
      one[keyword],
    ]),
    ...[...LISTS, ...MAPS].flatMap((keyword) =>
      Object.entries(one[keyword] ?? {}).map(([name, part]): [string, unknown] => [
        `${path}/${keyword}/${name}`,
        part,
      ])
    ),
  ];
  const problems = Object.entries(one)
    .filter(([keyword, value]) => !KEYWORDS[keyword]?.(value))
    .map(([keyword, value]) => `${path}: ${keyword} is ${JSON.stringify(value)}`);
  const { $ref } = one;
  const definitions = (root as Schema).$defs as Schema | undefined ?? {};
  if (isText($ref) && !Object.hasOwn(definitions, ($ref as string).replace("#/$defs/", ""))) {
    problems.push(`${path}: no definition "${$ref}"`);
  }
  return [...problems, ...inner.flatMap(([where, part]) => findPlainProblems(part, where, root))];
}
