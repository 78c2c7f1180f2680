/**
 * Tools of a graph, and the schemas of context and data that they and the agent demand of sessions.
 *
 * @module
 */
import { ConfigError, quote } from "../errors.ts";
import * as option from "../schema/option_shape.ts";
import {
  type DataSchemas,
  type OwnedSchema,
  readData,
  SessionValueProblem,
} from "../schema/session_values.ts";
import type { StandardSchema } from "../schema/standard_schema.ts";
import { isTool, type StepTool, toolInternals } from "../tool/tool_internals.ts";

/** Reports a problem of the graph: its path, and its description. */
type Report = (path: string, message: string) => void;

/** Tools of a graph, each of which has a name of its own. */
export class GraphTools {
  readonly #report: Report;
  /** All tools by name. */
  readonly #tools = new Map<string, StepTool>();
  /** Tools of the agent's options, which steps may refer to by name. */
  readonly #named = new Map<string, StepTool>();

  /** Reads the tools of the agent's options, and reports what is not a tool. */
  constructor(tools: unknown, report: Report) {
    this.#report = report;
    if (!Array.isArray(tools)) {
      report("tools", `it is ${quote(tools)}: expected a list of tools`);
      return;
    }
    for (const [index, tool] of tools.entries()) {
      if (this.#add(`tools.${index}`, tool)) this.#named.set(tool.name, tool);
    }
  }

  /** All tools, in the order in which they were found. */
  get all(): readonly StepTool[] {
    return [...this.#tools.values()];
  }

  /** Returns the tools of a step, sorted by name, and reports the unknown ones. */
  findStepTools(path: string, tools: readonly (string | StepTool)[]): readonly StepTool[] {
    const found = new Map<string, StepTool>();
    for (const [index, given] of tools.entries()) {
      const here = `${path}.${index}`;
      if (typeof given !== "string") {
        if (this.#add(here, given)) found.set(given.name, given);
        continue;
      }
      const tool = this.#named.get(given);
      if (tool === undefined) {
        const known = this.#named.size === 0 ? "" : ` or ${option.oneOf(this.#named.keys())}`;
        this.#report(here, `unknown tool ${quote(given)}: expected a Tool${known}`);
      } else found.set(given, tool);
    }
    return [...found.values()].sort((a, b) => a.name < b.name ? -1 : 1);
  }

  /** Adds a tool. Returns false, and reports it, if it is none, or its name is taken. */
  #add(path: string, tool: StepTool): boolean {
    if (!isTool(tool)) {
      this.#report(path, `it is ${quote(tool)}: expected a Tool`);
      return false;
    }
    const known = this.#tools.get(tool.name);
    if (known === undefined) this.#tools.set(tool.name, tool);
    else if (known !== tool) {
      this.#report(
        path,
        `another tool is named ${quote(tool.name)}: expected one Tool object per name`,
      );
      return false;
    }
    return true;
  }
}

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
  report: Report,
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
