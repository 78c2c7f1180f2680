/**
 * Tests that are skipped because they need a model.
 *
 * @module
 */
import { inspectTests } from "./inspect_tests.ts";
import type { ConversationTestConfig, UnitTestConfig } from "./test_config.ts";
import type { YamlTestOptions } from "./test_options.ts";

/** Models that the options allow. */
export type Models = Pick<YamlTestOptions, "llm" | "judge">;

/** Returns the reason why a test cannot be played; undefined if it can. */
export function findSkipReason(
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

/** Returns the number of tests in a text that need no model. */
export function countOffline(text: string): number {
  const { config, problems } = inspectTests("", text, {});
  if (problems.length > 0) return 0;
  return [...Object.values(config.unit), ...Object.values(config.e2e)]
    .filter((test) => findSkipReason(test, {}) === undefined).length;
}
