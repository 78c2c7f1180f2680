/**
 * What a number of runs, some of which passed, says about the next ones.
 *
 * @module
 */

/** How sure an interval is: 90, 95 or 99 %. */
export type Confidence = 0.9 | 0.95 | 0.99;

/** An interval of pass rates, from 0 to 1. */
export interface RateInterval {
  /** Its lower end. */
  readonly low: number;
  /** Its upper end. */
  readonly high: number;
}

/** The quantiles of the normal distribution that leave half of the rest on either side. */
const QUANTILES: ReadonlyMap<number, number> = new Map([
  [0.9, 1.6448536269514722],
  [0.95, 1.959963984540054],
  [0.99, 2.5758293035489004],
]);

/** Whether a number is a {@linkcode Confidence}. */
export function isConfidence(value: number): value is Confidence {
  return QUANTILES.has(value);
}

/**
 * Where the true pass rate lies, by the score interval of E. B. Wilson, "Probable
 * Inference, the Law of Succession, and Statistical Inference", Journal of the
 * American Statistical Association 22 (1927), 209-212. It holds for few runs too.
 */
export function wilsonInterval(runs: number, passes: number, confidence: Confidence): RateInterval {
  const z = QUANTILES.get(confidence)!;
  const rate = passes / runs;
  const scale = 1 + z ** 2 / runs;
  const center = (rate + z ** 2 / (2 * runs)) / scale;
  const reach = z / scale * Math.sqrt(rate * (1 - rate) / runs + z ** 2 / (4 * runs ** 2));
  // At the ends the formula gives 0 and 1 exactly, but rounding may not.
  return {
    low: passes === 0 ? 0 : center - reach,
    high: passes === runs ? 1 : center + reach,
  };
}

/**
 * How likely it is that at least one of `k` runs passes: the unbiased estimator
 * `1 - C(runs - passes, k) / C(runs, k)` of M. Chen et al., "Evaluating Large
 * Language Models Trained on Code" (2021), https://arxiv.org/abs/2107.03374,
 * section 2.1, as a product, for the binomials themselves overflow. Where fewer
 * than `k` runs failed, one factor is 0.
 */
export function passAtK(runs: number, passes: number, k: number): number {
  let allFail = 1;
  for (let n = runs - passes + 1; n <= runs; n++) allFail *= 1 - k / n;
  return 1 - allFail;
}
