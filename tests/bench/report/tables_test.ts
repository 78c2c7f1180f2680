import { assertEquals } from "@std/assert";
import { benchesTable, figuresTable, peersTable } from "../../../bench/report/tables.ts";
import { sampleBench, sampleFigure, samplePeer, sampleReport, sampleResults } from "./fixture.ts";

Deno.test("figuresTable() holds every figure against its floor and budget", () => {
  assertEquals(figuresTable(sampleResults().figures), {
    head: ["what", "least", "median", "floor", "compared", "budget", ""],
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

Deno.test("figuresTable() judges by the least, not by the median", () => {
  const budget = { kind: "itself", limit: 100 } as const;
  const [row] = figuresTable([sampleFigure({ minimum: 100, median: 300, budget })]).rows;
  assertEquals(row?.at(-1), "kept");
});

Deno.test("benchesTable() counts each benchmark in floors of its group", () => {
  assertEquals(benchesTable(sampleResults().benches), {
    head: ["benchmark", "least", "mean", "99 %", "times floor"],
    rows: [
      ["a session: a bare object", "250 ns", "300 ns", "400 ns", "floor"],
      ["a session: createSession()", "500 ns", "620 ns", "1.25 µs", "2.00 ×"],
    ],
  });
});

Deno.test("benchesTable() names a benchmark without a group by its name alone", () => {
  assertEquals(benchesTable([sampleBench({ group: "" })]).rows[0]?.[0], "createSession()");
});

Deno.test("benchesTable() does not call a benchmark a floor that only has none", () => {
  assertEquals(benchesTable([sampleBench()]).rows[0]?.at(-1), "—");
});

Deno.test("peersTable() counts each framework in the time of the first", () => {
  assertEquals(peersTable(sampleReport().peers!), {
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

Deno.test("peersTable() has a column for each history that was played", () => {
  const calls = samplePeer().calls.slice(0, 1);
  const { head, rows } = peersTable([samplePeer({ calls })]);
  assertEquals(head, ["framework", "at 10 messages", "idle session", "import", "installed"]);
  assertEquals(rows[0]?.length, head.length);
});

Deno.test("peersTable() is empty without frameworks", () => {
  assertEquals(peersTable([]), {
    head: ["framework", "idle session", "import", "installed"],
    rows: [],
  });
});
