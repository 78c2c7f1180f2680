/**
 * Lowering fixed values: `const` and `enum`.
 *
 * @module
 */
import type { JsonSchema } from "../json/json.ts";
import type { Lowered, LoweringContext } from "./lowering_context.ts";
import { described } from "./lowering_words.ts";
import { emptyPlan } from "./null_plan.ts";
import type { SchemaProfile } from "./schema_profile.ts";

/** How one or more values of the same type or types are said. */
export function valuesForm(
  type: unknown,
  values: readonly unknown[],
  profile: SchemaProfile,
): Record<string, unknown> {
  return values.length === 1 && profile.constants !== "enum"
    ? { type, const: values[0] }
    : { type, enum: [...values] };
}

/** Lowers a schema that lists its values. */
export function lowerValues(schema: JsonSchema, path: string, context: LoweringContext): Lowered {
  const { profile } = context;
  const values = "const" in schema ? [schema.const] : schema.enum as unknown[];
  const types = [...new Set(values.map(typeOf))];
  if (types.includes("object") || values.length === 0) {
    return context.refuse(
      path,
      '"enum" of objects or of nothing',
      "strings, numbers or booleans",
    );
  }
  const { enumTypes } = profile;
  if (enumTypes === undefined) {
    const form = valuesForm(types.length === 1 ? types[0] : types, values, profile);
    return { schema: described(form, schema, []), plan: emptyPlan() };
  }
  if (types.length > 1) {
    const lists = types.map((type) => ({ enum: values.filter((one) => typeOf(one) === type) }));
    return context.union(schema, lists, path);
  }
  const [type] = types as [string];
  const listed: readonly string[] = ["string", ...enumTypes];
  const form = listed.includes(type) ? valuesForm(type, values, profile) : { type };
  const isWhole = "enum" in form || "const" in form || type === "null" ||
    type === "boolean" && new Set(values).size === 2;
  const notes = isWhole ? [] : [`only ${values.map((one) => JSON.stringify(one)).join(" or ")}`];
  return { schema: described(form, schema, notes), plan: emptyPlan() };
}

function typeOf(value: unknown): string {
  return value === null ? "null" : typeof value;
}
