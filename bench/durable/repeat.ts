/**
 * Repeating concurrent jobs for some time, and quantiles of their times.
 *
 * @module
 */

/** Times of repeated jobs. */
interface Repeated {
  /** Time of each run, in milliseconds. */
  readonly times: readonly number[];
  /** Duration of all runs together, in seconds. */
  readonly seconds: number;
}

/** Median and 99th percentile. */
export interface Quantiles {
  readonly p50: number;
  readonly p99: number;
}

/** Repeats all jobs concurrently for `milliseconds`. */
export async function repeat(
  jobs: readonly (() => Promise<unknown>)[],
  milliseconds: number,
): Promise<Repeated> {
  const times: number[] = [];
  const begun = performance.now();
  await Promise.all(jobs.map(async (job) => {
    for (let start = performance.now(); start < begun + milliseconds;) {
      await job();
      const now = performance.now();
      times.push(now - start);
      start = now;
    }
  }));
  return { times, seconds: (performance.now() - begun) / 1_000 };
}

/** Computes the quantiles of times. */
export function quantilesOf(times: readonly number[]): Quantiles {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (part: number) => sorted[Math.floor((sorted.length - 1) * part)]!;
  return { p50: at(0.5), p99: at(0.99) };
}
