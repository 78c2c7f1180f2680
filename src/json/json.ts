/**
 * JSON values, and JSON Schemas as values.
 *
 * @module
 */
/** Value that `JSON.parse(JSON.stringify(value))` does not change. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;

/** JSON object. */
export interface JsonObject {
  /** Any member. */
  readonly [key: string]: Json;
}

/**
 * JSON Schema, draft 2020-12 (https://json-schema.org/draft/2020-12), or a part of one.
 */
export interface JsonSchema {
  /** Any keyword; a vendor accepts a subset, see {@linkcode SchemaProfile}. */
  readonly [keyword: string]: unknown;
}

/** Maximum depth of nesting. It keeps recursion over a value from exhausting the stack. */
export const MAX_DEPTH = 100;

/**
 * Copies a JSON value deeply. The copy shares no objects with the value.
 *
 * @param prototype Prototype of the copied objects; arrays keep theirs.
 * @throws {TypeError} if JSON would change a part of the value; the message has its path.
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
      if (depth === MAX_DEPTH) throw buildRefusal(path, `more than ${MAX_DEPTH} levels of nesting`);
      if (Array.isArray(value)) {
        return value.map((item, index) => copy(item, `${path}.${index}`, depth + 1, prototype));
      }
      if (isPlainObject(value)) return copyObject(value, path, depth + 1, prototype);
  }
  throw buildRefusal(path, describe(value));
}

function copyObject(
  value: object,
  path: string,
  depth: number,
  prototype: object | null,
): JsonObject {
  const result: Record<string, Json> = prototype === null ? Object.create(null) : {};
  // Not by entries, which would double the time for many keys.
  for (const key of Object.keys(value)) {
    const item = (value as Readonly<Record<string, unknown>>)[key];
    setMember(result, key, copy(item, `${path}.${key}`, depth, prototype));
  }
  return result;
}

/** Sets a member of an object of the caller, whatever its name is. */
export function setMember<Value>(object: Record<string, Value>, key: string, value: Value): void {
  if (key === "__proto__") {
    // An assignment would set the prototype.
    Object.defineProperty(object, key, { value, enumerable: true, configurable: true });
  } else object[key] = value;
}

/** Freezes a JSON value deeply, and returns it. Frozen parts are skipped. */
export function freezeJson<Value>(value: Value): Value {
  if (typeof value !== "object" || value === null || Object.isFrozen(value)) return value;
  for (const inner of Object.values(value)) freezeJson(inner);
  return Object.freeze(value);
}

/** Returns true if a value is an object of a literal or of `JSON.parse`, not of a class. */
export function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== "object" || value === null) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype ||
    Object.getPrototypeOf(prototype) === null && !Array.isArray(value);
}

/** Returns true if a value is an embedding: a list of finite numbers that is not empty. */
export function isVector(value: unknown): value is number[] {
  return Array.isArray(value) && value.length > 0 && value.every(Number.isFinite);
}

/** Returns a shallow copy without the members that are undefined. */
export function omitUndefined<Members extends object>(
  members: Members,
): { [Name in keyof Members]?: Exclude<Members[Name], undefined> } {
  const entries = Object.entries(members).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [Name in keyof Members]: never };
}

function buildRefusal(path: string, found: string): TypeError {
  const where = path === "" ? "" : ` at "${path.slice(1)}"`;
  return new TypeError(
    `Cannot convert ${found}${where} to JSON: expected null, a boolean, a finite number, a string, ` +
      "an array or a plain object",
  );
}

function describe(value: unknown): string {
  if (Object.is(value, -0)) return "-0";
  if (typeof value === "number" || value === undefined) return String(value);
  if (typeof value !== "object") return `a ${typeof value}`;
  const name: unknown = value?.constructor?.name;
  return typeof name === "string" && name !== "" ? `an instance of ${name}` : "an object";
}
