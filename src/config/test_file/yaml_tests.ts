/**
 * Files of tests for a test runner.
 *
 * @module
 */
import { ConfigError, quote } from "../../errors.ts";
import { planTests } from "./plan_tests.ts";
import type { YamlTestOptions } from "./test_options.ts";

/**
 * Registers the tests of a YAML file, in the format of Nomos with what this engine adds to it. Works
 * offline: a test that needs a model is skipped, and its name says why, unless the options allow one.
 *
 * The file is read before the function returns, so that no test is missed if the result is not
 * awaited. Tools, schemas and models of the agent are loaded when a test runs.
 *
 * @param file Path or `file:` URL of the file of tests.
 * @param test Function that registers a test: `Deno.test`, or `test` of `node:test` or Vitest. Deno
 *   reads `ignore`, the others read `skip`.
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
  test: (
    name: string,
    options: { readonly ignore: boolean; readonly skip: boolean },
    run: () => Promise<void>,
  ) => unknown,
  options: YamlTestOptions = {},
): void {
  if (typeof test !== "function") {
    throw new ConfigError(
      `Cannot register tests with ${quote(test)}: expected a function such as Deno.test`,
    );
  }
  for (const { name, skipReason, run } of planTests(file, options, "Cannot register tests")) {
    const isSkipped = skipReason !== undefined;
    test(
      isSkipped ? `${name} (skipped: ${skipReason})` : name,
      { ignore: isSkipped, skip: isSkipped },
      async () => {
        const { failure } = await run();
        if (failure !== undefined) throw failure.error;
      },
    );
  }
}
