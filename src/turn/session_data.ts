/**
 * The data of a session in the form of its agent's schema.
 *
 * @module
 */
import { ConfigError, quote, quoteReturned, reasonOf, StateError } from "../errors.ts";
import type { MigrateData } from "../history/migrations.ts";
import { freezeJson, isPlainObject, type JsonObject } from "../json/json.ts";
import { findDropped, readData, SessionValueProblem } from "../schema/session_values.ts";
import type { AgentCore } from "./agent_core.ts";

/** Data of sessions if the agent has no `data` schema. */
export const NO_DATA: JsonObject = Object.freeze({});

/**
 * Returns the data with which a new session begins: the given values, and the defaults of the
 * agent's schema.
 *
 * @param attempt Start of the message: `Cannot create a session`.
 * @throws {ConfigError} if a schema refuses them, or the agent has none.
 */
export function readInitialData(
  { name, graph: { data: schemas } }: AgentCore,
  given: unknown,
  attempt: string,
): JsonObject {
  if (given === undefined && schemas === undefined) return NO_DATA;
  if (schemas === undefined || given !== undefined && !isPlainObject(given)) {
    const expected = schemas === undefined
      ? `expected none, because agent ${quote(name)} has no option "data"`
      : "expected an object";
    throw new ConfigError(`${attempt}: data is ${quote(given)}: ${expected}`);
  }
  const data = readData(schemas, given ?? {});
  if (data instanceof SessionValueProblem) {
    throw new ConfigError(`${attempt}: ${data.message}`, { cause: data.cause });
  }
  const dropped = findDropped(given ?? {}, data);
  if (dropped === undefined) return data;
  throw new ConfigError(
    `${attempt}: data.${dropped} is not in the data schema of agent ${quote(name)}: ` +
      "add it there, or leave it out",
  );
}

/**
 * Returns recorded data in the form of the agent's schema, which may have changed since.
 *
 * @throws {StateError} with the path, if the schema refuses them and `migrateData` does not help.
 */
export function readStoredData(
  { graph: { data: schemas }, migrateData }: AgentCore,
  stored: JsonObject,
): JsonObject {
  if (schemas === undefined) return NO_DATA;
  let data = readData(schemas, stored);
  const fits = !(data instanceof SessionValueProblem) && findDropped(stored, data) === undefined;
  if (!fits && migrateData !== undefined) {
    data = readData(schemas, callMigration(migrateData, stored));
  }
  if (!(data instanceof SessionValueProblem)) return data;
  const { path, message, cause } = data;
  const hint = migrateData === undefined
    ? 'set the option "migrateData" of the agent, which converts data of older releases'
    : "expected migrateData to return data that it accepts";
  throw new StateError(path, `${message}: ${hint}`, { cause });
}

function callMigration(migrate: MigrateData, stored: JsonObject): object {
  let migrated: unknown;
  try {
    migrated = migrate(freezeJson(stored));
  } catch (cause) {
    throw new StateError("data", `migrateData threw: ${reasonOf(cause)}`, { cause });
  }
  if (isPlainObject(migrated)) return migrated;
  throw new StateError(
    "data",
    `migrateData returned ${
      quoteReturned(migrated)
    }: expected a synchronous function that returns an object`,
  );
}
