/**
 * Schemas that the context and the data of every session of an agent must satisfy.
 *
 * @module
 */
import { ConfigError, quote } from "../errors.ts";
import { type DataSchemas, readData } from "../schema/data_schema.ts";
import {
  type OwnedSchema,
  SessionValueProblem,
  type StandardSchema,
} from "../schema/standard_schema.ts";
import { type StepTool, toolInternals } from "../tool/tool_internals.ts";

/** Options of an agent that concern the context and the data. */
interface SchemaOptions {
  readonly name: string;
  readonly data: StandardSchema | undefined;
  readonly context: StandardSchema | undefined;
}

/** Schemas of an agent and its tools. */
export class SessionSchemas {
  readonly #options: SchemaOptions;
  readonly #tools: readonly StepTool[];

  /** Collects the schemas of an agent with these options and tools. */
  constructor(options: SchemaOptions, tools: Iterable<StepTool>) {
    this.#options = options;
    this.#tools = [...tools];
  }

  /** Lists the schemas of the context or the data: that of the agent first, if it has one. */
  list(name: "context" | "data"): OwnedSchema[] {
    const own = this.#options[name];
    const schemas = own === undefined ? [] : [{ owner: this.#owner, schema: own }];
    for (const tool of this.#tools) {
      const schema = toolInternals(tool)[name];
      if (schema !== undefined) schemas.push({ owner: `tool ${quote(tool.name)}`, schema });
    }
    return schemas;
  }

  /**
   * Returns the schemas of the data, and validates the defaults of the agent's by all of them, unless
   * sessions need values of their own. Undefined if there are none.
   *
   * @param report Called with the path and the description of data that a tool lacks.
   * @throws {ConfigError} if the agent's schema cannot validate data, or its own output.
   */
  readDataSchemas(report: (path: string, message: string) => void): DataSchemas | undefined {
    const [first, ...others] = this.list("data");
    if (first === undefined) return undefined;
    if (this.#options.data === undefined) {
      report("data", `${first.owner} needs data: expected a schema of the agent's data`);
      return undefined;
    }
    const schemas: DataSchemas = [first, ...others];
    const defaults = readData([first], {});
    if (!(defaults instanceof SessionValueProblem)) {
      const problem = readData(schemas, {});
      if (problem instanceof SessionValueProblem) report(problem.path, problem.message);
    } else if (!defaults.isRefusal) {
      const { message, cause } = defaults;
      throw new ConfigError(`Cannot build ${this.#owner}: ${message}`, { cause });
    }
    return schemas;
  }

  get #owner(): string {
    return `agent ${quote(this.#options.name)}`;
  }
}
