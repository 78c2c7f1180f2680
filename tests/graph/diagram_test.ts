import { Agent, type AnyTool, MockLLM, Tool } from "@nomos/agent";
import { assert, assertEquals, assertMatch } from "@std/assert";
import * as v from "valibot";

function named(name: string): AnyTool<unknown> {
  return new Tool({ name, description: "A tool", args: v.object({}), run: () => "" });
}

/** Diagram of a graph with one text as id, description and condition. */
function diagramOf(text: string): string {
  return new Agent({
    name: "test",
    llm: new MockLLM(),
    start: text || "id",
    steps: {
      [text || "id"]: { description: text, routes: { other: text } },
      other: { description: text },
    },
  }).diagram();
}

Deno.test("Agent.diagram, draws steps, routes with their conditions, and tools once", () => {
  const shared = named("look_up");
  const agent = new Agent({
    name: "barista",
    llm: new MockLLM(),
    start: "greet",
    steps: {
      greet: { description: "Greet them", routes: { order: "ready to order" }, tools: [shared] },
      order: { description: "Take the order", routes: { greet: "looks again" }, tools: [shared] },
    },
  });
  assertEquals(
    agent.diagram(),
    `flowchart TD
  start((start)) --> step0
  step0["<b>greet</b><br/>Greet them"]
  tool0(["look_up"])
  step0 -.- tool0
  step1["<b>order</b><br/>Take the order"]
  step1 -.- tool0
  step0 -->|"ready to order"| step1
  step1 -->|"looks again"| step0
`,
  );
});

Deno.test("Agent.diagram, points at the start wherever it is in the record", () => {
  const steps = { a: { description: "A" }, b: { description: "B" } };
  const agent = new Agent({ name: "test", llm: new MockLLM(), start: "b", steps });
  assertMatch(agent.diagram(), /start\(\(start\)\) --> step1\n/);
});

const HOSTILE = [
  '"',
  "`md`",
  "](x)",
  "((x))",
  "{{x}}",
  "<script>alert(1)</script>",
  "end",
  "a;b",
  "a\nb\r\nc\u2028d",
  "#quot;",
  "&amp;lt;",
  "%%{init: {}}%%",
  "|x|",
  "--> b",
  "---\ntitle: x\n---",
  "@{ shape: rect }",
  "$$x$$",
  "click step0 call x()",
  "\u0000\u0007",
  "ünï ☕ 😀 日本",
];

// The parser of Mermaid 12.3 was run on each of these by hand: two steps, two arrows.
for (const text of HOSTILE) {
  Deno.test(`Agent.diagram, a label stays a label: ${JSON.stringify(text)}`, () => {
    const lines = diagramOf(text).trimEnd().split("\n");
    assertEquals(lines.length, 5);
    const label = String.raw`(?:[\p{L}\p{N} .,:;!?'()/_…-]|#\d+;)+`;
    assertMatch(lines[2]!, new RegExp(`^  step0\\["<b>${label}</b><br/>${label}"\\]$`, "u"));
    assertMatch(lines[4]!, new RegExp(`^  step0 -->\\|"${label}"\\| step1$`, "u"));
  });
}

Deno.test("Agent.diagram, an empty condition or description is drawn without an empty label", () => {
  // The parser of Mermaid refuses `-->|""|`.
  const diagram = diagramOf("");
  assert(!diagram.includes('|""|'), diagram);
  assert(diagram.includes("step0 -->"), diagram);
});

Deno.test("Agent.diagram, long text is cut, never inside a character", () => {
  for (const length of [76, 77, 78, 79, 80]) {
    const diagram = diagramOf("x".repeat(length) + "😀".repeat(5));
    const codes = [...diagram.matchAll(/#(\d+);/g)].map(([, code]) => Number(code));
    assertEquals(codes.filter((code) => code >= 0xd800 && code <= 0xdfff), []);
  }
  const longest = Math.max(
    ...diagramOf("x".repeat(10_000)).split("\n").map(({ length }) => length),
  );
  assert(longest < 300);
});
