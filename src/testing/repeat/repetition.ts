/**
 * What came of running a test many times.
 *
 * @module
 */
import { ConfigError, quote, reasonOf, RunError } from "../../errors.ts";

/** Confidence of an interval: 90, 95 or 99 %. */
export type Confidence = 0.9 | 0.95 | 0.99;

/** An interval of pass rates, from 0 to 1. */
export interface RateInterval {
  /** Its lower end. */
  readonly low: number;
  /** Its upper end. */
  readonly high: number;
}

/** A run that failed. */
export interface RunFailure {
  /** The number of the run, from 1. */
  readonly run: number;
  /** What it threw. */
  readonly error: unknown;
}

/** What a pass rate must be, see {@linkcode Repetition.assertPassRate}. */
export interface PassRateExpectation {
  /** The least pass rate, from 0 to 1. */
  readonly atLeast: number;
  /**
   * How sure that must be: the lower end of the interval of this confidence must
   * be at least so high. Default: only the runs that were made count.
   */
  readonly confidence?: Confidence;
}

/** Too few of the runs passed. The message has the figures and the first failure. */
export class PassRateError extends RunError {
  /** `"PASS_RATE_TOO_LOW"` */
  readonly code = "PASS_RATE_TOO_LOW";
}

/** What came of running a test many times; made by `repeat`. */
export class Repetition {
  /** How many runs there were. */
  readonly runs: number;
  /** How many of them passed. */
  readonly passes: number;
  /** The others, in the order of their numbers. */
  readonly failures: readonly RunFailure[];

  /** Made by `repeat`. */
  constructor(runs: number, failures: readonly RunFailure[]) {
    this.runs = runs;
    this.passes = runs - failures.length;
    this.failures = failures;
  }

  /** How many of the runs passed, from 0 to 1. */
  get passRate(): number {
    return this.passes / this.runs;
  }

  /**
   * How likely it is that at least one of `k` further runs passes: the unbiased
   * estimator of Chen et al., "Evaluating Large Language Models Trained on Code"
   * (2021), https://arxiv.org/abs/2107.03374.
   *
   * @throws {ConfigError} if `k` is no whole number from 1 to the number of runs.
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
   * Where the true pass rate lies: the score interval of Wilson, "Probable
   * Inference, the Law of Succession, and Statistical Inference", Journal of the
   * American Statistical Association 22 (1927), 209-212. It holds for few runs too.
   *
   * @param confidence How sure that is. Default: 0.95.
   * @throws {ConfigError} if the confidence is none of 0.9, 0.95 and 0.99.
   */
  interval(confidence: Confidence = 0.95): RateInterval {
    const z = QUANTILES.get(confidence);
    if (z === undefined) {
      throw new ConfigError(
        `Cannot give an interval of confidence ${quote(confidence)}: expected 0.9, 0.95 or 0.99`,
      );
    }
    const { runs, passes, passRate } = this;
    const scale = 1 + z ** 2 / runs;
    const center = (passRate + z ** 2 / (2 * runs)) / scale;
    const reach = z / scale * Math.sqrt(passRate * (1 - passRate) / runs + (z / runs / 2) ** 2);
    // At the ends the formula gives 0 and 1 exactly, but rounding may not.
    return {
      low: passes === 0 ? 0 : center - reach,
      high: passes === runs ? 1 : center + reach,
    };
  }

  /**
   * Fails if too few of the runs passed; with a `confidence`, also if there were
   * too few runs to be that sure.
   *
   * @throws {PassRateError} with the figures and the first failure, which is its cause.
   * @throws {ConfigError} if the expectation is not usable.
   */
  assertPassRate({ atLeast, confidence }: PassRateExpectation): this {
    if (!(atLeast >= 0 && atLeast <= 1)) {
      throw new ConfigError(`Cannot expect a pass rate of ${quote(atLeast)}: expected 0 to 1`);
    }
    const { low, high } = this.interval(confidence);
    const rate = confidence === undefined ? this.passRate : low;
    if (rate >= atLeast) return this;
    const { runs, passes, failures: [first] } = this;
    const sure = confidence === undefined ? "" : ` with ${confidence * 100} % confidence`;
    throw new PassRateError(
      `Cannot accept a pass rate of ${show(this.passRate)}, ${passes} of ${runs} runs, ` +
        `${(confidence ?? 0.95) * 100} % interval ${show(low)} to ${show(high)}: ` +
        `expected at least ${atLeast}${sure}` +
        (first === undefined
          ? ""
          : `\n\nThe first failure, run ${first.run}:\n${reasonOf(first.error)}`),
      first && { cause: first.error },
    );
  }
}

function show(rate: number): string {
  return rate.toFixed(3);
}

/** The quantiles of the normal distribution that leave half of the rest on either side. */
const QUANTILES: ReadonlyMap<number, number> = new Map([
  [0.9, 1.6448536269514722],
  [0.95, 1.959963984540054],
  [0.99, 2.5758293035489004],
]);
