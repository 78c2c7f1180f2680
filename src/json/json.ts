/**
 * JSON as types: values, and the schemas that describe them.
 *
 * @module
 */
import * as v from "valibot";
import { reasonOf } from "../errors.ts";

/** A value that survives `JSON.parse(JSON.stringify(value))` unchanged. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;

/** A JSON object. */
export interface JsonObject {
  /** Any member. */
  readonly [key: string]: Json;
}

/**
 * A JSON Schema document or a part of one. Source: JSON Schema draft 2020-12,
 * https://json-schema.org/draft/2020-12.
 */
export interface JsonSchema {
  /** Any keyword; a vendor accepts a subset, see {@linkcode SchemaProfile}. */
  readonly [keyword: string]: unknown;
}

/** Deeper values are refused: recursion over them would exhaust the stack of whoever reads them. */
export const MAX_DEPTH = 100;

/**
 * A copy of a JSON value that shares nothing with it. Its objects have the
 * prototype of `{}`, or none.
 *
 * @throws {TypeError} if the value would not survive JSON unchanged: it names the path and the value.
 */
export function copyJson(value: unknown, prototype: object | null = Object.prototype): Json {
  return copy(value, "", 0, prototype);
}

function copy(value: unknown, path: string, depth: number, prototype: object | null): Json {
  switch (typeof value) {
    case "string":
    case "boolean":
      return value;
    case "number":
      if (Number.isFinite(value) && !Object.is(value, -0)) return value;
      break;
    case "object":
      if (value === null) return null;
      if (depth === MAX_DEPTH) throw refusal(path, `more than ${MAX_DEPTH} levels of nesting`);
      if (Array.isArray(value)) {
        return value.map((item, index) => copy(item, `${path}.${index}`, depth + 1, prototype));
      }
      if (isPlainObject(value)) return copyObject(value, path, depth + 1, prototype);
  }
  throw refusal(path, describe(value));
}

function copyObject(
  value: object,
  path: string,
  depth: number,
  prototype: object | null,
): JsonObject {
  const result: Record<string, Json> = prototype === null ? Object.create(null) : {};
  for (const [key, item] of Object.entries(value)) {
    const copied = copy(item, `${path}.${key}`, depth, prototype);
    if (key === "__proto__") {
      // A plain assignment would set the prototype where the runtime still has that accessor.
      Object.defineProperty(result, key, { value: copied, enumerable: true, configurable: true });
    } else result[key] = copied;
  }
  return result;
}

/** Schema of any JSON value. It copies the value, so that later changes do not reach the copy. */
export const jsonValue: v.GenericSchema<unknown, Json> = v.pipe(
  v.unknown(),
  v.rawTransform<unknown, Json>(({ dataset, addIssue, NEVER }) => {
    try {
      return copyJson(dataset.value);
    } catch (error) {
      addIssue({ message: reasonOf(error) });
      return NEVER;
    }
  }),
);

/** Freezes a JSON value throughout: it is shared, and a change would reach all who have it. */
export function freezeJson<Value>(value: Value): Value {
  if (typeof value !== "object" || value === null || Object.isFrozen(value)) return value;
  for (const inner of Object.values(value)) freezeJson(inner);
  return Object.freeze(value);
}

/** Whether a value is an object made by `{}` or `JSON.parse`, not an instance of a class. */
export function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== "object" || value === null) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype ||
    Object.getPrototypeOf(prototype) === null && !Array.isArray(value);
}

/** Returns a copy without the members that are undefined, as JSON leaves them out. */
export function omitUndefined<Members extends object>(
  members: Members,
): { [Name in keyof Members]?: Exclude<Members[Name], undefined> } {
  const entries = Object.entries(members).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [Name in keyof Members]: never };
}

function refusal(path: string, what: string): TypeError {
  const where = path === "" ? "" : ` at "${path.slice(1)}"`;
  return new TypeError(
    `Cannot take ${what}${where} as JSON: expected null, a boolean, a finite number, a string, an array or a plain object`,
  );
}

function describe(value: unknown): string {
  if (Object.is(value, -0)) return "-0";
  if (typeof value === "number" || value === undefined) return String(value);
  if (typeof value === "object") return `a ${value?.constructor?.name ?? "object"}`;
  return `a ${typeof value}`;
}
