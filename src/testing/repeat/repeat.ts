/**
 * Repeated runs of a test whose result depends on chance.
 *
 * @module
 */
import { ConfigError, quote, RunError } from "../../errors.ts";
import { ANYTHING, checkOptions } from "../../llm/option_rules.ts";
import { Repetition, type RunFailure } from "./repetition.ts";

/** A failure of a run that returned a failing result instead of throwing. */
export class FailedRunError extends RunError {
  /** `"RUN_FAILED"` */
  readonly code = "RUN_FAILED";
}

/** Options of {@linkcode repeat}. */
export interface RepeatOptions {
  /** Maximum number of concurrent runs. Default: 1. */
  readonly concurrency?: number;
}

/**
 * Runs a test several times. A run fails if it throws, returns `false`, or returns
 * a verdict or scenario result that did not pass. `run` is called with the number
 * of the run, starting at 1, for example to seed a model. Failed runs do not
 * throw; {@linkcode Repetition.assertPassRate} does.
 *
 * @throws {ConfigError} if an option is unknown, or `times` or `concurrency` is not a whole number of at least 1.
 *
 * @example
 * ```ts
 * import { Agent, decide, MockLLM } from "@nomos/agent";
 * import { repeat, scenario } from "@nomos/agent/testing";
 * import { assertEquals } from "@std/assert";
 *
 * // A model that forgets its manners every fifth time.
 * const runs = await repeat(20, (run) => {
 *   const llm = new MockLLM([decide.respond(run % 5 === 0 ? "What?" : "Hello!")]);
 *   const steps = { door: { description: "Greet them" } };
 *   return scenario({
 *     agent: new Agent({ name: "host", llm, start: "door", steps }),
 *     goal: "Be greeted",
 *     user: ["Good morning"],
 *     checks: { greets: ({ messages }) => messages.at(-1)?.text === "Hello!" },
 *   });
 * }, { concurrency: 4 });
 * runs.assertPassRate({ atLeast: 0.8 });
 * assertEquals([runs.passes, runs.failures.map(({ run }) => run)], [16, [5, 10, 15, 20]]);
 * ```
 */
export async function repeat(
  times: number,
  run: (run: number) => unknown,
  options: RepeatOptions = {},
): Promise<Repetition> {
  checkOptions("repeat a run", options, { concurrency: ANYTHING });
  const { concurrency = 1 } = options;
  for (const [name, value] of Object.entries({ times, concurrency })) {
    if (Number.isSafeInteger(value) && value >= 1) continue;
    throw new ConfigError(
      `Cannot repeat a run with ${name} ${quote(value)}: expected a whole number of at least 1`,
    );
  }
  const failures: RunFailure[] = [];
  let begun = 0;
  const work = async () => {
    while (begun < times) {
      const number = ++begun;
      try {
        assertPassed(await run(number));
      } catch (error) {
        failures.push({ run: number, error });
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(times, concurrency) }, work));
  return new Repetition(times, failures.sort((a, b) => a.run - b.run));
}

/** Throws if the result of a run did not pass. */
function assertPassed(result: unknown): void {
  if (result === false) throw new FailedRunError("Run failed: it returned false");
  if (typeof result !== "object" || result === null) return;
  if (!("passed" in result) || result.passed !== false) return;
  // The error of a scenario result names its failed checks.
  if ("assert" in result && typeof result.assert === "function") result.assert();
  const reason = "reason" in result && typeof result.reason === "string"
    ? result.reason
    : "it returned a verdict that did not pass";
  throw new FailedRunError(`Run failed: ${reason}`);
}
