/**
 * Runs a suite that expects the globals of vitest, by vitest's own runner and
 * matchers, within this process: https://vitest.dev/api/advanced/runner
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

/** What came of a suite. */
export interface SuiteReport {
  /** How many checks the suite has. */
  readonly checks: number;
  /** How many checks passed. */
  readonly passed: number;
  /** What failed or did not come to run, and why. */
  readonly failed: readonly string[];
  /** What the suite itself leaves out, by names that give the reasons. */
  readonly skipped: readonly string[];
}

/** How long a check or a hook may take, in milliseconds. */
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
    // A hook that fails marks the checks behind it as left out too: these are not meant.
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
  return isPassed ? [] : [`${fullTestName}: ${errors.join("; ") || "it did not come to run"}`];
}

for (const plugin of [JestExtend, JestChaiExpect, JestAsymmetricMatchers]) chai.use(plugin);

/** What the matchers know of an assertion beside what chai does. */
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

// As vitest does with the option `globals`.
Object.assign(globalThis, { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it });
