import { assertEquals } from "@std/assert";
import { functionCounts } from "../../src/profile/call_counts.ts";

const TEXT = [
  "export function named(a) {",
  "  return [1].map((x)=>x).map(async (x)=>x);",
  "}",
  "export class Box {",
  "  get size() { return 1; }",
  '  async *"a list"(n) {}',
  "}",
].join("\n");

/** The coverage of one function of the text. */
function counted(functionName: string, from: string, count: number) {
  const startOffset = TEXT.indexOf(from);
  return { functionName, ranges: [{ startOffset, endOffset: startOffset + 1, count }] };
}

Deno.test("functionCounts gives the positions that a profile gives", () => {
  const whole = { startOffset: 0, endOffset: TEXT.length, count: 1 };
  const functions = [
    { functionName: "", ranges: [whole] },
    counted("named", "function", 2),
    counted("", "(x)=>x)", 3),
    counted("", "async (x)", 4),
    counted("Box", "class", 5),
    counted("get size", "get", 6),
    counted("a list", "async *", 7),
  ];
  const counts = functionCounts({ url: "file:///x.js", functions }, TEXT, (position) => position);
  assertEquals(
    counts.map(({ place, calls }) => [place.name, place.line, place.column, calls]),
    [
      ["(module)", 1, 1, 1],
      ["named", 1, 22, 2],
      ["(anonymous)", 2, 18, 3],
      ["(anonymous)", 2, 30, 4],
      ["Box", 4, 8, 5],
      ["get size", 5, 11, 6],
      ["a list", 6, 18, 7],
    ],
  );
});

Deno.test("functionCounts leaves out what was not called", () => {
  const functions = [counted("named", "function", 0)];
  assertEquals(functionCounts({ url: "file:///x.js", functions }, TEXT, (at) => at), []);
});

Deno.test("functionCounts maps positions to the source, and keeps those without one", () => {
  const functions = [counted("named", "function", 1), counted("Box", "class", 1)];
  const counts = functionCounts(
    { url: "file:///x.ts", functions },
    TEXT,
    (position) => position.line === 0 ? { line: 40, column: 2 } : undefined,
  );
  assertEquals(counts.map(({ place }) => [place.line, place.column]), [[41, 3], [4, 8]]);
});
