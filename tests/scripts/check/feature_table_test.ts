import { assertEquals } from "@std/assert";
import { checkFeatureTable } from "../../../scripts/check/feature_table.ts";

/** Returns the problems of a table with these rows. */
function check(...rows: string[]): string[] {
  const page = ["| | feature | state | test |", "| - | - | - | - |", ...rows].join("\n");
  return checkFeatureTable(
    new Map([["docs/nomos.md", page], ["tests/a_test.ts", 'Deno.test("it works", () => {});']]),
  );
}

Deno.test("checkFeatureTable() accepts rows whose tests exist", () => {
  assertEquals(check('|  1 | It works | yes, better | `tests/a_test.ts` "it works" |'), []);
});

Deno.test("checkFeatureTable() finds tests and files that do not exist, rows without a test, and unknown states", () => {
  assertEquals(
    check(
      '| 1 | A | yes | `tests/a_test.ts` "it works", `tests/a_test.ts` "it flies" |',
      '| 2 | B | no | `tests/b_test.ts` "it works" |',
      "| 3 | C | differs | tests/a_test.ts |",
      '| 4 | D | perhaps | `tests/a_test.ts` "it works" |',
    ),
    [
      'docs/nomos.md:3: row 1: tests/a_test.ts has no test "it flies"',
      "docs/nomos.md:4: row 2: there is no file tests/b_test.ts",
      'docs/nomos.md:5: row 3: it names no test: expected `tests/…` "title"',
      'docs/nomos.md:6: row 4: the state is "perhaps": expected yes, differs, no',
    ],
  );
});

Deno.test("checkFeatureTable() misses a table that was removed", () => {
  assertEquals(check(), ["docs/nomos.md: has no table of features"]);
});
