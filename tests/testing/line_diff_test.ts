import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { formatLineDiff } from "../../src/testing/line_diff.ts";

Deno.test("formatLineDiff, equal texts have none", () => {
  for (const text of ["", "a", "a\nb\n"]) assertEquals(formatLineDiff(text, text), "");
});

Deno.test("formatLineDiff, shows what was removed, then what was added, and two lines around", () => {
  assertEquals(
    formatLineDiff("1\n2\n3\nold\nolder\n4\n5\n6\n7", "1\n2\n3\nnew\n4\n5\n6\n7"),
    "  …\n  2\n  3\n- old\n- older\n+ new\n  4\n  5\n  …",
  );
  assertEquals(formatLineDiff("", "a"), "- \n+ a");
  assertEquals(formatLineDiff("a\nb", "b"), "- a\n  b");
  assertEquals(formatLineDiff("a", "a\nb"), "  a\n+ b");
  assertEquals(formatLineDiff("a\nb\nc", "c\na\nb"), "+ c\n  a\n  b\n- c");
});

Deno.test("formatLineDiff, changes far apart are shown each with what is around it", () => {
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

Deno.test("formatLineDiff, is the shortest, and its lines are those of the two texts in order", () => {
  let seed = 1;
  const random = (below: number) => {
    seed = seed * 48271 % 2147483647;
    return seed % below;
  };
  const text = () => Array.from({ length: 1 + random(12) }, () => "abc"[random(3)]!);
  let whole = 0;
  for (let round = 0; round < 2000; round++) {
    const [before, after] = [text(), text()];
    const diff = formatLineDiff(before.join("\n"), after.join("\n")).split("\n");
    const marked = (mark: string) =>
      diff.filter((line) => line.startsWith(mark)).map((line) => line.slice(2));
    const common = longestCommon(before, after);
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

Deno.test("formatLineDiff, a long line is cut around its first difference", () => {
  const line = (middle: string) => `${"a".repeat(1000)}${middle}${"z".repeat(1000)}`;
  const [removed, added] = formatLineDiff(line("OLD"), line("NEW")).split("\n");
  assert(removed!.length < 200 && added!.length < 200);
  assertStringIncludes(removed!, "aaOLDzz");
  assertStringIncludes(added!, "aaNEWzz");
  // At the end of a line there is nothing behind it to show.
  assertStringIncludes(formatLineDiff(`${"a".repeat(1000)}`, `${"a".repeat(1000)}!`), "aa!");
});

Deno.test("formatLineDiff, of many changed lines it shows some and counts the rest", () => {
  const lines = (mark: string, count: number) =>
    Array.from({ length: count }, (_, at) => `${mark}${at}`).join("\n");
  const diff = formatLineDiff(lines("a", 5000), lines("b", 3000)).split("\n");
  assert(diff.length < 100);
  assertEquals(diff.at(-1), `… ${8000 - diff.length + 1} more lines differ`);
});

Deno.test("formatLineDiff, control characters and invisible characters are escaped", () => {
  assertEquals(
    formatLineDiff("a\r", "\x1b[31m\u202e\u200b\0\ud800😀"),
    String.raw`- a\u000d` + "\n" + String.raw`+ \u001b[31m\u202e\u200b\u0000\ud800` + "😀",
  );
});

/** How many lines two texts have in common in order. */
function longestCommon(a: readonly string[], b: readonly string[]): number {
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
