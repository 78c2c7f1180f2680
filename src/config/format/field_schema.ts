/**
 * Schemas of the fields of answers and data, and of the arguments of functions.
 *
 * @module
 */
import { quote } from "../../errors.ts";
import { isPlainObject, type JsonSchema } from "../../json/json.ts";
import { jsonSchema } from "../../schema/json_schema/mod.ts";
import type { StandardSchema } from "../../schema/standard_schema.ts";
import type { ProblemText, SourcePath } from "../text/source.ts";
import type { AnswerFieldConfig, AnswerTypeConfig } from "./agent_config.ts";
import { convertType, TypeExpressionError } from "./type_expression.ts";

/** Reports a problem at a path. */
export type Report = (path: SourcePath, problem: ProblemText) => void;

/**
 * Builds the schema of an object with these fields.
 *
 * @param report Called with each problem. Default: the problems were reported already.
 */
export function buildFields(
  fields: Readonly<Record<string, string | AnswerFieldConfig>>,
  report: Report = () => {},
  path: SourcePath = [],
): JsonSchema {
  const properties: Record<string, JsonSchema> = {};
  const required: string[] = [];
  for (const [name, field] of Object.entries(fields)) {
    properties[name] = buildField(field, report, [...path, name]);
    const isOptional = typeof field === "object" && (field.optional || field.default !== undefined);
    if (!isOptional) required.push(name);
  }
  return { type: "object", properties, required, additionalProperties: false };
}

function buildField(
  field: string | AnswerFieldConfig,
  report: Report,
  path: SourcePath,
): JsonSchema {
  if (typeof field === "string") return readType(field, report, path);
  const { type, description, default: fallback, optional, is_list } = field;
  let schema = buildType(type, report, [...path, "type"]);
  if (is_list) schema = { type: "array", items: schema };
  if (optional) schema = { anyOf: [schema, { type: "null" }] };
  checkDefault(schema, fallback, report, [...path, "default"]);
  return {
    ...schema,
    ...description !== undefined && { description },
    ...fallback !== undefined && { default: fallback },
  };
}

function buildType(type: AnswerFieldConfig["type"], report: Report, path: SourcePath): JsonSchema {
  if (typeof type === "string") return readType(type, report, path);
  const build = ({ params }: AnswerTypeConfig, at: SourcePath) =>
    buildFields(params, report, [...at, "params"]);
  return "params" in type
    ? build(type, path)
    : { anyOf: (type as readonly AnswerTypeConfig[]).map((one, i) => build(one, [...path, i])) };
}

/** Reports a default that does not have its type. */
export function checkDefault(
  schema: JsonSchema,
  value: unknown,
  report: Report,
  path: SourcePath,
): void {
  if (value === undefined || isValid(withDefaults(schema), value)) return;
  report(path, { message: `it is ${quote(value)}`, expected: "a value of the type beside it" });
}

function isValid(schema: StandardSchema, value: unknown): boolean {
  const { issues } = schema["~standard"].validate(value) as StandardSchema.Result;
  return issues === undefined;
}

/**
 * Returns the JSON Schema of a type expression. Reports an invalid one, and returns the schema of
 * any value.
 */
export function readType(
  expression: string,
  report: Report = () => {},
  path: SourcePath = [],
): JsonSchema {
  try {
    return convertType(expression);
  } catch (error) {
    if (!(error instanceof TypeExpressionError)) throw error;
    const { message, nearest } = error;
    const expected = "a type such as str, int, float, bool, List[str], Dict[str, int], " +
      "Optional[int], Union[int, str] or Literal['a', 'b']";
    report(path, { message, expected, ...nearest !== undefined && { nearest } });
    return {};
  }
}

/** Creates a schema that fills in the defaults of its fields, which JSON Schemas do not. */
export function withDefaults(schema: JsonSchema): StandardSchema {
  const standard = jsonSchema(schema)["~standard"];
  const validate = (value: unknown) => standard.validate(fillDefaults(schema, value));
  return { "~standard": { ...standard, validate } };
}

function fillDefaults(schema: JsonSchema, value: unknown): unknown {
  const { properties, anyOf, items } = schema as Record<string, JsonSchema | undefined>;
  if (Array.isArray(value)) return items ? value.map((item) => fillDefaults(items, item)) : value;
  if (!isPlainObject(value)) return value;
  if (Array.isArray(anyOf)) {
    const objects = anyOf.filter(({ properties }) => properties !== undefined);
    return objects.length === 1 ? fillDefaults(objects[0], value) : value;
  }
  const filled = { ...value };
  for (const [key, field] of Object.entries((properties ?? {}) as Record<string, JsonSchema>)) {
    if (filled[key] !== undefined) filled[key] = fillDefaults(field, filled[key]);
    else if (field.default !== undefined) filled[key] = field.default;
  }
  return filled;
}
