/**
 * All checks of a file of tests that need only its text and that of its agent.
 *
 * @module
 */
import { reasonOf } from "../../errors.ts";
import { isRecord } from "../../schema/option_shape.ts";
import { checkName } from "../check/check_names.ts";
import { Inspection } from "../check/inspection.ts";
import { type AgentNames, inspectEntry } from "../conversation/script_entry.ts";
import type { ProblemText, SourcePath } from "../text/source.ts";
import type {
  CheckConfig,
  ConversationTestConfig,
  TestConfig,
  TestContextConfig,
  TestFileConfig,
  UnitTestConfig,
} from "./test_config.ts";
import { testFormat } from "./test_format.ts";

/** Parses a file of tests, and finds all problems that it shows; those of names only if they are known. */
export function inspectTests(
  file: string,
  text: string,
  names: AgentNames,
): Inspection<TestFileConfig> {
  const inspection = new Inspection(file, text, testFormat);
  const { config } = inspection;
  if (!isRecord(config)) return inspection;
  let count = 0;
  for (const kind of ["unit", "e2e"] as const) {
    for (const [name, test] of Object.entries(isRecord(config[kind]) ? config[kind] : {})) {
      count++;
      // The values of a malformed test may have any type.
      if (!inspection.isWellFormed(kind, name)) continue;
      new TestInspector(inspection, [kind, name], names).inspect(test);
    }
  }
  if (count === 0 && inspection.isWellFormed()) {
    inspection.report([], { message: "there are no tests", expected: 'some in "unit" or "e2e"' });
  }
  return inspection;
}

/**
 * Returns the regular expression that a text between slashes stands for; undefined for other text.
 *
 * @throws {SyntaxError} if it is not a regular expression.
 */
export function parseRegExp(text: string): RegExp | undefined {
  const [, pattern, flags] = /^\/(.+)\/([a-z]*)$/s.exec(text) ?? [];
  return pattern === undefined ? undefined : new RegExp(pattern, flags);
}

/** Inspector of one well-formed test. */
class TestInspector {
  readonly #inspection: Inspection<TestFileConfig>;
  readonly #path: SourcePath;
  readonly #names: AgentNames;

  constructor(
    inspection: Inspection<TestFileConfig>,
    path: SourcePath,
    names: AgentNames,
  ) {
    this.#inspection = inspection;
    this.#path = path;
    this.#names = names;
  }

  /** Reports the problems of the test. */
  inspect(test: UnitTestConfig | ConversationTestConfig): void {
    if ("input" in test) this.#inspectUnit(test);
    else this.#inspectConversation(test);
    const { context, script, check } = test;
    if (context !== undefined) this.#inspectContext(context);
    for (const [index, entry] of script?.entries() ?? []) {
      const path = [...this.#path, "script", index];
      inspectEntry(this.#inspection, path, entry, this.#names);
    }
    if (check !== undefined) this.#inspectCheck(check);
    this.#inspectShared(test);
  }

  #inspectUnit({ invalid, expectation }: UnitTestConfig): void {
    if (!invalid || expectation !== undefined) return;
    this.#report(["invalid"], {
      message: "there is no expectation that must not be met",
      expected: '"expectation" beside it',
    });
  }

  #inspectConversation({ user, scenario, max_steps }: ConversationTestConfig): void {
    if (user === undefined && scenario === undefined) {
      this.#report([], { message: "a key is missing", expected: '"user" or "scenario"' });
    }
    if (user?.length === 0) {
      this.#report(["user"], { message: "it is empty", expected: "at least one input" });
    }
    if (user === undefined || max_steps === undefined) return;
    this.#report(["max_steps"], {
      message: "user has the inputs, so that their number is known",
      expected: "one of the two",
    });
  }

  #inspectShared({ script, tape, check, expectation, runs, passes = 1 }: TestConfig): void {
    if (check === undefined && expectation === undefined) {
      this.#report([], { message: "a key is missing", expected: '"check" or "expectation"' });
    }
    if (script !== undefined && tape !== undefined) {
      this.#report(["tape"], { message: "script stands beside it", expected: "one of the two" });
    }
    if (passes > runs) {
      this.#report(["passes"], {
        message: `it is ${passes}`,
        expected: runs === 1 ? '"runs" with a larger number' : `at most ${runs}, as "runs" says`,
      });
    }
    for (const key of ["tokens", "cost"] as const) {
      if (script === undefined || check?.[key] === undefined) continue;
      this.#report(["check", key], {
        message: `a script has no ${key}`,
        expected: "a tape, or neither script nor tape",
      });
    }
  }

  #inspectContext({ current_step_id, history }: TestContextConfig): void {
    this.#checkName(["context", "current_step_id"], current_step_id, "step");
    for (const [index, item] of history.entries()) {
      if (item.type !== "step_identifier") continue;
      this.#checkName(["context", "history", index, "step_id"], item.step_id, "step");
    }
  }

  #inspectCheck(check: CheckConfig): void {
    const { calls = [], never_calls = [], moves = [], step, says } = check;
    if (Object.keys(check).length === 0) {
      this.#report(["check"], { message: "it is empty", expected: "at least one check" });
    }
    for (const [key, tools] of Object.entries({ calls, never_calls })) {
      for (const [index, tool] of tools.entries()) {
        this.#checkName(["check", key, index], tool, "tool");
      }
    }
    for (const [index, id] of moves.entries()) {
      this.#checkName(["check", "moves", index], id, "step");
    }
    this.#checkName(["check", "step"], step, "step");
    if (says === undefined) return;
    try {
      parseRegExp(says);
    } catch (error) {
      this.#report(["check", "says"], {
        message: reasonOf(error),
        expected: "text, or a regular expression between slashes",
      });
    }
  }

  /** Reports a name that the agent does not have. */
  #checkName(path: SourcePath, name: string | undefined, kind: "step" | "tool"): void {
    const known = this.#names[`${kind}s`];
    if (known !== undefined) {
      checkName(this.#inspection, [...this.#path, ...path], name, kind, known);
    }
  }

  #report(path: SourcePath, problem: ProblemText): void {
    this.#inspection.report([...this.#path, ...path], problem);
  }
}
