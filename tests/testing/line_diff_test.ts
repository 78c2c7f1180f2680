import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { randomBelow, seededRandom } from "../../src/random.ts";
import { formatLineDiff } from "../../src/testing/line_diff.ts";

Deno.test("formatLineDiff() returns an empty text for equal texts", () => {
  for (const text of ["", "a", "a\nb\n"]) assertEquals(formatLineDiff(text, text), "");
});

Deno.test("formatLineDiff() shows removed lines, then added lines, with two lines of context", () => {
  assertEquals(
    formatLineDiff("1\n2\n3\nold\nolder\n4\n5\n6\n7", "1\n2\n3\nnew\n4\n5\n6\n7"),
    "  …\n  2\n  3\n- old\n- older\n+ new\n  4\n  5\n  …",
  );
  assertEquals(formatLineDiff("", "a"), "- \n+ a");
  assertEquals(formatLineDiff("a\nb", "b"), "- a\n  b");
  assertEquals(formatLineDiff("a", "a\nb"), "  a\n+ b");
  assertEquals(formatLineDiff("a\nb\nc", "c\na\nb"), "+ c\n  a\n  b\n- c");
});

Deno.test("formatLineDiff() shows distant changes each with their own context", () => {
  const lines = (at3: string, at13: string) =>
    Array.from({ length: 20 }, (_, at) => at === 3 ? at3 : at === 13 ? at13 : `${at}`).join("\n");
  assertEquals(
    formatLineDiff(lines("x", "same"), lines("y", "same")).split("\n").filter((line) =>
      line === "  …"
    ),
    ["  …", "  …"],
  );
  const both = formatLineDiff(lines("x", "p"), lines("y", "q")).split("\n");
  assertEquals(both.filter((line) => !line.startsWith(" ")), ["- x", "+ y", "- p", "+ q"]);
  assertEquals(both.filter((line) => line === "  …").length, 3);
});

Deno.test("formatLineDiff() returns a shortest difference that keeps the order of lines", () => {
  const random = seededRandom(1);
  const text = () =>
    Array.from({ length: 1 + randomBelow(12, random) }, () => "abc"[randomBelow(3, random)]!);
  let whole = 0;
  for (let round = 0; round < 2000; round++) {
    const [before, after] = [text(), text()];
    const diff = formatLineDiff(before.join("\n"), after.join("\n")).split("\n");
    const marked = (mark: string) =>
      diff.filter((line) => line.startsWith(mark)).map((line) => line.slice(2));
    const common = measureCommonSubsequence(before, after);
    assertEquals(marked("-").length, before.length - common);
    assertEquals(marked("+").length, after.length - common);
    if (diff.includes("  …")) continue;
    whole++;
    const without = (mark: string) =>
      diff.filter((line) => !line.startsWith(mark)).map((line) => line.slice(2));
    if (diff[0] !== "") assertEquals([without("+"), without("-")], [before, after]);
  }
  assert(whole > 1000, `${whole}`);
});

Deno.test("formatLineDiff() cuts a long line around its first difference", () => {
  const line = (middle: string) => `${"a".repeat(1000)}${middle}${"z".repeat(1000)}`;
  const [removed, added] = formatLineDiff(line("OLD"), line("NEW")).split("\n");
  assert(removed!.length < 200 && added!.length < 200);
  assertStringIncludes(removed!, "aaOLDzz");
  assertStringIncludes(added!, "aaNEWzz");
  // A difference at the end of a line has no text after it.
  assertStringIncludes(formatLineDiff(`${"a".repeat(1000)}`, `${"a".repeat(1000)}!`), "aa!");
});

Deno.test("formatLineDiff() shows the first of many changed lines and counts the rest", () => {
  const lines = (mark: string, count: number) =>
    Array.from({ length: count }, (_, at) => `${mark}${at}`).join("\n");
  const diff = formatLineDiff(lines("a", 5000), lines("b", 3000)).split("\n");
  assert(diff.length < 100);
  assertEquals(diff.at(-1), `… ${8000 - diff.length + 1} more lines differ`);
});

Deno.test("formatLineDiff() escapes control characters and invisible characters", () => {
  assertEquals(
    formatLineDiff("a\r", "\x1b[31m\u202e\u200b\0\ud800😀"),
    String.raw`- a\u000d` + "\n" + String.raw`+ \u001b[31m\u202e\u200b\u0000\ud800` + "😀",
  );
});

/** Length of the longest common subsequence of two lists of lines. */
function measureCommonSubsequence(a: readonly string[], b: readonly string[]): number {
  const row = new Array<number>(b.length + 1).fill(0);
  for (const line of a) {
    let diagonal = 0;
    for (let at = 1; at <= b.length; at++) {
      const above = row[at]!;
      row[at] = line === b[at - 1] ? diagonal + 1 : Math.max(above, row[at - 1]!);
      diagonal = above;
    }
  }
  return row[b.length]!;
}
