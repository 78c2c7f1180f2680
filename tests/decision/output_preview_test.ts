import type { Delta } from "@nomos/agent";
import { assertEquals } from "@std/assert";
import { OutputPreview } from "../../src/decision/output_preview.ts";

/** Returns the deltas of an output that arrives in parts. */
function deltasOf(...parts: readonly string[]): readonly Delta[] {
  const preview = new OutputPreview();
  return parts.flatMap((part) => preview.push(part));
}

/**
 * Returns the texts of an output's deltas, joined by field. Asserts that they are equal for
 * parts of every length.
 */
function textsOf(output: unknown): readonly string[] {
  const text = typeof output === "string" ? output : JSON.stringify(output);
  const results = Array.from({ length: text.length }, (_, index) => {
    const parts = text.match(new RegExp(`[^]{1,${index + 1}}`, "g"))!;
    return joined(deltasOf(...parts));
  });
  for (const result of results) assertEquals(result, results[0]);
  return results[0]!;
}

function joined(deltas: readonly Delta[]): string[] {
  const texts = new Map<string, string>();
  for (const delta of deltas) {
    if (delta.type === "restart") continue;
    const name = delta.field === "reasoning" ? `reasoning ${delta.index}` : delta.field;
    texts.set(name, (texts.get(name) ?? "") + delta.text);
  }
  return [...texts].map(([name, text]) => `${name}: ${text}`);
}

Deno.test("OutputPreview shows reasoning and response while they arrive", () => {
  assertEquals(
    deltasOf(
      '{"reasoning":["They as',
      'k","It',
      '"],"decision":{"action":"RESPOND","response":"G',
      'o"}}',
    ),
    [
      { type: "delta", field: "reasoning", index: 0, text: "They as" },
      { type: "delta", field: "reasoning", index: 0, text: "k" },
      { type: "delta", field: "reasoning", index: 1, text: "It" },
      { type: "delta", field: "response", text: "G" },
      { type: "delta", field: "response", text: "o" },
    ],
  );
});

Deno.test("OutputPreview shows a response before the reasoning, or without any", () => {
  const decision = { action: "RESPOND", response: "Hi" };
  assertEquals(textsOf({ decision, reasoning: ["late"] }), ["response: Hi", "reasoning 0: late"]);
  assertEquals(textsOf({ decision }), ["response: Hi"]);
});

Deno.test("OutputPreview shows a structured response as its JSON", () => {
  const response = { drink: "tea", sizes: [1, null], note: null };
  assertEquals(textsOf({ decision: { action: "RESPOND", response } }), [
    `response: ${JSON.stringify(response)}`,
  ]);
  for (const response of [12.5, true, []]) {
    assertEquals(textsOf({ decision: { response } }), [`response: ${JSON.stringify(response)}`]);
  }
});

Deno.test("OutputPreview shows the response of END, and nothing if it is null", () => {
  assertEquals(textsOf({ decision: { action: "END", response: "Bye" } }), ["response: Bye"]);
  assertEquals(textsOf({ decision: { action: "END", response: null } }), []);
  assertEquals(textsOf({ decision: { action: "END", response: "" } }), []);
});

Deno.test("OutputPreview shows a response with the text null", () => {
  assertEquals(textsOf({ decision: { action: "RESPOND", response: "null" } }), ["response: null"]);
});

Deno.test("OutputPreview shows nothing of moves, calls and suggestions", () => {
  assertEquals(textsOf({ reasoning: [], decision: { action: "MOVE", step: "order" } }), []);
  const calls = [{ tool: "say", args: { response: "no", reasoning: ["no"] } }];
  assertEquals(textsOf({ reasoning: ["y"], decision: { action: "TOOL_CALL", calls } }), [
    "reasoning 0: y",
  ]);
  const decision = { action: "RESPOND", response: "Hi", suggestions: ["no"] };
  assertEquals(textsOf({ decision }), ["response: Hi"]);
});

Deno.test("OutputPreview shows no fields of the same names in other places", () => {
  const outputs = [
    { response: "no", decision: "no" },
    { reasoning: "no", decision: ["no", { response: "no" }] },
    { reasoning: { "0": "no", response: "no" } },
    { reasoning: [1, null, true, { a: "no" }, ["no"]] },
    { decision: { Response: "no", reasoning: "no" }, output: { decision: { response: "no" } } },
    [["reasoning", ["no"]], { decision: { response: "no" } }],
    { reasoning: [], decision: { reasoning: ["no"] }, __proto__: { reasoning: ["no"] } },
  ];
  for (const output of outputs) assertEquals(textsOf(output), [], JSON.stringify(output));
  assertEquals(textsOf('{"__proto__":{"decision":{"response":"no"}}}'), []);
});

Deno.test("OutputPreview numbers reasoning by its index in the output", () => {
  assertEquals(textsOf({ reasoning: ["a", null, "", "b"] }), ["reasoning 0: a", "reasoning 3: b"]);
});

Deno.test("OutputPreview shows nothing after a syntax error", () => {
  assertEquals(textsOf('{"reasoning":["a"}],"decision":{"response":"no"}}'), ["reasoning 0: a"]);
  assertEquals(textsOf('{"decision":{"response":"a\\x"},"reasoning":["no"]}'), ["response: a"]);
  assertEquals(textsOf('Sure! {"reasoning":["no"]}'), []);
  assertEquals(textsOf('```json\n{"decision":{"response":"no"}}\n```'), []);
  assertEquals(textsOf('{"decision":{"response":nul},"reasoning":["no"]}'), []);
  assertEquals(textsOf('{"decision":{"response":"a"}}{"decision":{"response":"no"}}'), [
    "response: a",
  ]);
});

Deno.test("OutputPreview never splits a surrogate pair", () => {
  const texts = deltasOf(...'{"decision":{"response":"\u{1f600}\\ud83d\\ude00"}}'.split(""));
  assertEquals(texts.map((delta) => delta.type === "delta" && delta.text), [
    "\u{1f600}",
    "\u{1f600}",
  ]);
});
