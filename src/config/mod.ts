/**
 * Agents in files: {@linkcode loadAgent} reads the YAML format of Nomos, in both spellings of its
 * keys, with what this engine adds to it; JSON too. Texts, the graph, names, numbers and limits are in
 * the file; what computes (tools, guards, conditions of approval) is an export of a module that the
 * file names.
 *
 * ```ts
 * import { decide, MockLLM } from "@nomos/agent";
 * import { loadAgent } from "@nomos/agent/config";
 * import { assertEquals } from "@std/assert";
 *
 * const path = await Deno.makeTempFile({ suffix: ".yaml" });
 * await Deno.writeTextFile(
 *   path,
 *   `
 * name: barista
 * llm: { provider: openai, model: gpt-5-mini }
 * start: greet
 * steps:
 *   - id: greet
 *     desc: Greet the customer
 *     paths:
 *       - { to: order, when: they want to order }
 *   - id: order
 *     desc: Take the order
 * `,
 * );
 * // Scripted here; without `llm`, the model of the file is called.
 * const llm = new MockLLM([decide.move("order"), decide.respond("What can I get you?")]);
 * const agent = await loadAgent(path, { llm });
 * const turn = await agent.createSession().next("A latte, please");
 * assertEquals([turn.step, turn.response], ["order", "What can I get you?"]);
 * ```
 *
 * {@linkcode yamlTests} registers the tests of such an agent, which are in a file of their own.
 *
 * All problems of a file are found at once, each with line, column, path, expected value and nearest
 * known name: {@linkcode ConfigFileError}.
 *
 * @module
 */
export type {
  AgentConfig,
  AnswerFieldConfig,
  AnswerTypeConfig,
  ArgDefConfig,
  ExampleConfig,
  ExternalToolConfig,
  LimitConfig,
  ModelConfig,
  PermissionKind,
  RouteConfig,
  StepConfig,
  ToolDefConfig,
} from "./format/agent_config.ts";
export type { AgentModule, ExportedAgent, Opening } from "./agent_module.ts";
export { configSchema } from "./config_schema.ts";
export { loadAgent } from "./load_agent.ts";
export type { LoadOptions } from "./load_agent.ts";
export type { ReadOptions } from "./check/inspect.ts";
export { ConfigFileError, formatProblem } from "./text/problem.ts";
export type { ConfigProblem } from "./text/problem.ts";
export { requiredPermissions } from "./permissions.ts";
export type { Permissions } from "./permissions.ts";
export { parseConfig, readConfig } from "./read_config.ts";
export type { ConfigFile } from "./read_config.ts";
export { saveConfig } from "./save_config.ts";
export type { ServerConfig } from "./format/server_config.ts";
export { yamlTests } from "./test_file/yaml_tests.ts";
export type { YamlTestOptions } from "./test_file/test_options.ts";
export { expandVariables } from "./text/variables.ts";
export type { ReadVariable } from "./text/variables.ts";
