/**
 * Validation of the data of sessions by the schemas of an agent and its tools.
 *
 * @module
 */
import { quote, reasonOf } from "../errors.ts";
import {
  copyJson,
  freezeJson,
  isPlainObject,
  type JsonObject,
  omitUndefined,
} from "../json/json.ts";
import { type OwnedSchema, SessionValueProblem, validateSessionValue } from "./standard_schema.ts";

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
