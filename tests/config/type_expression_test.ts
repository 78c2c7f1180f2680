import { decide, MockLLM } from "@nomos/agent";
import { ConfigFileError, loadAgent } from "@nomos/agent/config";
import { localGrammar } from "@nomos/agent/llm";
import { assertEquals, assertRejects } from "@std/assert";
import { fixture } from "./fixtures.ts";

/** Returns the JSON Schema that the model gets for an argument of a type. */
async function convert(type: string, fallback?: unknown): Promise<unknown> {
  const arg = { key: "x", type, ...fallback !== undefined && { default: fallback } };
  const text = JSON.stringify({
    name: "a",
    start: "a",
    steps: [{ id: "a", desc: "A", tools: ["t"] }],
    tools: {
      files: ["data:text/javascript,export const t = () => 1"],
      defs: { t: { desc: "T", args: [arg] } },
    },
  });
  const llm = new MockLLM([decide.respond("x")], { schemaProfile: localGrammar });
  const agent = await loadAgent({ path: fixture("a.json"), text }, { llm });
  await agent.createSession().next("Hi");
  const found = JSON.stringify(llm.requests[0]!.schema).match(/"args":(\{.*?\}),"required"/)?.[0];
  return found?.replace(/^"args":\{"type":"object","properties":/, "").replace(/,"required"$/, "");
}

/** Types with the form in which the model sees them. */
const TYPES: readonly (readonly [types: readonly string[], schema: string])[] = [
  [["str", "string", " str "], '{"type":"string"}'],
  [["int", "integer"], '{"type":"integer"}'],
  [["float", "number"], '{"type":"number"}'],
  [["bool", "boolean"], '{"type":"boolean"}'],
  [["List[str]", "list[str]", "typing.List[str]"], '{"type":"array","items":{"type":"string"}}'],
  [["Literal['a', \"b\"]", "Literal['a','b',]"], '{"type":"string","enum":["a","b"]}'],
  [["Literal[1, -2, 3]"], '"enum":[1,-2,3]'],
];

for (const [types, schema] of TYPES) {
  for (const type of types) {
    Deno.test(`Type expression ${type}, is shown to the model as ${schema}`, async () => {
      assertEquals(String(await convert(type)).includes(schema), true, String(await convert(type)));
    });
  }
}

/** Values that a type accepts, and values that it refuses. */
const VALUES: readonly (readonly [type: string, accepted: unknown[], refused: unknown[]])[] = [
  ["Optional[int]", [1, null], ["x"]],
  ["int | None", [1, null], ["x", 1.5]],
  ["Union[int, List[str]]", [1, ["a"], []], ["a", [1]]],
  ["Dict[str, float]", [{}, { a: 1.5 }], [{ a: "x" }, []]],
  ["dict", [{}, { a: "x" }], ["x"]],
  ["Tuple[int, str]", [[1, "a"]], [[1], ["a", 1]]],
  ["Tuple[int, ...]", [[], [1, 2, 3]], [["a"]]],
  ["Union[Literal[1, 2], Literal['5+', 'All']]", [1, "5+"], [3, "6+"]],
  ["Literal[True, None, 'it\\'s']", [true, null, "it's"], [false, "its"]],
  ["List[Dict[str, Optional[bool]]]", [[{ a: null }]], [[{ a: 1 }]]],
];

for (const [type, accepted, refused] of VALUES) {
  Deno.test(`Type expression ${type}, accepts its values and no others`, async () => {
    const text = JSON.stringify({
      name: "a",
      start: "a",
      steps: [{ id: "a", desc: "A", tools: ["t"] }],
      tools: {
        files: ["data:text/javascript,export const t = ({x}) => JSON.stringify(x)"],
        defs: { t: { desc: "T", args: [{ key: "x", type }] } },
      },
    });
    for (const [values, outcome] of [[accepted, "ok"], [refused, "refused"]] as const) {
      for (const value of values) {
        const llm = new MockLLM([decide.call("t", { x: value }), decide.respond("x")], {
          schemaProfile: localGrammar,
        });
        const agent = await loadAgent({ path: fixture("a.json"), text }, { llm });
        const played = await agent.createSession().next("Hi").then(
          ({ toolResults }) => toolResults[0]!.outcome,
          () => "refused",
        );
        assertEquals([value, played], [value, outcome]);
      }
    }
  });
}

const BROKEN = [
  "",
  "strr",
  "List[",
  "List[str",
  "List[str]]",
  "List[]",
  "List[int, str]",
  "Dict[str]",
  "Optional[int, str]",
  "str, optional",
  "Literal",
  "Literal[x]",
  "int |",
  "| int",
  "'text'",
  "int str",
  "List<str>",
  `${"List[".repeat(50)}int${"]".repeat(50)}`,
];

for (const type of BROKEN) {
  Deno.test(`Type expression ${JSON.stringify(type.slice(0, 30))}, is a problem`, async () => {
    await assertRejects(() => convert(type), ConfigFileError);
  });
}
