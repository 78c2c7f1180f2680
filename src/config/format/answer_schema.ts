/**
 * Schemas of structured answers.
 *
 * @module
 */
import { quote } from "../../errors.ts";
import { isPlainObject, type JsonSchema } from "../../json/json.ts";
import { jsonSchema } from "../../schema/json_schema/mod.ts";
import { findNearest, oneOf } from "../../schema/option_shape.ts";
import type { StandardSchema } from "../../schema/standard_schema.ts";
import type { ProblemText } from "../text/source.ts";
import type { Report } from "./field_schema.ts";

/**
 * Creates the schema of an answer, which may be text too, because the model may have to ask first.
 *
 * @param structured Schema that validates what is not text.
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

/**
 * Returns the schema that a step refers to: `name` for the whole schema of a file,
 * `name.definition` for one of its definitions or properties.
 *
 * @param schemas Schemas by name; undefined for one that cannot be used, which was reported.
 */
export function findAnswerSchema(
  reference: string,
  schemas: ReadonlyMap<string, JsonSchema | undefined>,
  report: Report,
): JsonSchema | undefined {
  const [name = "", definition, ...rest] = reference.split(".");
  const schema = schemas.get(name);
  if (!schemas.has(name)) {
    const known = [...schemas.keys()];
    const message = `there is no schema ${quote(name)}`;
    report([], describeMissing(message, name, known, 'a JSON Schema file in "schemas"'));
  }
  if (schema === undefined || definition === undefined) return schema;
  const named = listDefinitions(schema);
  const pointer = rest.length === 0 ? named.get(definition) : undefined;
  if (pointer === undefined) {
    const missing = [definition, ...rest].join(".");
    const known = [...named.keys()];
    const message = `the schema ${quote(name)} has no definition ${quote(missing)}`;
    report([], describeMissing(message, missing, known, "the name of the schema alone"));
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

/** Describes a name that is not known; `other` is expected if no name is. */
function describeMissing(
  message: string,
  name: string,
  known: readonly string[],
  other: string,
): ProblemText {
  const nearest = findNearest(name, known);
  const expected = known.length === 0 ? other : oneOf(known);
  return { message, expected, ...nearest !== undefined && { nearest } };
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
