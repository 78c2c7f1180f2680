import { assertEquals, assertStringIncludes } from "@std/assert";
import { formatDurableReport, judge } from "../../../bench/durable/durable_report.ts";
import type { TurnTimes } from "../../../bench/durable/durable_turns.ts";
import type { OpeningTimes } from "../../../bench/durable/opening.ts";

const times = { p50: 1, p99: 2 };

function turns(store: string, sessions: number, perSecond: number): TurnTimes {
  const commit = store === "no store" ? undefined : times;
  return { store, sessions, perSecond, cpu: 0.5, turn: times, commit };
}

function opening(store: string, events: number, p50: number): OpeningTimes {
  return { store, events, opening: { p50, p99: 2 * p50 }, firstTurn: 9 };
}

Deno.test("judge() compares the turns per second of eight sessions with the budget of the store", () => {
  const found = judge({
    turns: [
      turns("no store", 8, 1),
      turns("memory", 8, 1),
      turns("sqlite", 1, 1),
      turns("sqlite", 8, 150),
      turns("postgres", 8, 79.9),
    ],
    openings: [],
  });
  assertEquals(found.map(({ value, budget, isKept }) => [value, budget, isKept]), [
    ["150", "≥ 150", true],
    ["80", "≥ 80", false],
  ]);
});

Deno.test("judge() compares opening 100,000 events with opening 1,000 in the same store", () => {
  const found = judge({
    turns: [],
    openings: [
      opening("sqlite", 10, 0.1),
      opening("sqlite", 1_000, 1),
      opening("sqlite", 100_000, 3),
      opening("memory", 1_000, 1),
      opening("memory", 100_000, 3.1),
      opening("postgres", 100_000, 1),
    ],
  });
  assertEquals(found.map(({ name, isKept }) => [name.split(", ").at(-1), isKept]), [
    ["sqlite", true],
    ["memory", false],
  ]);
});

Deno.test("formatDurableReport() shows all figures, a dash for a missing one, and the budgets", () => {
  const report = formatDurableReport({
    turns: [turns("no store", 8, 12_345), turns("sqlite", 8, 100)],
    openings: [opening("sqlite", 1_000, 1), opening("sqlite", 100_000, 2)],
  });
  const row = (end: string) => report.split("\n").find((line) => line.endsWith(end))!;
  assertEquals(row("no store, 8").trim().split(/ {2,}/), [
    "12345",
    "500 µs",
    "1.00 ms",
    "2.00 ms",
    "—",
    "—",
    "no store, 8",
  ]);
  assertStringIncludes(row("sqlite, 100,000"), "9.00 ms");
  assertStringIncludes(row("durable turns a second, sqlite, 8 sessions"), "MISSED");
  assertStringIncludes(row("opening 100,000 events, times 1,000, sqlite"), "kept");
});
