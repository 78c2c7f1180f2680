/**
 * Files of tests for a test runner.
 *
 * @module
 */
import { existsSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { ConfigError, quote } from "../../errors.ts";
import { inspect } from "../inspect.ts";
import { checkTools, type LoadOptions } from "../load_agent.ts";
import { ConfigFileError, type ConfigProblem, formatProblem } from "../problem.ts";
import { readTextSync } from "../read_config.ts";
import { inspectTests } from "./inspect_tests.ts";
import type { ConversationTestConfig, UnitTestConfig } from "./test_config.ts";
import type { RegisterTest, YamlTestOptions } from "./test_options.ts";

/** Names of agent files, which are looked for beside a file of tests. */
const AGENT_FILES = ["agent.yaml", "config.agent.yaml"];

/**
 * Registers the tests of a YAML file, in the format of Nomos with what this engine adds to it. Works
 * offline: a test that needs a model is skipped, and its name says why, unless the options allow one.
 *
 * The file is read before the function returns, so that no test is missed if the result is not
 * awaited. Tools, schemas and models of the agent are loaded when a test runs.
 *
 * @param file Path or `file:` URL of the file of tests.
 * @param test Function that registers a test, such as `Deno.test`.
 * @throws {ConfigFileError} listing every problem of the file of tests, or of the agent file.
 *
 * @example
 * ```ts
 * import { yamlTests } from "@nomos/agent/config";
 *
 * yamlTests("docs/cafe/tests.agent.yaml", Deno.test);
 *
 * Deno.test("tests in code may stand beside them", () => {});
 * ```
 */
export function yamlTests(
  file: string | URL,
  test: RegisterTest,
  options: YamlTestOptions = {},
): void {
  const { llm, judge = llm === "real" ? llm : undefined, tools = [] } = options;
  checkOptions(test, { llm, judge });
  checkTools(tools);
  const { path, text } = readTextSync(file);
  const agent = readTextSync(options.agent ?? findAgent(path));
  const checked = inspect(agent.path, agent.text, options);
  if (checked.problems.length > 0) throw new ConfigFileError(checked.problems, checked.warnings);
  const { steps } = checked.config;
  const inspection = inspectTests(path, text, {
    steps: new Set(steps.map(({ step_id }) => step_id)),
    tools: new Set([
      ...steps.flatMap(({ available_tools }) => available_tools),
      ...tools.map(({ name }) => name),
    ]),
  });
  const { config, problems, warnings, source } = inspection;
  if (problems.length > 0) throw new ConfigFileError(problems, warnings);
  const onConfigWarning = warnOnce(options.onConfigWarning);
  for (const warning of warnings) onConfigWarning(warning);
  const agentModels = { source: checked.source, llm: checked.config.llm };
  const judgeModels = config.llm === undefined ? agentModels : { source, llm: config.llm };
  for (const kind of ["unit", "e2e"] as const) {
    for (const [name, content] of Object.entries(config[kind])) {
      const reason = findSkipReason(content, { llm, judge });
      const { line } = source.locate([kind, name], { message: "" }, "key");
      const planned = {
        title: `${name} (${basename(path)}:${line})`,
        test: content,
        file: path,
        agent,
        agentModels,
        judgeModels,
      };
      const isSkipped = reason !== undefined;
      test(
        isSkipped ? `${name} (skipped: ${reason})` : name,
        { ignore: isSkipped, skip: isSkipped },
        async () => {
          const { runTest } = await import("./test_run.ts");
          await runTest(planned, { ...options, llm, judge, onConfigWarning });
        },
      );
    }
  }
}

/** Returns a function that reports each warning once, because every run loads the agent. */
function warnOnce(
  warn: LoadOptions["onConfigWarning"] = (warning) => console.warn(formatProblem(warning)),
): (warning: ConfigProblem) => void {
  const known = new Set<string>();
  return (warning) => {
    const text = formatProblem(warning);
    if (!known.has(text)) warn(warning);
    known.add(text);
  };
}

/** Models that the options allow. */
type Models = Pick<YamlTestOptions, "llm" | "judge">;

function checkOptions(test: unknown, models: Models): void {
  if (typeof test !== "function") {
    throw new ConfigError(
      `Cannot register tests with ${quote(test)}: expected a function such as Deno.test`,
    );
  }
  for (const [name, model] of Object.entries(models)) {
    if (model === undefined || model === "real" || typeof model?.decide === "function") continue;
    const expected = 'a model, with decide(), or "real"';
    throw new ConfigError(
      `Cannot register tests: ${name} is ${quote(model)}: expected ${expected}`,
    );
  }
}

/** Returns the path of the agent file beside a file of tests. */
function findAgent(file: string): string {
  const folder = dirname(file);
  const found = AGENT_FILES.map((name) => join(folder, name)).find((path) => existsSync(path));
  if (found !== undefined) return found;
  const message = "there is no agent file beside it";
  const expected = `${AGENT_FILES.join(" or ")}, or the option "agent"`;
  throw new ConfigFileError([{ file, line: 1, column: 1, path: "", message, expected }]);
}

/** Returns the reason why a test cannot be played; undefined if it can. */
function findSkipReason(
  test: UnitTestConfig | ConversationTestConfig,
  { llm, judge }: Models,
): string | undefined {
  const { script, tape, expectation } = test;
  const isPlayed = script !== undefined || tape !== undefined || llm !== undefined;
  const hasUser = "input" in test || test.user !== undefined;
  const tasks = [
    ...isPlayed ? [] : ["play the agent"],
    ...hasUser || judge !== undefined ? [] : ["play the user"],
    ...expectation === undefined || judge !== undefined ? [] : ["judge"],
  ];
  if (tasks.length === 0) return undefined;
  return `needs a model to ${new Intl.ListFormat("en").format(tasks)}`;
}
