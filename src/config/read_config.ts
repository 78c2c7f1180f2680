/**
 * Reading agent files.
 *
 * @module
 */
import { checkOptions, flag } from "../schema/option_shape.ts";
import { inspect, type ReadOptions } from "./check/inspect.ts";
import type { AgentConfig } from "./format/agent_config.ts";
import { readText } from "./text/files.ts";
import { ConfigFileError, type ConfigProblem } from "./text/problem.ts";

/** Agent file that was read. */
export interface ConfigFile {
  /** Path of the file. Paths in the file are relative to its folder. */
  readonly path: string;
  /** Text of the file. */
  readonly text: string;
  /** Content: the long spelling of every key, defaults filled in, `$NAME` as it is. */
  readonly config: AgentConfig;
  /** Parts of the file that are ignored. */
  readonly warnings: readonly ConfigProblem[];
}

/**
 * Parses the text of an agent file, YAML or JSON. Reads no other file and no environment.
 *
 * @param path Path of the file, for messages and relative paths.
 * @throws {ConfigFileError} listing every problem that the text shows.
 * @throws {ConfigError} if an option is unknown or invalid.
 *
 * @example
 * ```ts
 * import { parseConfig } from "@nomos/agent/config";
 * import { assertEquals } from "@std/assert";
 *
 * const { config } = parseConfig(
 *   "agent.yaml",
 *   `
 * name: barista
 * start: greet
 * steps:
 *   - id: greet
 *     desc: Greet the customer
 * `,
 * );
 * assertEquals([config.start_step_id, config.steps[0]?.step_id], ["greet", "greet"]);
 * assertEquals(config.max_iter, 10);
 * ```
 */
export function parseConfig(path: string, text: string, options?: ReadOptions): ConfigFile {
  if (options !== undefined) {
    checkOptions({ ignoreFlows: flag }, options, "Cannot read an agent file");
  }
  const { config, problems, warnings } = inspect(path, text, options);
  if (problems.length > 0) throw new ConfigFileError(problems, warnings);
  return { path, text, config, warnings };
}

/**
 * Reads an agent file, YAML or JSON.
 *
 * @throws {ConfigFileError} if it cannot be read, or listing every problem that its text shows.
 */
export async function readConfig(
  path: string | URL,
  options?: ReadOptions,
): Promise<ConfigFile> {
  const { path: file, text } = await readText(path);
  return parseConfig(file, text, options);
}
