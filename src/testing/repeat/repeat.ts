/**
 * Running a test many times: what one run of a model shows is chance.
 *
 * @module
 */
import { ConfigError, quote, RunError } from "../../errors.ts";
import { Repetition, type RunFailure } from "./repetition.ts";

/** A run that was repeated did not throw, but said that it failed. */
export class FailedRunError extends RunError {
  /** `"RUN_FAILED"` */
  readonly code = "RUN_FAILED";
}

/** Options of {@linkcode repeat}. */
export interface RepeatOptions {
  /** How many runs are under way at once at most. Default: 1. */
  readonly concurrency?: number;
}

/**
 * Runs a test many times. A run fails if it throws, gives `false`, or gives
 * something that did not pass: a verdict, the result of a scenario. It is given
 * its number, from 1, for example to seed a model. Failures are data; what fails
 * the test is {@linkcode Repetition.assertPassRate}.
 *
 * @throws {ConfigError} if `times` or `concurrency` is no whole number from 1.
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
  { concurrency = 1 }: RepeatOptions = {},
): Promise<Repetition> {
  for (const [name, value] of Object.entries({ times, concurrency })) {
    if (Number.isSafeInteger(value) && value >= 1) continue;
    throw new ConfigError(
      `Cannot repeat a run with ${name} ${quote(value)}: expected a whole number from 1`,
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

interface Outcome {
  readonly passed?: unknown;
  readonly reason?: unknown;
  readonly assert?: unknown;
}

/** Throws for what a run gives that did not pass. */
function assertPassed(given: unknown): void {
  if (given === false) throw new FailedRunError("Cannot pass the run: it gave false");
  if (typeof given !== "object" || given === null) return;
  const outcome = given as Outcome;
  if (outcome.passed !== false) return;
  // The result of a scenario says best itself what failed.
  if (typeof outcome.assert === "function") outcome.assert();
  const reason = typeof outcome.reason === "string" ? outcome.reason : "its verdict was no";
  throw new FailedRunError(`Cannot pass the run: ${reason}`);
}
