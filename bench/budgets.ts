/**
 * Budgets: limits of the framework's own cost.
 *
 * @module
 */
import type { Budget, Figure } from "./figure.ts";

/** Budgets by name of the figure. */
export const BUDGETS: Readonly<Record<string, Budget>> = {
  "a decision of the profile scenario": { kind: "times the floor", limit: 8 },
  "a turn after 1,000 messages that a model reads": { kind: "times the floor", limit: 2 },
  "a turn after 10,000 messages that a model reads": { kind: "times the floor", limit: 4 },
  "importing mod.ts": { kind: "over the floor", limit: 15 },
  "from start to the end of a first turn": { kind: "over the floor", limit: 24 },
  "the core at its start, bundled and minified, gzip": { kind: "itself", limit: 38_000 },
  "an idle session of 20 messages": { kind: "over the floor", limit: 6_000 },
  "the first turn after opening 100,000 events": { kind: "itself", limit: 700 },
  "the longest pause of that turn": { kind: "itself", limit: 50 },
  "such a turn with bounded history": { kind: "itself", limit: 100 },
  "turns by the wall clock, beside what a profile names": {
    kind: "times the floor",
    limit: 1 / 0.99,
  },
  "tools and guards in a profile, beside CPU samples": { kind: "times the floor", limit: 1.05 },
  "a decision with a profiler after 1,000 turns": { kind: "times the floor", limit: 1.3 },
  "type-checking an agent with 20 tools": { kind: "times the floor", limit: 1.15 },
  "deno task test": { kind: "itself", limit: 150_000 },
};

/** Adds the budget of a figure, if it has one. */
export function withBudget(figure: Figure): Figure {
  const budget = BUDGETS[figure.name];
  return budget === undefined ? figure : { ...figure, budget };
}
