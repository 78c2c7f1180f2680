import { assertEquals } from "@std/assert";
import {
  makeBenchesTable,
  makeFiguresTable,
  makePeersTable,
} from "../../../bench/report/tables.ts";
import { sampleBench, sampleFigure, samplePeer, sampleReport, sampleResults } from "./fixture.ts";

Deno.test("makeFiguresTable() compares each figure with its floor and budget", () => {
  assertEquals(makeFiguresTable(sampleResults().figures), {
    head: ["figure", "minimum", "median", "floor", "compared", "budget", ""],
    rows: [
      ["a decision", "12.0 µs", "13.0 µs", "4.00 µs (bare valibot)", "3.00 ×", "6.00 ×", "kept"],
      ["a cached look-up", "40.0 ns", "41.5 ns", "—", "40.0 ns", "60.0 ns", "kept"],
      [
        "an idle session",
        "9.00 kB",
        "9.10 kB",
        "4.00 kB (the text)",
        "+ 5.00 kB",
        "+ 6.00 kB",
        "kept",
      ],
      ["allocated", "12.3 kB", "12.4 kB", "—", "—", "—", ""],
      [
        "a turn that a model reads",
        "30.0 µs",
        "33.0 µs",
        "20.0 µs (a short turn)",
        "1.50 ×",
        "—",
        "",
      ],
      [
        "importing mod.ts",
        "48.0 ms",
        "50.0 ms",
        "30.0 ms (an empty program)",
        "+ 18.0 ms",
        "+ 15.0 ms",
        "over",
      ],
    ],
  });
});

Deno.test("makeFiguresTable() compares the minimum, not the median", () => {
  const budget = { kind: "itself", limit: 100 } as const;
  const [row] = makeFiguresTable([sampleFigure({ minimum: 100, median: 300, budget })]).rows;
  assertEquals(row?.at(-1), "kept");
});

Deno.test("makeBenchesTable() shows the ratio of each benchmark to the floor of its group", () => {
  assertEquals(makeBenchesTable(sampleResults().benches), {
    head: ["benchmark", "minimum", "mean", "99 %", "times floor"],
    rows: [
      ["a session: a bare object", "250 ns", "300 ns", "400 ns", "floor"],
      ["a session: createSession()", "500 ns", "620 ns", "1.25 µs", "2.00 ×"],
    ],
  });
});

Deno.test("makeBenchesTable() names a benchmark without a group by its name alone", () => {
  assertEquals(makeBenchesTable([sampleBench({ group: "" })]).rows[0]?.[0], "createSession()");
});

Deno.test("makeBenchesTable() shows a dash for a benchmark without a floor", () => {
  assertEquals(makeBenchesTable([sampleBench()]).rows[0]?.at(-1), "—");
});

Deno.test("makePeersTable() shows the ratio of each framework to the first", () => {
  assertEquals(makePeersTable(sampleReport().peers!), {
    head: [
      "framework",
      "at 10 messages",
      "at 100 messages",
      "at 1,000 messages",
      "idle session",
      "import",
      "installed",
    ],
    rows: [
      [
        "@nomos/agent",
        "10.0 µs (1.00 ×)",
        "100 µs (1.00 ×)",
        "1.00 ms (1.00 ×)",
        "8.20 kB",
        "18.0 ms",
        "2.50 MB in 3",
      ],
      [
        "ai, tools",
        "30.0 µs (3.00 ×)",
        "300 µs (3.00 ×)",
        "3.00 ms (3.00 ×)",
        "8.20 kB",
        "18.0 ms",
        "2.50 MB in 3",
      ],
      [
        "xstate, bare",
        "5.00 µs (0.50 ×)",
        "50.0 µs (0.50 ×)",
        "500 µs (0.50 ×)",
        "8.20 kB",
        "18.0 ms",
        "2.50 MB in 3",
      ],
    ],
  });
});

Deno.test("makePeersTable() has a column for each history", () => {
  const calls = samplePeer().calls.slice(0, 1);
  const { head, rows } = makePeersTable([samplePeer({ calls })]);
  assertEquals(head, ["framework", "at 10 messages", "idle session", "import", "installed"]);
  assertEquals(rows[0]?.length, head.length);
});

Deno.test("makePeersTable() is empty without frameworks", () => {
  assertEquals(makePeersTable([]), {
    head: ["framework", "idle session", "import", "installed"],
    rows: [],
  });
});
