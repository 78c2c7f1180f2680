/**
 * Playing files of tests.
 *
 * @module
 */
import type { AnyAgent } from "../../config/load_agent.ts";
import { type PlannedTest, planTests } from "../../config/test_file/plan_tests.ts";
import type { TestFailure } from "../../config/test_file/play_test.ts";
import type { YamlTestOptions } from "../../config/test_file/test_options.ts";
import {
  readTestedFile,
  takeTestedAgent,
  type TestedAgent,
} from "../../config/test_file/tested_agent.ts";
import { ConfigFileError, type ConfigProblem, formatProblem } from "../../config/text/problem.ts";
import { readProcessVariable } from "../../config/text/variables.ts";
import { transcriptText } from "../../testing/trajectory/transcript_text.ts";
import { CommandError } from "../exit_code.ts";
import type { OptionsOf } from "../flags.ts";
import { openAgent, type OpenedAgent } from "../open_agent.ts";
import type { Project } from "../project.ts";
import type { FailedSessions } from "./failed_sessions.ts";
import type { FoundTests } from "./find_tests.ts";
import type { TestOutcome } from "./outcome.ts";

/** Options of {@linkcode TestRunner}. */
export interface RunnerOptions {
  /** Flags of the command. */
  readonly options: Pick<
    OptionsOf<"test">,
    "ignore-flows" | "model" | "record" | "runs" | "strict"
  >;
  /** Returns true for the name of a test that is played. */
  readonly isChosen: (name: string) => boolean;
  /** Files of the sessions of failed tests. */
  readonly failed: FailedSessions;
  /** Called with each part of a file that is ignored. */
  readonly onWarning: (warning: ConfigProblem) => void;
  /** Called with a sentence about a choice that was made for the user. */
  readonly onNote: (text: string) => void;
}

/** Test that is about to be played. */
interface ChosenTest {
  readonly test: PlannedTest;
  /** True if a model plays or judges it, so that its result depends on chance. */
  readonly needsModel: boolean;
}

/** File of tests that is about to be played. */
export interface PlannedFile {
  /** Path of the file. */
  readonly file: string;
  /** Chosen tests, in order. */
  readonly tests: readonly ChosenTest[];
  /** Problems that prevent all tests. Absent if there are none. */
  readonly problem?: string;
}

const STATUSES: Readonly<Record<TestFailure["kind"], TestOutcome["status"]>> = {
  check: "failed",
  error: "error",
  unanswered: "unanswered",
};

/** Runner of files of tests. */
export class TestRunner {
  readonly #settings: RunnerOptions;
  /** Agents of modules by their paths. */
  readonly #modules = new Map<string, Promise<OpenedAgent>>();

  /** Creates the runner. */
  constructor(settings: RunnerOptions) {
    this.#settings = settings;
  }

  /** Reads a file and its agent. Problems of both are part of the result. */
  async plan({ file, project }: FoundTests): Promise<PlannedFile> {
    const { options, isChosen, onWarning } = this.#settings;
    const { model, record, "ignore-flows": ignoreFlows } = options;
    const isReal = model === "real";
    const offline: YamlTestOptions = { ignoreFlows, onConfigWarning: onWarning };
    const real: YamlTestOptions = {
      ...offline,
      llm: "real",
      ...record && { env: (name) => name === "CASSETTE" ? "update" : readProcessVariable(name) },
    };
    try {
      const agent = await this.#open(project, isReal || record ? real : offline);
      const plan = (options: YamlTestOptions) =>
        planTests(file, options, `Cannot run the tests of ${file}`, agent);
      const played = isReal || record ? plan(real) : [];
      const tests = plan(offline).map((test, index) => ({
        // A recording calls the model for tapes alone.
        test: isReal || record && test.content.tape !== undefined ? played[index]! : test,
        needsModel: test.skipReason !== undefined,
      }));
      return { file, tests: tests.filter(({ test }) => isChosen(test.name)) };
    } catch (error) {
      return { file, tests: [], problem: describeProblem(error) };
    }
  }

  /**
   * Plays a test, or says why it is skipped.
   *
   * @throws {ConfigFileError} listing the problems that prevent all tests of the file.
   */
  async play({ test, needsModel }: ChosenTest): Promise<TestOutcome> {
    const { options: { runs, strict }, failed } = this.#settings;
    const { name, line, skipReason } = test;
    if (skipReason !== undefined) {
      const reasons = [`${skipReason} (--model real)`];
      const status = strict ? "failed" : "skipped";
      return { name, line, status, reasons, time: 0, transcript: [] };
    }
    const begin = performance.now();
    const report = await test.run(needsModel && runs > 0 ? runs : undefined);
    const time = performance.now() - begin;
    const { failure, state } = report;
    if (failure?.error instanceof ConfigFileError) throw failure.error;
    return {
      name,
      line,
      status: failure === undefined ? "passed" : STATUSES[failure.kind],
      reasons: failure?.reasons ?? [],
      time,
      report,
      transcript: state === undefined ? [] : transcriptText(state).split("\n"),
      ...failure !== undefined && state !== undefined && { state: failed.keep(name, state) },
    };
  }

  /** Closes what modules opened. */
  async close(): Promise<void> {
    for (const opened of this.#modules.values()) {
      await (await opened.catch(() => undefined))?.close();
    }
  }

  async #open(project: Project, options: YamlTestOptions): Promise<TestedAgent> {
    const { path, isModule } = project;
    const { onWarning, onNote } = this.#settings;
    if (!isModule) return readTestedFile(path, options);
    const opening = this.#modules.get(path) ?? openAgent(project, { onWarning, onNote });
    this.#modules.set(path, opening);
    const { agent, openContext } = await opening;
    let sessions = 0;
    return takeTestedAgent(agent as AnyAgent, () => openContext(`test-${++sessions}`));
  }
}

/**
 * Returns the problems of a file as text.
 *
 * @throws The error, if it is of another kind.
 */
export function describeProblem(error: unknown): string {
  if (error instanceof ConfigFileError) return error.problems.map(formatProblem).join("\n");
  if (error instanceof CommandError) return error.message;
  throw error;
}
