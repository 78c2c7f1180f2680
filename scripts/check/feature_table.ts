/**
 * Check of the table of features in the documentation: each row names tests that exist.
 *
 * @module
 */

import type { Files } from "./files.ts";

/** Page with the table. */
const PAGE = "docs/nomos.md";

/** Row of the table: number, feature, state, tests. */
const ROW_REGEXP = /^\| +(\d+) +\|(.*)\|(.*)\|(.*)\|$/;

/** Test: path of its file, and title. */
const TEST_REGEXP = /`(tests\/[^`]+)` "([^"]+)"/g;

const STATES = ["yes", "differs", "no"];

/**
 * Finds rows without a state or a test, and tests that do not exist.
 *
 * @returns One line for each problem.
 */
export function checkFeatureTable(files: Files): string[] {
  const lines = (files.get(PAGE) ?? "").split("\n").entries();
  const problems: string[] = [];
  let rows = 0;
  for (const [index, line] of lines) {
    const [, row, , state = "", tests = ""] = ROW_REGEXP.exec(line) ?? [];
    if (row === undefined) continue;
    rows++;
    const report = (problem: string) =>
      problems.push(`${PAGE}:${index + 1}: row ${row}: ${problem}`);
    const [word = ""] = /^\w+/.exec(state.trim()) ?? [];
    if (!STATES.includes(word)) report(`the state is "${word}": expected ${STATES.join(", ")}`);
    const named = [...tests.matchAll(TEST_REGEXP)];
    if (named.length === 0) report('it names no test: expected `tests/…` "title"');
    for (const [, path = "", title = ""] of named) {
      const text = files.get(path);
      if (text === undefined) report(`there is no file ${path}`);
      else if (!text.includes(title)) report(`${path} has no test "${title}"`);
    }
  }
  return rows === 0 ? [`${PAGE}: has no table of features`] : problems;
}
