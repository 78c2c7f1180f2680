/**
 * Counting of checks.
 *
 * @module
 */

/** Checks that passed and failed. */
export class Checks {
  /** Number of checks that passed. */
  passed = 0;
  /** Descriptions of the checks that failed. */
  readonly failures: string[] = [];

  /** Number of checks. */
  get all(): number {
    return this.passed + this.failures.length;
  }

  /** Counts a check. */
  add(passed: boolean, description: string): void {
    if (passed) this.passed++;
    else this.failures.push(description);
  }

  /** Counts a check that two values are equal. */
  addEqual(actual: unknown, expected: unknown, description: string): void {
    const [found, wanted] = [JSON.stringify(actual), JSON.stringify(expected)];
    this.add(found === wanted, `${description}: expected ${wanted}, got ${found}`);
  }
}
