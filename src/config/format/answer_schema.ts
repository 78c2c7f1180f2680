/**
 * Structured answers and data of agent files: fields by name, or a JSON Schema of a file.
 *
 * @module
 */
import { quote } from "../../errors.ts";
import { isPlainObject, type JsonSchema } from "../../json/json.ts";
import { jsonSchema } from "../../schema/json_schema/mod.ts";
import { findNearest, oneOf } from "../../schema/option_shape.ts";
import type { StandardSchema } from "../../schema/standard_schema.ts";
import type { AnswerFieldConfig, AnswerTypeConfig } from "./agent_config.ts";
import type { ProblemText, SourcePath } from "../text/source.ts";
import { convertType, TypeExpressionError } from "./type_expression.ts";

/** Reports a problem at a path below the answer. */
export type Report = (path: SourcePath, problem: ProblemText) => void;

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

/**
 * Creates the schema of an answer, which may be text too, because the model may have to ask first.
 *
 * @param structured Schema that validates what is no text.
 */
export function createAnswer(
  schema: JsonSchema,
  structured: StandardSchema = jsonSchema(schema),
): StandardSchema {
  const { definitions, $defs, ...body } = moveReferences(schema) as JsonSchema;
  const { validate } = structured["~standard"];
  const united = jsonSchema({
    anyOf: [{ type: "string" }, body],
    ...definitions !== undefined && { definitions },
    ...$defs !== undefined && { $defs },
  })["~standard"];
  // A reason is clearer than one of the two alternatives.
  return {
    "~standard": {
      ...united,
      validate: (value) => typeof value === "string" ? { value } : validate(value),
    },
  };
}

/** Returns the schema of an answer with these fields. */
export function buildAnswerSchema(
  fields: Readonly<Record<string, string | AnswerFieldConfig>>,
  report: Report,
): JsonSchema {
  return buildObject(fields, [], report);
}

function buildObject(
  fields: Readonly<Record<string, string | AnswerFieldConfig>>,
  path: SourcePath,
  report: Report,
): JsonSchema {
  const properties: Record<string, JsonSchema> = {};
  const required: string[] = [];
  for (const [name, field] of Object.entries(fields)) {
    properties[name] = buildField(field, [...path, name], report);
    const isOptional = typeof field === "object" && (field.optional || field.default !== undefined);
    if (!isOptional) required.push(name);
  }
  return { type: "object", properties, required, additionalProperties: false };
}

function buildField(
  field: string | AnswerFieldConfig,
  path: SourcePath,
  report: Report,
): JsonSchema {
  if (typeof field === "string") return readType(field, path, report);
  const { type, description, default: fallback, optional, is_list } = field;
  let schema = buildType(type, [...path, "type"], report);
  if (is_list) schema = { type: "array", items: schema };
  if (optional) schema = { anyOf: [schema, { type: "null" }] };
  checkDefault(schema, fallback, [...path, "default"], report);
  return {
    ...schema,
    ...description !== undefined && { description },
    ...fallback !== undefined && { default: fallback },
  };
}

function buildType(type: AnswerFieldConfig["type"], path: SourcePath, report: Report): JsonSchema {
  if (typeof type === "string") return readType(type, path, report);
  const build = ({ params }: AnswerTypeConfig, at: SourcePath) =>
    buildObject(params, [...at, "params"], report);
  return "params" in type
    ? build(type, path)
    : { anyOf: (type as readonly AnswerTypeConfig[]).map((one, i) => build(one, [...path, i])) };
}

/** Reports a default that does not have its type. */
export function checkDefault(
  schema: JsonSchema,
  value: unknown,
  path: SourcePath,
  report: Report,
): void {
  if (value === undefined || isValid(withDefaults(schema), value)) return;
  report(path, { message: `it is ${quote(value)}`, expected: "a value of the type beside it" });
}

function isValid(schema: StandardSchema, value: unknown): boolean {
  const { issues } = schema["~standard"].validate(value) as StandardSchema.Result;
  return issues === undefined;
}

/** Returns the JSON Schema of a type expression; of any value if it is none, which is reported. */
export function readType(expression: string, path: SourcePath, report: Report): JsonSchema {
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

/**
 * Returns the schema that a step refers to: `name` for the whole schema of a file,
 * `name.definition` for one of its definitions or properties.
 */
export function findAnswerSchema(
  reference: string,
  schemas: ReadonlyMap<string, JsonSchema>,
  report: Report,
): JsonSchema | undefined {
  const [name = "", definition, ...rest] = reference.split(".");
  const schema = schemas.get(name);
  if (schema === undefined) {
    const nearest = findNearest(name, schemas.keys());
    report([], {
      message: `there is no schema ${quote(name)}`,
      expected: `${oneOf(schemas.keys())} of "schemas"`,
      ...nearest !== undefined && { nearest },
    });
    return undefined;
  }
  if (definition === undefined) return schema;
  const named = listDefinitions(schema);
  const pointer = rest.length === 0 ? named.get(definition) : undefined;
  if (pointer === undefined) {
    const missing = [definition, ...rest].join(".");
    const nearest = findNearest(missing, named.keys());
    report([], {
      message: `the schema ${quote(name)} has no definition ${quote(missing)}`,
      expected: oneOf(named.keys()),
      ...nearest !== undefined && { nearest },
    });
    return undefined;
  }
  const { definitions, $defs } = schema;
  const [key, inner] = pointer;
  return {
    ...(schema[key] as Record<string, JsonSchema>)[inner],
    ...definitions !== undefined && { definitions },
    ...$defs !== undefined && { $defs },
  };
}

/** Lists what a reference may name: definitions, and properties that are objects. */
function listDefinitions(schema: JsonSchema): Map<string, readonly [key: string, name: string]> {
  const named = new Map<string, readonly [string, string]>();
  for (const key of ["properties", "definitions", "$defs"]) {
    const values = schema[key];
    if (!isPlainObject(values)) continue;
    for (const [name, value] of Object.entries(values)) {
      const isNamed = isPlainObject(value) &&
        (key !== "properties" || isPlainObject(value.properties));
      if (isNamed) named.set(name, [key, name]);
    }
  }
  return named;
}

/** Keeps references valid when a schema becomes the second alternative of another one. */
function moveReferences(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(moveReferences);
  if (!isPlainObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => {
      const isMoved = key === "$ref" && typeof inner === "string" &&
        /^#(?!\/(?:definitions|\$defs)\/)/
          .test(inner);
      return [key, isMoved ? `#/anyOf/1${inner.slice(1)}` : moveReferences(inner)];
    }),
  );
}
