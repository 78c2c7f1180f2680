/**
 * The figures of a run, to be read.
 *
 * @module
 */
import { toText } from "../../bench/report/table.ts";
import type { Findings } from "./scenario.ts";
import type { Outcome } from "./run_chaos.ts";

const COLUMNS: readonly (readonly [keyof Findings, string])[] = [
  ["blows", "blows"],
  ["acknowledged", "acknowledged"],
  ["lost", "lost"],
  ["duplicates", "duplicates"],
  ["effects", "effects"],
  ["inFlight", "in flight"],
  ["repeated", "repeated"],
  ["onceRepeated", "once twice"],
  ["fenced", "fenced"],
];

/** Limit of the problems that are printed for one scenario. */
const MOST_PROBLEMS = 10;

/** The report of a run: a table, what else was seen, and every broken promise. */
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
    const told = problems.slice(0, MOST_PROBLEMS).map((problem) => `BROKEN  ${name}: ${problem}`);
    const more = problems.length - told.length;
    return more > 0 ? [...told, `BROKEN  ${name}: and ${more} more`] : told;
  });
  return [table, notes.join("\n"), problems.join("\n")].filter((part) => part !== "")
    .join("\n\n") + "\n";
}

/** True if every promise was kept. */
export function isKept(outcomes: readonly Outcome[]): boolean {
  return outcomes.every(({ problems }) => problems.length === 0);
}
