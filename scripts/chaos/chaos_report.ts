/**
 * Report of a run as text.
 *
 * @module
 */
import { toText } from "../../bench/report/table.ts";
import type { Findings } from "./scenario.ts";
import type { Outcome } from "./run_chaos.ts";

const COLUMNS: readonly (readonly [keyof Findings, string])[] = [
  ["faults", "faults"],
  ["acknowledged", "acknowledged"],
  ["lost", "lost"],
  ["duplicates", "duplicates"],
  ["effects", "effects"],
  ["inFlight", "in flight"],
  ["repeated", "repeated"],
  ["onceRepeated", "once twice"],
  ["fenced", "fenced"],
];

/** Maximum number of problems that are printed for one scenario. */
const MAX_PROBLEMS = 10;

/** Formats a report: a table, then observations and broken promises. */
export function chaosReport(outcomes: readonly Outcome[]): string {
  const table = toText({
    head: ["scenario", ...COLUMNS.map(([, title]) => title), "promises"],
    rows: outcomes.map((outcome) => [
      outcome.name,
      ...COLUMNS.map(([name]) => String(outcome[name])),
      outcome.problems.length === 0 ? "kept" : "BROKEN",
    ]),
  });
  const notes = outcomes.flatMap(({ name, notes }) => notes.map((note) => `${name}: ${note}`));
  const problems = outcomes.flatMap(({ name, problems }) => {
    const shown = problems.slice(0, MAX_PROBLEMS).map((problem) => `BROKEN  ${name}: ${problem}`);
    const more = problems.length - shown.length;
    return more > 0 ? [...shown, `BROKEN  ${name}: and ${more} more`] : shown;
  });
  return [table, notes.join("\n"), problems.join("\n")].filter((part) => part !== "")
    .join("\n\n") + "\n";
}

/** Returns true if every promise was kept. */
export function isKept(outcomes: readonly Outcome[]): boolean {
  return outcomes.every(({ problems }) => problems.length === 0);
}
