import { assert, assertEquals, assertLessOrEqual } from "@std/assert";
import fc from "fast-check";
import { cutText, fitJson, type JsonEntry } from "../../src/otel/fit_json.ts";

const entry = (text: string, isJson = false): JsonEntry => {
  return { text, isJson, wrap: (content) => ({ content }) };
};

Deno.test("fitJson, serializes entries in order, as many as fit", () => {
  const entries = ["one", "two", "three"].map((text) => entry(text));
  assertEquals(fitJson(entries, 1000), [
    '{"content":"one"}',
    '{"content":"two"}',
    '{"content":"three"}',
  ]);
  assertEquals(fitJson(entries, 36), ['{"content":"one"}', '{"content":"two"}']);
  assertEquals(fitJson(entries, 35), ['{"content":"one"}', '{"content":"t…"}']);
  assertEquals(fitJson(entries, 34), ['{"content":"one"}']);
  assertEquals(fitJson(entries, 0), []);
});

Deno.test("fitJson, inserts JSON as a value, or as text if it is truncated", () => {
  assertEquals(fitJson([entry('{"size":"small"}', true)], 1000), ['{"content":{"size":"small"}}']);
  assertEquals(fitJson([entry("not JSON", true)], 1000), ['{"content":"not JSON"}']);
  const [cut] = fitJson([entry('{"size":"small"}', true)], 25);
  assertEquals(JSON.parse(cut!), { content: '{"siz…' });
});

/** Any character, and often one that JSON escapes. Not the unit "binary", whose creation takes seconds. */
const character = fc.oneof(
  fc.constantFrom('"', "\\", "\n", "\u0000"),
  fc.integer({ min: 0, max: 0xd7ff }).map((code) => String.fromCodePoint(code)),
  fc.integer({ min: 0xe000, max: 0x10ffff }).map((code) => String.fromCodePoint(code)),
);

Deno.test("fitJson, never exceeds the maximum length", () => {
  const text = fc.string({ unit: character, maxLength: 60 });
  const entries = fc.array(fc.tuple(text, fc.boolean()), { maxLength: 6 });
  fc.assert(fc.property(entries, fc.nat(300), (texts, room) => {
    const fitting = fitJson(texts.map(([text, isJson]) => entry(text, isJson)), room);
    assertLessOrEqual(fitting.reduce((sum, { length }) => sum + length + 1, 0), room);
    for (const json of fitting) JSON.parse(json);
  }));
});

Deno.test("cutText, returns a short text unchanged, and truncates a long one with an ellipsis", () => {
  assertEquals(cutText("flat white", 10), "flat white");
  assertEquals(cutText("flat white", 9), "flat whi…");
  assertEquals(cutText("flat white", 1), "…");
});

Deno.test("cutText, splits no surrogate pair", () => {
  assertEquals(cutText("☕🍰🍰", 4), "☕🍰…");
  assertEquals(cutText("☕🍰🍰", 3), "☕…");
  assert(cutText("🍰".repeat(100), 50).isWellFormed());
});
