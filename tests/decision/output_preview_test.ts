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

const respond = (response: string) =>
  JSON.stringify({ reasoning: [], decision: { action: "RESPOND", response } });

Deno.test("OutputPreview shows an object in a fence, behind thoughts or a byte-order mark", () => {
  const object = respond("Hi");
  const texts = [
    `\ufeff${object}`,
    `\`\`\`json\n${object}\n\`\`\``,
    `\`\`\`${object}\`\`\``,
    `~~~\n${object}\n~~~`,
    `<think>They {greet} "me"</think>\n${object}`,
    `They greet me</think>${object}`,
    `<think>x</think>\n\`\`\`json\n${object}\n\`\`\``,
    `x</think>y</think>${object}`,
  ];
  for (const text of texts) assertEquals(textsOf(text), ["response: Hi"], text);
});

Deno.test("OutputPreview shows nothing of thoughts, prose and unclosed thoughts", () => {
  const object = respond("Hi");
  const texts = [
    `I could do this: ${object} Shall I?`,
    `<think>${object}`,
    `<think>x</think> I would ${object}`,
    `\`\`\`json is what I write: ${object}`,
    `\`\`\`\n</think>${object}`,
  ];
  for (const text of texts) assertEquals(textsOf(text), [], text);
});

Deno.test("OutputPreview restarts if an object behind thoughts is not the output", () => {
  const parts = ["x</think>", respond("No"), " more </think>", respond("Yes")];
  assertEquals(deltasOf(...parts), [
    { type: "delta", field: "response", text: "No" },
    { type: "restart" },
    { type: "delta", field: "response", text: "Yes" },
  ]);
  const quoting = `x</think>${respond("</think>")}`;
  assertEquals(deltasOf(quoting), [{ type: "delta", field: "response", text: "</think>" }]);
});

Deno.test("OutputPreview looks behind at most 16 ends of thoughts", () => {
  const object = respond("Hi");
  assertEquals(textsOf("x</think>".repeat(16) + object), ["response: Hi"]);
  assertEquals(textsOf("x</think>".repeat(17) + object), []);
});

Deno.test("OutputPreview reads a million parts of thoughts without keeping them", () => {
  const preview = new OutputPreview();
  for (const part of [" ", "thought "]) {
    for (let count = 0; count < 500_000; count++) preview.push(part);
  }
  const [delta] = preview.push(`</think>${respond("Hi")}`);
  assertEquals(delta, { type: "delta", field: "response", text: "Hi" });
});
