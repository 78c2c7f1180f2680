/**
 * Pass rate and failures of a repeated test.
 *
 * @module
 */
import { ConfigError, quote, reasonOf, RunError } from "../../errors.ts";

/** Confidence level of an interval: 90, 95 or 99 %. */
export type Confidence = 0.9 | 0.95 | 0.99;

/** A confidence interval of a pass rate, from 0 to 1. */
export interface RateInterval {
  /** Lower bound, from 0 to 1. */
  readonly low: number;
  /** Upper bound, from 0 to 1. */
  readonly high: number;
}

/** A run that failed. */
export interface RunFailure {
  /** Number of the run, starting at 1. */
  readonly run: number;
  /** Error that the run threw, or a `FailedRunError`. */
  readonly error: unknown;
}

/** Required pass rate, see {@linkcode Repetition.assertPassRate}. */
export interface PassRateExpectation {
  /** Minimum pass rate, from 0 to 1. */
  readonly atLeast: number;
  /**
   * Confidence level at which the lower bound of the interval must reach `atLeast`. Default: the
   * measured pass rate must reach it.
   */
  readonly confidence?: Confidence;
}

/** Thrown if too few runs passed. The message has the figures and the first failure. */
export class PassRateError extends RunError {
  /** `"PASS_RATE_TOO_LOW"` */
  readonly code = "PASS_RATE_TOO_LOW";
}

/** Result of a repeated test. Returned by `repeat`. */
export class Repetition {
  /** Number of runs. */
  readonly runs: number;
  /** Number of runs that passed. */
  readonly passes: number;
  /** Runs that failed, ordered by number. */
  readonly failures: readonly RunFailure[];

  /** Creates the result; called by `repeat`. */
  constructor(runs: number, failures: readonly RunFailure[]) {
    this.runs = runs;
    this.passes = runs - failures.length;
    this.failures = failures;
  }

  /** Share of the runs that passed, from 0 to 1. */
  get passRate(): number {
    return this.passes / this.runs;
  }

  /**
   * Estimates pass@k, the probability that at least one of `k` runs passes, with
   * the unbiased estimator of Chen et al., "Evaluating Large Language Models
   * Trained on Code" (2021), https://arxiv.org/abs/2107.03374.
   *
   * @throws {ConfigError} if `k` is not a whole number from 1 to the number of runs.
   */
  passAtK(k: number): number {
    const { runs, failures } = this;
    if (!Number.isSafeInteger(k) || k < 1 || k > runs) {
      throw new ConfigError(
        `Cannot estimate pass@k for k ${quote(k)}: expected a whole number from 1 to ${runs}`,
      );
    }
    // 1 - C(failures, k) / C(runs, k) as a product, because the binomials themselves overflow.
    let allFail = 1;
    for (let n = failures.length + 1; n <= runs; n++) allFail *= 1 - k / n;
    return 1 - allFail;
  }

  /**
   * Computes the confidence interval of the pass rate: the score interval of
   * Wilson, "Probable Inference, the Law of Succession, and Statistical
   * Inference", Journal of the American Statistical Association 22 (1927),
   * 209-212. It is accurate for few runs as well.
   *
   * @param confidence Confidence level. Default: 0.95.
   * @throws {ConfigError} if the confidence is not 0.9, 0.95 or 0.99.
   */
  interval(confidence: Confidence = 0.95): RateInterval {
    const z = QUANTILES.get(confidence);
    if (z === undefined) {
      throw new ConfigError(
        `Cannot compute an interval with confidence ${quote(confidence)}: ` +
          "expected 0.9, 0.95 or 0.99",
      );
    }
    const { runs, passes, passRate } = this;
    const scale = 1 + z ** 2 / runs;
    const center = (passRate + z ** 2 / (2 * runs)) / scale;
    const margin = z / scale * Math.sqrt(passRate * (1 - passRate) / runs + (z / runs / 2) ** 2);
    // The formula yields exactly 0 and 1 at the ends, but rounding errors may not.
    return {
      low: passes === 0 ? 0 : center - margin,
      high: passes === runs ? 1 : center + margin,
    };
  }

  /**
   * Asserts that enough runs passed. With a `confidence`, it also fails if there
   * were too few runs to reach that confidence.
   *
   * @throws {PassRateError} with the figures and the first failure, which is its cause.
   * @throws {ConfigError} if `atLeast` or `confidence` is invalid.
   */
  assertPassRate({ atLeast, confidence }: PassRateExpectation): this {
    if (!(atLeast >= 0 && atLeast <= 1)) {
      throw new ConfigError(
        `Cannot require a pass rate of ${quote(atLeast)}: expected a number from 0 to 1`,
      );
    }
    const { low, high } = this.interval(confidence);
    const rate = confidence === undefined ? this.passRate : low;
    if (rate >= atLeast) return this;
    const { runs, passes, failures: [first] } = this;
    const condition = confidence === undefined ? "" : ` with ${confidence * 100} % confidence`;
    throw new PassRateError(
      `Pass rate is too low: ${formatRate(this.passRate)}, ${passes} of ${runs} runs, ` +
        `${(confidence ?? 0.95) * 100} % interval ${formatRate(low)} to ${formatRate(high)}: ` +
        `expected at least ${atLeast}${condition}` +
        (first === undefined
          ? ""
          : `\n\nThe first failure, in run ${first.run}:\n${reasonOf(first.error)}`),
      first && { cause: first.error },
    );
  }
}

function formatRate(rate: number): string {
  return rate.toFixed(3);
}

/** Two-sided quantiles of the standard normal distribution, by confidence level. */
const QUANTILES: ReadonlyMap<number, number> = new Map([
  [0.9, 1.6448536269514722],
  [0.95, 1.959963984540054],
  [0.99, 2.5758293035489004],
]);
