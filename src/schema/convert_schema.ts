/**
 * Conversion of authors' schemas to JSON Schema. The JSON Schema of a valibot schema describes
 * the input, before any transformation, and accepts every value that the schema accepts.
 *
 * @module
 */
import { toJsonSchema } from "@valibot/to-json-schema";
import type * as v from "valibot";
import { reasonOf } from "../errors.ts";
import type { JsonSchema } from "../json/json.ts";
import { WORDS_KEY } from "./lowering/restrictions.ts";
import { joinPath } from "./lowering/schema_document.ts";
import type { StandardSchema } from "./standard_schema.ts";

type Converted = ReturnType<typeof toJsonSchema>;

/** Key under which the JSON Schema of a pipe before its first transformation is kept. */
const beforeTransformation = Symbol("before transformation");
type Marked = Converted & {
  readonly [beforeTransformation]?: Converted;
  readonly [WORDS_KEY]?: readonly string[];
};

/** Returns true if a schema is a valibot schema of version 1. */
export function isValibot(schema: object): schema is v.GenericSchema {
  const { vendor } = (schema as StandardSchema)["~standard"];
  return vendor === "valibot" && "~run" in schema;
}

/** Converts a schema to JSON Schema. Throws the error of its library if there is none. */
export function convertSchema(schema: StandardSchema): unknown {
  if (isValibot(schema)) return convertValibot(schema);
  const { vendor, jsonSchema } = schema["~standard"];
  if (jsonSchema === undefined) {
    throw new TypeError(
      `its library "${vendor}" does not implement Standard JSON Schema: use one that does, ` +
        "for example valibot, zod from 4.2 on or arktype from 2.1.28 on",
    );
  }
  return jsonSchema.input({ target: "draft-2020-12" });
}

/** Converts a valibot schema to JSON Schema. Throws the converter's error if there is none. */
export function convertValibot(schema: v.GenericSchema): JsonSchema {
  return toJsonSchema(
    copyForConverter(schema as unknown as Part, { parts: new Map(), getters: new Map() }) as never,
    {
      target: "draft-2020-12",
      typeMode: "input",
      overrideSchema: ({ valibotSchema, jsonSchema }) => {
        const { type, items } = valibotSchema as unknown as Part;
        // The converter writes open objects and tuples like closed ones.
        if (type === "loose_object") return { ...jsonSchema, additionalProperties: true };
        if (type === "loose_tuple") return { ...jsonSchema, items: true };
        // The converter requires every item of a tuple, although the last ones may be optional.
        if (items !== undefined) return { ...jsonSchema, minItems: findMinLength(items) };
        return null;
      },
      overrideAction: ({ valibotAction, jsonSchema, errors }) => {
        const before = (jsonSchema as Marked)[beforeTransformation];
        // Actions after a transformation restrict its output, not the input.
        if (before !== undefined) return markTransformed(before);
        if (valibotAction.kind === "transformation") return markTransformed(jsonSchema);
        const { type, requirement } = valibotAction as { type: string; requirement?: unknown };
        const expression = requirement instanceof RegExp ? requirement : undefined;
        if (type === "iso_time" || type === "iso_date_time") {
          // valibot's times are shorter than the formats "time" and "date-time" of JSON Schema.
          const { format: _, ...rest } = jsonSchema;
          return { ...rest, pattern: expression!.source };
        }
        if (expression !== undefined && /[^u]/.test(expression.flags)) {
          const { pattern, ...rest } = jsonSchema;
          // JSON Schema has no flags: a pattern that ignores case would become narrower.
          return pattern === expression.source ? describePattern(rest, expression) : jsonSchema;
        }
        return errors === undefined ? null : jsonSchema;
      },
    },
  ) as JsonSchema;
}

type Getter = (input: unknown) => Part;

/** Fields of a schema or an action that this module reads; `_zod` of zod, the others of valibot. */
interface Part {
  readonly _zod?: { readonly def: Part };
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
 * Copies a schema for the converter, without default functions, which the converter would
 * call. Metadata comes first in a pipe, because the converter reads none after a
 * transformation. Each schema is copied once, so that a recursive schema stays recursive.
 */
function copyForConverter(part: Part, copies: Copies): Part {
  const known = copies.parts.get(part);
  if (known !== undefined) return known;
  const copy: Record<string, unknown> = { ...part };
  copies.parts.set(part, copy);
  if (typeof part.default === "function") copy.default = undefined;
  if (part.pipe !== undefined) {
    const isText = part.pipe[0]!.type === "string";
    const [first, ...rest] = part.pipe.map((item) => {
      if (item.kind === "schema") return copyForConverter(item, copies);
      // The converter takes every `includes` for one of text. In lists, it is checked like code.
      return item.type === "includes" && !isText ? { ...item, type: "check" } : item;
    });
    const metadata = rest.filter(({ kind }) => kind === "metadata");
    copy.pipe = [first, ...metadata, ...rest.filter(({ kind }) => kind !== "metadata")];
    return copy;
  }
  for (const [name, value] of Object.entries(part)) {
    if (isSchema(value)) copy[name] = copyForConverter(value, copies);
    else if (Array.isArray(value) && value.some(isSchema)) {
      copy[name] = value.map((item) => copyForConverter(item, copies));
    }
  }
  if (part.entries !== undefined) {
    const entries: [string, Part][] = [];
    for (const key in part.entries as Record<string, Part>) {
      entries.push([key, copyForConverter((part.entries as Record<string, Part>)[key]!, copies)]);
    }
    copy.entries = Object.fromEntries(entries);
  }
  const { getter } = part;
  if (getter !== undefined) {
    // The converter recognizes a recursion by its getter, so each is copied once.
    const copiedGetter = copies.getters.get(getter) ??
      ((input: unknown) => copyForConverter(getter(input), copies));
    copies.getters.set(getter, copiedGetter);
    copy.getter = copiedGetter;
  }
  return copy;
}

function isSchema(value: unknown): value is Part {
  if (typeof value !== "object" || value === null) return false;
  return (value as Part).kind === "schema" || (value as Part)._zod !== undefined;
}

function findMinLength(items: readonly Part[]): number {
  const optional = ["optional", "exact_optional", "nullish", "undefinedable"];
  return items.findLastIndex(({ type }) => !optional.includes(type ?? "")) + 1;
}

function markTransformed(schema: Converted): Marked {
  return { ...schema, [beforeTransformation]: schema };
}

function describePattern(schema: Converted, expression: RegExp): Marked {
  const words = (schema as Marked)[WORDS_KEY] ?? [];
  return { ...schema, [WORDS_KEY]: [...words, `matching the regular expression ${expression}`] };
}

const DATE_HINT = "a date is sent as text: use v.pipe(v.string(), v.isoTimestamp(), " +
  "v.transform((text) => new Date(text))) or z.iso.datetime().transform((text) => new Date(text))";

/** Describes the reason of a library, the path of the part, and the way out if it is a date. */
export function describeUnsupported(schema: unknown, cause: unknown): string {
  if (cause instanceof RangeError && /call stack/.test(cause.message)) {
    return "it is nested too deeply: expected fewer levels";
  }
  const reason = reasonOf(cause).replace(/\.$/, "");
  const type = /^The "(\w+)" schema|^(\w+?)s? (?:types )?cannot/.exec(reason)?.slice(1).join("");
  if (!type) return reason;
  const path = findPath(schema, type.toLowerCase());
  const where = path === undefined ? "" : path === "" ? " at its root" : ` at "${path}"`;
  return `${reason}${where}${type.toLowerCase() === "date" ? `: ${DATE_HINT}` : ""}`;
}

/** Returns the path of the first part of a type. */
function findPath(schema: unknown, type: string): string | undefined {
  const pending: [part: unknown, path: string][] = [[schema, ""]];
  const seen = new Set<unknown>();
  for (const [part, path] of pending) {
    if (!isSchema(part) || seen.has(part)) continue;
    seen.add(part);
    const fields = part._zod?.def ?? part;
    if (fields.type === type) return path;
    for (const [field, inner] of Object.entries(fields)) {
      if (field === "entries" || field === "shape") {
        for (const [key, one] of Object.entries(inner as object)) {
          pending.push([one, joinPath(path, key)]);
        }
      } else {
        const below = field === "item" || field === "element" ? `${path}[]` : path;
        for (const one of [inner].flat()) pending.push([one, below]);
      }
    }
  }
  return undefined;
}
