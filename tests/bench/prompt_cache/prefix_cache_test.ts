import { assertEquals } from "@std/assert";
import { PrefixCache } from "../../../bench/prompt_cache/prefix_cache.ts";

/** What a cache finds of each text. */
function taken(texts: readonly string[], kept?: number): number[] {
  const cache = new PrefixCache(kept);
  return texts.map((text) => cache.take(text));
}

Deno.test("PrefixCache finds the longest beginning that any earlier text has", () => {
  assertEquals(taken(["abc", "abd", "abcd", "abdx", "x"]), [0, 2, 3, 3, 0]);
  assertEquals(taken(["abcdef", "ab", "abcxyz", "abcdxy"]), [0, 2, 3, 4]);
  assertEquals(taken(["abc", "xbcde", "abcde"]), [0, 0, 3]);
});

Deno.test("PrefixCache finds all of a text that it has seen, or that one begins with", () => {
  assertEquals(taken(["abc", "abc", "ab", "", "abc"]), [0, 3, 2, 0, 3]);
});

Deno.test("PrefixCache ends a beginning at the first difference, whatever is alike behind it", () => {
  assertEquals(taken(["abcdef", "axcdef"]), [0, 1]);
});

Deno.test("PrefixCache forgets all but the latest texts where it keeps only so many", () => {
  assertEquals(taken(["abc", "x", "abc"], 1), [0, 0, 0]);
  assertEquals(taken(["abc", "x", "abc", "abc"], 2), [0, 0, 3, 3]);
});
