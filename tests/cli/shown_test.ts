import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { escapeJson, shown, shownInLine, ShownStream } from "../../src/cli/terminal/shown.ts";

/** Characters that could harm a terminal. */
const HARMFUL = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069\u200b\ufeff]/u;

Deno.test("shown, escapes controls, bidirectional marks, hidden characters and halves of pairs", () => {
  assertEquals(shown("\x1b[31mred\x1b]0;title\x07"), "\\u{1b}[31mred\\u{1b}]0;title\\u{7}");
  assertEquals(shown("a\u202eb\u2066c\u200bd\x9be"), "a\\u{202e}b\\u{2066}c\\u{200b}d\\u{9b}e");
  assertEquals(shown("\r\x00\x7f\ud800"), "\\u{d}\\u{0}\\u{7f}\\u{d800}");
  assertEquals(
    shown("two\nlines\tand a tab, ümlaut, 漢字, 👩🏽‍🚒"),
    "two\nlines  and a tab, ümlaut, 漢字, 👩🏽‍🚒",
  );
  assertEquals(shown("a\u200db"), "a\\u{200d}b");
  assertEquals(shownInLine("two\nlines"), "two\\nlines");
});

Deno.test("shown, nothing harmful is left of any text", () => {
  fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => {
    assert(!HARMFUL.test(shown(text).replaceAll("\n", "")));
  }));
});

Deno.test("ShownStream, shows a text in parts as it shows the whole", () => {
  const texts = ["👩🏽‍🚒 and 👨‍👩‍👧", "\x1b[1m", "a\u200db", "plain\ntext", "\ud83d\ude00"];
  for (const text of texts) {
    for (let at = 0; at <= text.length; at++) {
      const stream = new ShownStream();
      const parts = [stream.push(text.slice(0, at)), stream.push(text.slice(at)), stream.end()];
      assertEquals(parts.join(""), shown(text), JSON.stringify([text, at]));
    }
  }
});

Deno.test("escapeJson, keeps the value and nothing that harms a terminal", () => {
  fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => {
    const json = escapeJson(JSON.stringify({ [text]: text }));
    assertEquals(JSON.parse(json), { [text]: text });
    assert(!HARMFUL.test(json));
  }));
});
