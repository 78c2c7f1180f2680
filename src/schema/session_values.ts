/**
 * Validation of the data and the context of sessions by the schemas of an agent and its tools.
 *
 * @module
 */
import { ConfigError, quote, reasonOf } from "../errors.ts";
import {
  copyJson,
  freezeJson,
  isPlainObject,
  type JsonObject,
  omitUndefined,
} from "../json/json.ts";
import { issuePath, type StandardSchema } from "./standard_schema.ts";

/** Schema that the context or the data of every session must satisfy. */
export interface OwnedSchema {
  /** Owner of the schema, for messages: `tool "pay"`. */
  readonly owner: string;
  /** Schema, which must be synchronous. */
  readonly schema: StandardSchema;
}

/** Problem of the context or the data of a session. */
export class SessionValueProblem {
  constructor(
    /** Path of the problem, for example `context.user`. */
    readonly path: string,
    /** Description for a message: the path, the schema and the expected value. */
    readonly message: string,
    /** Error that the schema threw, if it did. */
    readonly cause?: unknown,
    /** True if the schema found the value invalid; false if the schema itself is at fault. */
    readonly isRefusal = false,
  ) {}
}

/** Validates the context or the data of a session by one schema. */
function validateSessionValue(
  name: "context" | "data",
  { owner, schema }: OwnedSchema,
  value: unknown,
): { readonly value: unknown } | SessionValueProblem {
  const what = `the ${name} schema of ${owner}`;
  let result: ReturnType<StandardSchema["~standard"]["validate"]>;
  try {
    result = schema["~standard"].validate(value);
  } catch (cause) {
    return new SessionValueProblem(name, `${what} threw: ${reasonOf(cause)}`, cause);
  }
  if (result instanceof Promise) {
    // Prevents an unhandled rejection.
    result.catch(() => {});
    const expected = "expected a synchronous schema";
    return new SessionValueProblem(name, `${what} is asynchronous: ${expected}`);
  }
  if (result.issues === undefined) return result;
  const [issue] = result.issues;
  const path = issue === undefined ? name : [name, ...issuePath(issue)].join(".");
  const reason = issue?.message ?? "it is invalid";
  return new SessionValueProblem(
    path,
    `${path} does not satisfy ${what}: ${reason}`,
    undefined,
    true,
  );
}

/**
 * Validates the context of a session. The outputs of the schemas are ignored.
 *
 * @throws {ConfigError} if a schema refuses it, throws, or is asynchronous.
 *
 * @param attempt Start of the message: `Cannot create a session`.
 */
export function checkContext(
  schemas: readonly OwnedSchema[],
  context: unknown,
  attempt: string,
): void {
  for (const owned of schemas) {
    const result = validateSessionValue("context", owned, context);
    if (result instanceof SessionValueProblem) {
      const { message, cause } = result;
      throw new ConfigError(`${attempt}: ${message}`, { cause });
    }
  }
}

/** Schemas of data: that of the agent, which completes them, then those of its tools. */
export type DataSchemas = readonly [agent: OwnedSchema, ...tools: OwnedSchema[]];

/** Returns the data that the agent's schema makes of a value, frozen, or the problem of it. */
export function readData(schemas: DataSchemas, value: unknown): JsonObject | SessionValueProblem {
  const [{ owner }] = schemas;
  const result = validateSessionValue("data", schemas[0], value);
  if (result instanceof SessionValueProblem) return result;
  const returned = `the data schema of ${owner} returned`;
  if (!isPlainObject(result.value)) {
    return new SessionValueProblem(
      "data",
      `${returned} ${quote(result.value)}: expected an object`,
    );
  }
  let data: JsonObject;
  try {
    data = copyJson(omitUndefined(result.value)) as JsonObject;
  } catch (cause) {
    return new SessionValueProblem("data", `${returned} other data than JSON: ${reasonOf(cause)}`);
  }
  for (const owned of schemas) {
    const again = validateSessionValue("data", owned, data);
    if (again instanceof SessionValueProblem) {
      if (owned !== schemas[0]) return again;
      const message =
        `the data schema of ${owner} does not accept its own output: ${again.message}`;
      return new SessionValueProblem(again.path, message, again.cause);
    }
    const path = findChange("data", data, again.value);
    if (path === undefined) continue;
    const problem = `the data schema of ${owned.owner} changes or adds ${path}: `;
    const expected = `expected one that returns the data of ${owner} as they are`;
    return new SessionValueProblem(path, problem + expected);
  }
  return freezeJson(data);
}

/** Returns the first key of a value that its schema drops; undefined if there is none. */
export function findDropped(value: object, data: JsonObject): string | undefined {
  return Object.entries(value)
    .find(([key, item]) => item !== undefined && !Object.hasOwn(data, key))?.[0];
}

/** Returns the path of the first part of a schema's output that the data do not have. */
function findChange(path: string, data: unknown, output: unknown): string | undefined {
  if (Object.is(data, output)) return undefined;
  if (!isComposed(data) || !isComposed(output) || Array.isArray(data) !== Array.isArray(output)) {
    return path;
  }
  if (Array.isArray(data) && data.length !== output.length) return path;
  for (const [key, item] of Object.entries(output)) {
    const own = Object.hasOwn(data, key) ? data[key] : undefined;
    const found = findChange(`${path}.${key}`, own, item);
    if (found !== undefined) return found;
  }
  return undefined;
}

function isComposed(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}
