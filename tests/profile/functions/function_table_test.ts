import { assertEquals, assertStringIncludes } from "@std/assert";
import { joinRows } from "../../../src/profile/functions/function_rows.ts";
import { formatFunctionTable } from "../../../src/profile/functions/function_table.ts";
import type { RowView } from "../../../src/profile/functions/report_rows.ts";
import { place, ROOT } from "../fixture.ts";

const VIEW: RowView = { sort: "self", filter: "", top: 1, beyond: "others" };

Deno.test("formatFunctionTable() says of times without counts why no calls were counted", () => {
  const rows = joinRows(
    [
      { place: place("caller", "src/a.ts", 3), self: 0, cumulative: 30 },
      { place: place("work", "src/a.ts", 9), self: 30, cumulative: 30 },
    ],
    undefined,
    1,
  );
  assertEquals(formatFunctionTable(rows, VIEW, ROOT, "no second process").split("\n"), [
    "Ordered by self time",
    "",
    "ncalls  tottime µs      %  percall µs  cumtime µs      %  percall µs  filename:lineno(function)",
    "     -        30.0  100.0           -        30.0  100.0           -  src/a.ts:9(work)",
    "",
    "Shown: 1 row (100.0 % of the time); others: 1 row (0.0 % of the time)",
    "Calls are not counted: no second process. The cumulative time of an async function excludes " +
    "the time it is suspended.",
  ]);
});

Deno.test("formatFunctionTable() names rows beyond the limit by the flag unless told otherwise", () => {
  const rows = [3, 9].map((line) => ({
    place: place("work", "src/a.ts", line),
    calls: 2,
    primitiveCalls: 2,
    self: 30,
    cumulative: 30,
  }));
  const { beyond: _, ...view } = VIEW;
  assertStringIncludes(
    formatFunctionTable(rows, view, ROOT),
    "Shown: 1 row (50.0 % of the time, 2 calls); below --top: 1 row (50.0 % of the time, 2 calls)",
  );
});
