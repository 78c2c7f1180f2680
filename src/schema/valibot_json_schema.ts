/**
 * The JSON Schema of a valibot schema: what the model may say, before any
 * transformation, and never less than the schema accepts.
 *
 * @module
 */
import { toJsonSchema } from "@valibot/to-json-schema";
import type * as v from "valibot";
import type { JsonSchema } from "../json/json.ts";
import { WORDS_OF } from "./restrictions.ts";
import type { StandardSchema } from "./standard_schema.ts";

type Converted = ReturnType<typeof toJsonSchema>;

/** Marks the JSON Schema of a pipe behind its first transformation. */
const settled = Symbol("settled");
type Marked = Converted & {
  readonly [settled]?: Converted;
  readonly [WORDS_OF]?: readonly string[];
};

/** True if a schema is one of valibot, told from others by what only valibot's have. */
export function isValibot(schema: object): schema is v.GenericSchema {
  const { vendor } = (schema as StandardSchema)["~standard"];
  return vendor === "valibot" && "~run" in schema;
}

/** Converts a schema. Throws what the converter throws if there is no JSON Schema. */
export function valibotJsonSchema(schema: v.GenericSchema): JsonSchema {
  return toJsonSchema(
    arrange(schema as unknown as Part, { parts: new Map(), getters: new Map() }) as never,
    {
      target: "draft-2020-12",
      typeMode: "input",
      overrideSchema: ({ valibotSchema, jsonSchema }) => {
        const { type, items } = valibotSchema as unknown as Part;
        // The converter leaves what is open unmarked, as if it were closed.
        if (type === "loose_object") return { ...jsonSchema, additionalProperties: true };
        if (type === "loose_tuple") return { ...jsonSchema, items: true };
        // And it wants every item of a tuple, though the last ones may be optional.
        if (items !== undefined) return { ...jsonSchema, minItems: leastLength(items) };
        return null;
      },
      overrideAction: ({ valibotAction, jsonSchema, errors }) => {
        const before = (jsonSchema as Marked)[settled];
        // What follows a transformation restricts its result, not what the model may say.
        if (before !== undefined) return marked(before);
        if (valibotAction.kind === "transformation") return marked(jsonSchema);
        const { type, requirement } = valibotAction as { type: string; requirement?: unknown };
        const expression = requirement instanceof RegExp ? requirement : undefined;
        if (type === "iso_time" || type === "iso_date_time") {
          // These are shorter than the formats "time" and "date-time" of JSON Schema.
          const { format: _, ...rest } = jsonSchema;
          return { ...rest, pattern: expression!.source };
        }
        if (expression !== undefined && /[^u]/.test(expression.flags)) {
          const { pattern, ...rest } = jsonSchema;
          // A pattern cannot say "ignore case", and without it would be narrower.
          return pattern === expression.source ? inWords(rest, expression) : jsonSchema;
        }
        return errors === undefined ? null : jsonSchema;
      },
    },
  ) as JsonSchema;
}

type Getter = (input: unknown) => Part;

/** A schema or an action, as far as this module looks at one. */
interface Part {
  readonly kind?: string;
  readonly type?: string;
  readonly pipe?: readonly Part[];
  readonly items?: readonly Part[];
  readonly default?: unknown;
  readonly getter?: Getter;
  readonly [field: string]: unknown;
}

interface Copies {
  readonly parts: Map<Part, Part>;
  readonly getters: Map<Getter, Getter>;
}

/**
 * A copy for the converter: without default functions, which it would call, and
 * with the descriptions of a pipe first, for it reads none behind a
 * transformation. One copy for each schema, so that a recursive one stays so.
 */
function arrange(part: Part, copies: Copies): Part {
  const known = copies.parts.get(part);
  if (known !== undefined) return known;
  const copy: Record<string, unknown> = { ...part };
  copies.parts.set(part, copy);
  if (typeof part.default === "function") copy.default = undefined;
  if (part.pipe !== undefined) {
    const [first, ...rest] = part.pipe.map((item) =>
      item.kind === "schema" ? arrange(item, copies) : item
    );
    const metadata = rest.filter(({ kind }) => kind === "metadata");
    copy.pipe = [first, ...metadata, ...rest.filter(({ kind }) => kind !== "metadata")];
    return copy;
  }
  for (const [name, value] of Object.entries(part)) {
    if (isSchema(value)) copy[name] = arrange(value, copies);
    else if (Array.isArray(value) && value.some(isSchema)) {
      copy[name] = value.map((item) => arrange(item, copies));
    }
  }
  if (part.entries !== undefined) {
    const entries: [string, Part][] = [];
    for (const key in part.entries as Record<string, Part>) {
      entries.push([key, arrange((part.entries as Record<string, Part>)[key]!, copies)]);
    }
    copy.entries = Object.fromEntries(entries);
  }
  const { getter } = part;
  if (getter !== undefined) {
    // The converter knows a recursion by its getter, so one getter stays one.
    const arranged = copies.getters.get(getter) ??
      ((input: unknown) => arrange(getter(input), copies));
    copies.getters.set(getter, arranged);
    copy.getter = arranged;
  }
  return copy;
}

function isSchema(value: unknown): value is Part {
  return typeof value === "object" && value !== null && (value as Part).kind === "schema";
}

function leastLength(items: readonly Part[]): number {
  const optional = ["optional", "exact_optional", "nullish", "undefinedable"];
  return items.findLastIndex(({ type }) => !optional.includes(type ?? "")) + 1;
}

function marked(schema: Converted): Marked {
  return { ...schema, [settled]: schema };
}

function inWords(schema: Converted, expression: RegExp): Marked {
  const words = (schema as Marked)[WORDS_OF] ?? [];
  return { ...schema, [WORDS_OF]: [...words, `matching the regular expression ${expression}`] };
}
