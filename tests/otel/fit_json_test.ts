import { assert, assertEquals, assertLessOrEqual } from "@std/assert";
import fc from "fast-check";
import { cutText, type Entry, fitJson } from "../../src/otel/fit_json.ts";

const entry = (text: string, isJson = false): Entry => {
  return { text, isJson, frame: (content) => ({ content }) };
};

Deno.test("fitJson, gives entries in order, as many as there is room for", () => {
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

Deno.test("fitJson, gives JSON as a value, and where it is cut as text", () => {
  assertEquals(fitJson([entry('{"size":"small"}', true)], 1000), ['{"content":{"size":"small"}}']);
  assertEquals(fitJson([entry("not JSON", true)], 1000), ['{"content":"not JSON"}']);
  const [cut] = fitJson([entry('{"size":"small"}', true)], 25);
  assertEquals(JSON.parse(cut!), { content: '{"siz…' });
});

Deno.test("fitJson, never takes more room than there is, whatever the texts", () => {
  const text = fc.string({ unit: "binary", maxLength: 60 });
  const entries = fc.array(fc.tuple(text, fc.boolean()), { maxLength: 6 });
  fc.assert(fc.property(entries, fc.nat(300), (texts, room) => {
    const fitting = fitJson(texts.map(([text, isJson]) => entry(text, isJson)), room);
    assertLessOrEqual(fitting.reduce((sum, { length }) => sum + length + 1, 0), room);
    for (const json of fitting) JSON.parse(json);
  }));
});

Deno.test("cutText, leaves a text that fits, and marks one that does not", () => {
  assertEquals(cutText("flat white", 10), "flat white");
  assertEquals(cutText("flat white", 9), "flat whi…");
  assertEquals(cutText("flat white", 1), "…");
});

Deno.test("cutText, cuts no character in two", () => {
  assertEquals(cutText("☕🍰🍰", 4), "☕🍰…");
  assertEquals(cutText("☕🍰🍰", 3), "☕…");
  assert(cutText("🍰".repeat(100), 50).isWellFormed());
});
