import { assertEquals } from "@std/assert";
import {
  labelRows,
  type RowView,
  selectRows,
  sumRows,
} from "../../../src/profile/functions/report_rows.ts";
import { ROOT, sampleMeasurement } from "../fixture.ts";

const VIEW: RowView = { sort: "cumulative", filter: "", top: 20 };

function labels(view: Partial<RowView>): string[] {
  const rows = labelRows(sampleMeasurement().rows, ROOT);
  return selectRows(rows, { ...VIEW, ...view }).shown.map((row) => row.label);
}

Deno.test("selectRows orders by cumulative time, own time or calls", () => {
  assertEquals(labels({ top: 2 }), [
    "src/profile/scenario.ts:10(repeatScenario)",
    "src/fib.ts:1(fib)",
  ]);
  assertEquals(labels({ top: 2, sort: "self" }), ["src/fib.ts:1(fib)", "(garbage collector)"]);
  assertEquals(labels({ top: 2, sort: "calls" }), [
    "src/fib.ts:1(fib)",
    "src/fib.ts:5(anonymous)",
  ]);
});

Deno.test("selectRows filters by file and adds up what it hides", () => {
  assertEquals(labels({ filter: "fib" }), [
    "src/fib.ts:1(fib)",
    "src/fib.ts:5(anonymous)",
    "src/fib.ts:6(anonymous)",
  ]);
  const rows = labelRows(sampleMeasurement().rows, ROOT);
  const { filtered, below } = selectRows(rows, { ...VIEW, filter: "fib", top: 1 });
  assertEquals(sumRows(rows), { rows: 7, calls: 1207, self: 85.5 });
  assertEquals(sumRows(filtered), { rows: 4, calls: 1, self: 45.5 });
  assertEquals(sumRows(below), { rows: 2, calls: 6, self: 5 });
});
