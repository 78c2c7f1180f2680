import { assertEquals, assertStringIncludes } from "@std/assert";
import { formatDurableReport, judge } from "../../../bench/durable/durable_report.ts";
import type { ColdTurnTimes } from "../../../bench/durable/cold_turns.ts";
import type { TurnTimes } from "../../../bench/durable/durable_turns.ts";
import type { OpeningTimes } from "../../../bench/durable/opening.ts";

const times = { p50: 1, p99: 2 };

function turns(store: string, sessions: number, perSecond: number): TurnTimes {
  const commit = store === "no store" ? undefined : times;
  return { store, sessions, perSecond, cpu: 0.5, turn: times, commit };
}

function opening(store: string, events: number, p50: number, turn = 9, pause = 4): OpeningTimes {
  return { store, events, opening: { p50, p99: 2 * p50 }, firstTurn: { turn, pause } };
}

function coldTurn(history: number, cold: number): ColdTurnTimes {
  const [minimum, median] = [1, 5];
  return { store: "sqlite", history, cold: { minimum: cold, median }, warm: { minimum, median } };
}

const none = { turns: [], commits: [], coldTurns: [], openings: [] };

Deno.test("judge() compares the turns per second of eight sessions with the budget of the store", () => {
  const found = judge({
    ...none,
    turns: [
      turns("no store", 8, 1),
      turns("memory", 8, 1),
      turns("sqlite", 1, 1),
      turns("sqlite", 8, 150),
      turns("postgres", 8, 79.9),
    ],
  });
  assertEquals(found.map(({ value, budget, isKept }) => [value, budget, isKept]), [
    ["150", "≥ 150", true],
    ["80", "≥ 80", false],
  ]);
});

Deno.test("judge() compares opening 100,000 events with opening 1,000 in the same store", () => {
  const found = judge({
    ...none,
    openings: [
      opening("sqlite", 10, 0.1),
      opening("sqlite", 1_000, 1),
      opening("sqlite", 100_000, 3),
      opening("memory", 1_000, 1),
      opening("memory", 100_000, 3.1),
      opening("postgres", 100_000, 1),
    ],
  });
  const growth = found.filter(({ name }) => name.includes("times 1,000"));
  assertEquals(growth.map(({ name, isKept }) => [name.split(", ").at(-1), isKept]), [
    ["sqlite", true],
    ["memory", false],
  ]);
});

Deno.test("judge() limits the first turn after opening 100,000 events and its longest pause", () => {
  const found = judge({
    ...none,
    openings: [
      opening("memory", 100_000, 1, 999, 99),
      opening("postgres", 1_000, 1, 999, 99),
      opening("sqlite", 100_000, 1, 700, 50.1),
      opening("postgres", 100_000, 1, 701, 50),
    ],
  });
  const first = "first turn after opening 100,000 events";
  const turns = found.filter(({ name }) => name.includes(first));
  assertEquals(turns.map(({ name, isKept }) => [name, isKept]), [
    [`${first}, sqlite`, true],
    [`longest pause of the ${first}, sqlite`, false],
    [`${first}, postgres`, false],
    [`longest pause of the ${first}, postgres`, true],
  ]);
});

Deno.test("judge() limits the commits of a turn, and cold turns at 200 turns beside warm ones", () => {
  const commits = [{ store: "sqlite", commits: 6 }, { store: "postgres", commits: 6.1 }];
  const coldTurns = [coldTurn(50, 9), coldTurn(200, 2), coldTurn(200, 2.1)];
  const found = judge({ ...none, commits, coldTurns });
  assertEquals(found.map(({ value, budget, isKept }) => [value, budget, isKept]), [
    ["6", "≤ 6", true],
    ["6.1", "≤ 6", false],
    ["2.00 ×", "≤ 2.00 ×", true],
    ["2.10 ×", "≤ 2.00 ×", false],
  ]);
});

Deno.test("formatDurableReport() shows all figures, a dash for a missing one, and the budgets", () => {
  const report = formatDurableReport({
    turns: [turns("no store", 1_000, 12_345), turns("sqlite", 8, 100)],
    commits: [{ store: "sqlite", commits: 8 }],
    coldTurns: [coldTurn(50, 3)],
    openings: [opening("sqlite", 1_000, 1), opening("sqlite", 100_000, 2)],
  });
  const row = (end: string) => report.split("\n").find((line) => line.endsWith(end))!;
  assertEquals(row("no store, 1,000").trim().split(/ {2,}/), [
    "12345",
    "500 µs",
    "1.00 ms",
    "2.00 ms",
    "—",
    "—",
    "no store, 1,000",
  ]);
  assertStringIncludes(report, "8  sqlite\n");
  assertEquals(row("sqlite, 50").trim().split(/ {2,}/).at(-2), "3.00 ×");
  assertStringIncludes(row("sqlite, 100,000"), "9.00 ms        4.00 ms");
  assertStringIncludes(row("durable turns a second, sqlite, 8 sessions"), "MISSED");
  assertStringIncludes(row("opening 100,000 events, times 1,000, sqlite"), "kept");
});
