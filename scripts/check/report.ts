/** What a check of the repository gives. @module */

/** What a check found. */
export interface Report {
  /** What is wrong, one line each; none when all is well. */
  readonly problems: readonly string[];
  /** What is worth knowing though nothing is wrong, one line each. */
  readonly notes?: readonly string[];
}
