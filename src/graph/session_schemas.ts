/**
 * Schemas that the context and the data of every session of an agent must satisfy.
 *
 * @module
 */
import { ConfigError, quote } from "../errors.ts";
import {
  type DataSchemas,
  type OwnedSchema,
  readData,
  SessionValueProblem,
} from "../schema/session_values.ts";
import type { StandardSchema } from "../schema/standard_schema.ts";
import { type StepTool, toolInternals } from "../tool/tool_internals.ts";

/** Options of an agent that concern the context and the data. */
type SchemaOptions =
  & { readonly name: string }
  & {
    readonly [Name in "context" | "data"]: StandardSchema | undefined;
  };

/** Lists the schemas of the context or the data: that of the agent first, if it has one. */
export function listSchemas(
  name: "context" | "data",
  agent: SchemaOptions,
  tools: Iterable<StepTool>,
): OwnedSchema[] {
  const schemas: OwnedSchema[] = [];
  const add = (owner: string, schema: StandardSchema | undefined) => {
    if (schema !== undefined) schemas.push({ owner, schema });
  };
  add(`agent ${quote(agent.name)}`, agent[name]);
  for (const tool of tools) add(`tool ${quote(tool.name)}`, toolInternals(tool)[name]);
  return schemas;
}

/**
 * Returns the schemas of the data, and validates the defaults of the agent's by all of them, unless
 * sessions need values of their own. Undefined if there are none.
 *
 * @param report Called with the path and the description of data that a tool lacks.
 * @throws {ConfigError} if the agent's schema cannot validate data, or its own output.
 */
export function readDataSchemas(
  agent: SchemaOptions,
  tools: Iterable<StepTool>,
  report: (path: string, message: string) => void,
): DataSchemas | undefined {
  const [first, ...others] = listSchemas("data", agent, tools);
  if (first === undefined) return undefined;
  if (agent.data === undefined) {
    report("data", `${first.owner} needs data: expected a schema of the agent's data`);
    return undefined;
  }
  const defaults = readData([first], {});
  const schemas: DataSchemas = [first, ...others];
  if (!(defaults instanceof SessionValueProblem)) {
    const problem = readData(schemas, {});
    if (problem instanceof SessionValueProblem) report(problem.path, problem.message);
  } else if (!defaults.isRefusal) {
    const { message, cause } = defaults;
    throw new ConfigError(`Cannot build ${first.owner}: ${message}`, { cause });
  }
  return schemas;
}
