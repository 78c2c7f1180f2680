/**
 * Runner of a suite that expects the globals of vitest, in this process, with the
 * runner and matchers of vitest: https://vitest.dev/api/advanced/runner
 *
 * @module
 */
import { JestAsymmetricMatchers, JestChaiExpect, JestExtend } from "@vitest/expect";
import {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  getCurrentTest,
  it,
  startTests,
  type Task,
  type Test,
  type VitestRunner,
} from "@vitest/runner";
import * as chai from "chai";

/** Result of a suite. */
export interface SuiteReport {
  /** Number of checks. */
  readonly checks: number;
  /** Number of checks that passed. */
  readonly passed: number;
  /** Checks and hooks that failed or did not run, with the reason. */
  readonly failed: readonly string[];
  /** Names of the checks that the suite itself skips; the names contain the reasons. */
  readonly skipped: readonly string[];
}

/** Timeout of a check or a hook, in milliseconds. */
const TIMEOUT = 30_000;

/** Declares a suite and runs it. */
export async function runSuite(name: string, declare: () => void): Promise<SuiteReport> {
  const declared: Task[] = [];
  const runner: VitestRunner = {
    config: {
      root: "/",
      name: undefined,
      setupFiles: [],
      passWithNoTests: false,
      testNamePattern: undefined,
      allowOnly: false,
      sequence: { seed: 0, hooks: "stack", setupFiles: "list" },
      chaiConfig: { truncateThreshold: 0 },
      maxConcurrency: 1,
      testTimeout: TIMEOUT,
      hookTimeout: TIMEOUT,
      retry: 0,
      includeTaskLocation: false,
      tags: [],
      tagsFilter: undefined,
      strictTags: true,
    },
    importFile: declare,
    // A failing hook later marks its checks as skipped as well; those are failures.
    onCollected: (files) => {
      declared.push(...files.flatMap(withChildren).filter(({ mode }) => mode === "skip"));
    },
  };
  const tasks = (await startTests([`/${name}`], runner)).flatMap(withChildren);
  const checks = tasks.filter(({ type }) => type === "test");
  const skipped = new Set(declared);
  return {
    checks: checks.length,
    passed: checks.filter(({ result }) => result?.state === "pass").length,
    failed: tasks.filter((task) => !skipped.has(task)).flatMap(failureOf),
    skipped: declared.filter(({ type }) => type === "test").map(({ fullTestName, name }) => {
      return fullTestName ?? name;
    }),
  };
}

function withChildren(task: Task): Task[] {
  return task.type === "test" ? [task] : [task, ...task.tasks.flatMap(withChildren)];
}

function failureOf(task: Task): string[] {
  const { type, result, name, fullTestName = name } = task;
  const errors = result?.errors?.map(({ message }) => message) ?? [];
  const isPassed = errors.length === 0 && (type === "suite" || result?.state === "pass");
  return isPassed ? [] : [`${fullTestName}: ${errors.join("; ") || "it did not run"}`];
}

for (const plugin of [JestExtend, JestChaiExpect, JestAsymmetricMatchers]) chai.use(plugin);

/** Assertion of chai with the methods that the matchers of vitest add. */
interface CheckAssertion extends Chai.Assertion {
  withTest(test: Test | undefined): CheckAssertion;
  withContext(context: { readonly soft: boolean }): CheckAssertion;
}

function expectThat(value: unknown): CheckAssertion {
  return (chai.expect(value) as CheckAssertion).withTest(getCurrentTest());
}

const expect = Object.assign(expectThat, chai.expect, {
  soft: (value: unknown) => expectThat(value).withContext({ soft: true }),
});

// Same as the option `globals` of vitest.
Object.assign(globalThis, { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it });
