/**
 * Reading a file of tests: which of its tests can be played, and with which parts.
 *
 * @module
 */
import { basename, dirname, join } from "node:path";
import { ConfigError, quote } from "../../errors.ts";
import * as option from "../../schema/option_shape.ts";
import { checkTools, type LoadOptions, loadShape } from "../load_agent.ts";
import { fs, readTextSync } from "../text/files.ts";
import {
  ConfigFileError,
  type ConfigProblem,
  formatProblem,
  warnOnConsole,
} from "../text/problem.ts";
import { loadMainModel } from "./file_models.ts";
import { inspectTests } from "./inspect_tests.ts";
import { findSkipReason, type Models } from "./skip_reason.ts";
import type { ConversationTestConfig, UnitTestConfig } from "./test_config.ts";
import type { YamlTestOptions } from "./test_options.ts";
import type { FileTest } from "./test_players.ts";
import type { TestReport } from "./test_run.ts";
import { readTestedFile, takeTestedAgent, type TestedAgent } from "./tested_agent.ts";

/** Names of agent files, which are looked for beside a file of tests. */
const AGENT_FILES = ["agent.yaml", "config.agent.yaml"];

/** Test of a file, ready to be played. */
export interface PlannedTest {
  /** Name of the test. */
  readonly name: string;
  /** Line of the file, from 1. */
  readonly line: number;
  /** Content of the test. */
  readonly content: UnitTestConfig | ConversationTestConfig;
  /** Reason why it cannot be played. Absent if it can. */
  readonly skipReason?: string;
  /** Plays the test, as often as it says, or `runs` times. Does not throw: the report has the failure. */
  run(runs?: number): Promise<TestReport>;
}

const shape: option.OptionShape<YamlTestOptions> = {
  ...loadShape,
  agent: option.anything,
  judge: option.anything,
  approvals: option.callable,
};

/**
 * Reads a file of tests. The agent of a file is loaded when a test runs.
 *
 * @param attempt Start of the message about an invalid option.
 * @param tested Agent of a program. Default: that of the options.
 * @throws {ConfigFileError} listing every problem of the file of tests, or of the agent file.
 * @throws {ConfigError} if an option is invalid.
 */
export function planTests(
  file: string | URL,
  options: YamlTestOptions,
  attempt: string,
  tested?: TestedAgent,
): readonly PlannedTest[] {
  option.checkOptions(shape, options, attempt);
  const { llm, approvals, judge = llm === "real" ? llm : undefined, ...others } = options;
  checkModels({ llm, judge }, attempt);
  checkTools(others.tools);
  const { path, text } = readTextSync(file);
  const onConfigWarning = warnOnce(others.onConfigWarning);
  const agent = tested ?? takeAgent(path, { ...others, onConfigWarning });
  const { config, problems, warnings, source } = inspectTests(path, text, agent.names);
  if (problems.length > 0) throw new ConfigFileError(problems, warnings);
  for (const warning of warnings) onConfigWarning(warning);
  const loadJudge = config.llm === undefined
    ? agent.loadMainModel
    : () => loadMainModel({ source, llm: config.llm }, others.env);
  return (["unit", "e2e"] as const).flatMap((kind) =>
    Object.entries(config[kind]).map(([name, content]): PlannedTest => {
      const { line } = source.locate([kind, name], { message: "" }, "key");
      const skipReason = findSkipReason(content, { llm, judge });
      const title = `${name} (${basename(path)}:${line})`;
      return {
        name,
        line,
        content,
        ...skipReason !== undefined && { skipReason },
        run: async (runs) => {
          const { runTest } = await import("./test_run.ts");
          const test: FileTest = { title, test: content, file: path, agent, loadJudge };
          return await runTest(test, { llm, judge, approvals, env: others.env }, runs);
        },
      };
    })
  );
}

/** Takes the agent of the options, or else that of the agent file beside a file of tests. */
function takeAgent(
  path: string,
  { agent, ...options }: Omit<YamlTestOptions, "llm" | "judge" | "approvals">,
): TestedAgent {
  const isPlace = agent === undefined || typeof agent === "string" || agent instanceof URL;
  return isPlace ? readTestedFile(agent ?? findAgent(path), options) : takeTestedAgent(agent);
}

/** Returns a function that reports each warning once, because every run loads the agent. */
function warnOnce(
  warn: NonNullable<LoadOptions["onConfigWarning"]> = warnOnConsole,
): (warning: ConfigProblem) => void {
  const known = new Set<string>();
  return (warning) => {
    const text = formatProblem(warning);
    if (!known.has(text)) warn(warning);
    known.add(text);
  };
}

function checkModels(models: Models, attempt: string): void {
  for (const [name, model] of Object.entries(models)) {
    if (model === undefined || model === "real" || typeof model?.decide === "function") continue;
    const expected = 'a model, with decide(), or "real"';
    throw new ConfigError(`${attempt}: ${name} is ${quote(model)}: expected ${expected}`);
  }
}

/** Returns the path of the agent file beside a file of tests. */
function findAgent(file: string): string {
  const folder = dirname(file);
  const found = AGENT_FILES.map((name) => join(folder, name)).find((path) => fs.existsSync(path));
  if (found !== undefined) return found;
  const message = "there is no agent file beside it";
  const expected = `${AGENT_FILES.join(" or ")}, or the option "agent"`;
  throw new ConfigFileError([{ file, line: 1, column: 1, path: "", message, expected }]);
}
