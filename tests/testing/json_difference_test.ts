import { assertEquals } from "@std/assert";
import { findDifferingPath } from "../../src/testing/json_difference.ts";

Deno.test("findDifferingPath() returns the path of the first difference", () => {
  const cases: [unknown, unknown, string | undefined][] = [
    [1, 1, undefined],
    [1, 2, ""],
    [{ a: 1, b: 2 }, { b: 2, a: 1 }, undefined],
    [{ a: 1 }, { a: 1, b: undefined }, undefined],
    [{ a: 1 }, { a: 1, b: 2 }, "b"],
    [{ a: { b: [1, { c: "x" }] } }, { a: { b: [1, { c: "y" }] } }, "a.b.1.c"],
    [[1, 2], [1], "1"],
    [[1], { 0: 1 }, ""],
    [{ a: [] }, { a: {} }, "a"],
    [null, {}, ""],
    [undefined, { type: "x" }, ""],
    [{ a: null }, {}, "a"],
  ];
  for (const [a, b, path] of cases) assertEquals(findDifferingPath(a, b), path);
});
