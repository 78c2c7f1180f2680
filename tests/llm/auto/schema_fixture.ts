import type { JsonSchema } from "@nomos/agent";
/** Random schemas, and a validator of its own that shares no code with the generator of values. */
import { pick, type Random, randomBelow } from "../../../src/random.ts";

type Schemas = Readonly<Record<string, JsonSchema>>;

/** Returns true if a value satisfies a schema of the lowered subset. */
export function fits(value: unknown, schema: JsonSchema, root: JsonSchema = schema): boolean {
  const { $ref, anyOf, type } = schema as { $ref?: string; anyOf?: JsonSchema[]; type?: unknown };
  if ($ref !== undefined) {
    return fits(value, (root.$defs as Schemas)[$ref.slice("#/$defs/".length)]!, root);
  }
  if (anyOf !== undefined) return anyOf.some((branch) => fits(value, branch, root));
  if ("const" in schema) return value === schema.const;
  if (Array.isArray(schema.enum)) return schema.enum.includes(value);
  return [type].flat().some((one) => fitsType(value, String(one), schema, root));
}

function fitsType(value: unknown, type: string, schema: JsonSchema, root: JsonSchema): boolean {
  switch (type) {
    case "null":
      return value === null;
    case "string":
      return typeof value === "string" && new RegExp(String(schema.pattern ?? ""), "u").test(value);
    case "number":
    case "integer":
      return typeof value === "number" && !Object.is(value, -0) &&
        (type === "number" || Number.isInteger(value)) && isWithin(value, schema);
    case "array": {
      const { minItems = 0, maxItems = Infinity } = schema as Record<string, number>;
      return Array.isArray(value) && value.length >= minItems && value.length <= maxItems &&
        value.every((item) => fits(item, schema.items as JsonSchema, root));
    }
    case "object": {
      if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
      const properties = schema.properties as Schemas;
      return Object.keys(value).length === Object.keys(properties).length &&
        Object.entries(value).every(([name, inner]) =>
          Object.hasOwn(properties, name) && fits(inner, properties[name]!, root)
        );
    }
    default:
      return type === "boolean" && typeof value === "boolean";
  }
}

function isWithin(value: number, schema: JsonSchema): boolean {
  const limits = schema as Record<string, number>;
  const { minimum = -Infinity, maximum = Infinity, multipleOf } = limits;
  const { exclusiveMinimum = -Infinity, exclusiveMaximum = Infinity } = limits;
  const parts = multipleOf === undefined ? 0 : value / multipleOf;
  return value >= minimum && value <= maximum && value > exclusiveMinimum &&
    value < exclusiveMaximum && Math.abs(parts - Math.round(parts)) < 1e-9;
}

/**
 * Generates a schema whose definitions reference each other. Each definition has a value, and
 * some are recursive.
 */
export function randomSchema(random: Random): JsonSchema {
  const names = ["a", "b", "c"];
  const leaf = { type: "null" };
  const definitions = names.map((name) => {
    return [name, { anyOf: [object(random, names, 2), object(random, names, 2), leaf] }] as const;
  });
  return { ...object(random, names, 3), $defs: Object.fromEntries(definitions) };
}

function object(random: Random, names: readonly string[], depth: number): JsonSchema {
  const keys = ["x", "y", "z", "__proto__"].slice(0, randomBelow(5, random));
  return {
    type: "object",
    properties: Object.fromEntries(keys.map((key) => [key, part(random, names, depth - 1)])),
    required: keys,
    additionalProperties: false,
  };
}

function part(random: Random, names: readonly string[], depth: number): JsonSchema {
  const low = randomBelow(100, random) - 50;
  const leaves: readonly JsonSchema[] = [
    { type: "boolean" },
    { type: "string" },
    { type: ["string", "null"], pattern: pick(["^[a-z]{2,}$", "^\\d+(?:-\\d+)?$", "x|y"], random) },
    { type: "string", enum: ["one", "two"] },
    { type: "integer", minimum: low, maximum: low + randomBelow(3, random) },
    { type: "number", exclusiveMinimum: low, exclusiveMaximum: low + 1 },
    { type: "integer", multipleOf: 7, maximum: low },
    { type: "number", multipleOf: 0.25, exclusiveMinimum: low },
    { const: low },
  ];
  if (depth === 0) return pick(leaves, random)!;
  const inner = () => part(random, names, depth - 1);
  const minItems = randomBelow(3, random);
  return pick<() => JsonSchema>([
    () => pick(leaves, random)!,
    () => ({ $ref: `#/$defs/${pick(names, random)}` }),
    () => object(random, names, depth),
    () => ({ anyOf: [inner(), inner()] }),
    () => ({ type: "array", items: inner(), minItems, maxItems: minItems + 1 }),
  ], random)!();
}
