import { MockLLM } from "@nomos/agent";
import {
  ConfigFileError,
  type ConfigProblem,
  formatProblem,
  loadAgent,
  parseConfig,
  readConfig,
  type ReadOptions,
} from "@nomos/agent/config";
import { assertEquals, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import { fixture, loadText, withLines } from "./fixtures.ts";

/** Returns the error of a text. */
function refuse(text: string, options?: ReadOptions): ConfigFileError {
  return assertThrows(() => parseConfig("agent.yaml", text, options), ConfigFileError);
}

/** Returns place, path and nearest name of each problem. */
function places(problems: readonly ConfigProblem[]): string[] {
  return problems.map(({ line, column, path, nearest }) =>
    `${line}:${column} ${path}${nearest === undefined ? "" : ` ~ ${nearest}`}`
  );
}

Deno.test("parseConfig, reports all problems at once, each with its place and the nearest name", () => {
  const { problems, message } = refuse(`name: barista
perzona: You are kind
start: gret
llm:
  global: { provider: opnai, model: gpt-5-mini }
  strong: { model: 5 }
steps:
  - id: greet
    desc: Greet them
    paths:
      - { to: oder, when: they want to order }
      - { to: greet }
    overrides: { llm: storng }
  - id: order
    desc: 7
    auto_flow: true
    quick_suggestions: true
  - { step_id: greet, description: Again, answer_model: { price: { type: flaot } } }
max_errors: -1
limits: { turn: { time: 60, tokns: 5 } }
history: { max_token: 8000, summarize: storng }
`);
  assertEquals(places(problems), [
    "2:1 perzona ~ persona",
    "3:8 start ~ greet",
    "5:23 llm.global.provider ~ openai",
    "6:11 llm.strong",
    "6:20 llm.strong.model",
    "11:15 steps.greet.paths[0].to ~ order",
    "12:9 steps.greet.paths[1]",
    "13:23 steps.greet.overrides.llm ~ strong",
    "15:11 steps.order.desc",
    "16:16 steps.order.auto_flow",
    "16:16 steps.order.auto_flow",
    "18:16 steps.greet.step_id",
    "18:74 steps.greet.answer_model.price.type ~ float",
    "19:13 max_errors",
    "20:25 limits.turn.time",
    "20:29 limits.turn.tokns ~ tokens",
    "21:12 history.max_token ~ max_tokens",
    "21:40 history.summarize ~ strong",
  ]);
  assertStringIncludes(
    message,
    'agent.yaml:3:8  start: there is no step "gret": expected one of "greet", "order"; did you mean "greet"?',
  );
  assertStringIncludes(message, 'a key is missing: expected "when" or "condition"');
});

Deno.test("parseConfig, reports types of answers and arguments that are no types", () => {
  const { problems } = refuse(`name: a
start: a
steps:
  - id: a
    desc: A
    answer_model:
      short: flaot
      nested: { type: { params: { deep: { type: "List[str" } } } }
      many: { type: [{ params: { x: str } }, { params: { y: datetime } }] }
tools:
  defs:
    pay:
      args:
        - { key: cents, type: "Literal[ten]" }
        - { key: cents, type: "Dict[str]" }
`);
  assertEquals(places(problems), [
    "7:14 steps.a.answer_model.short ~ float",
    "8:49 steps.a.answer_model.nested.type.params.deep.type",
    "9:61 steps.a.answer_model.many.type[1].params.y",
    "14:31 tools.defs.pay.args[0].type",
    "15:18 tools.defs.pay.args[1].key",
    "15:31 tools.defs.pay.args[1].type",
  ]);
});

/** Lines of a file, and the message about them from the path on. */
const WAYS_OUT: Readonly<Record<string, string>> = {
  "persona: 5": "persona: it is 5: expected text in quotes",
  "llm: gpt-5":
    'llm: it is "gpt-5": expected an object with "provider" and "model", or an object of values by name',
  "threshold: 50%": 'threshold: it is "50%": expected a number from 0 to 1',
  "tools: [tools.ts]": 'tools: it is a list: expected an object with "files", "ext", or "defs"',
  "history: { summarize: [] }": "history.summarize: it is a list: expected true or false, or text",
  "permissions: { net: a.example }":
    'permissions.net: it is "a.example": expected true or false, or a list',
  "data: { cents: { type: int, default: some } }":
    'data.cents.default: it is "some": expected a value of the type beside it',
  "data: { order: { type: { params: { cents: { type: int, default: x } } } } }":
    'data.order.type.params.cents.default: it is "x": expected a value of the type beside it',
  "tools: { defs: { pay: { args: [{ key: cents, type: int, default: x }] } } }":
    'tools.defs.pay.args[0].default: it is "x": expected a value of the type beside it',
  "persona: Ask: what?": "expected quotes around a text that has a colon and a space in it",
  "persona: {you} are kind": "or quotes around a text that begins with a sign of YAML",
  "persona: @you": "expected quotes around the text",
  "persona: !kind": 'quotes around a text that begins with "!"',
  'persona: "C:\\path"': "expected each backslash written twice, or single quotes",
  "data: { cart: { type: List[str], default: [] } }": "or quotes around a text",
  "llm: { provider: openai model: gpt-5 }": "expected a comma between two entries in brackets",
  "persona: *kind": "expected &kind before a value above it, or quotes",
};

for (const [line, words] of Object.entries(WAYS_OUT)) {
  Deno.test(`parseConfig, says what is expected instead of ${line}`, () => {
    const { message, problems } = refuse(withLines(line));
    assertStringIncludes(message, words);
    assertEquals([problems.length, problems[0].line], [1, 4]);
  });
}

Deno.test("parseConfig, a value that fails several checks is one problem", () => {
  assertEquals(places(refuse(withLines("max_errors: -1.5")).problems), ["4:13 max_errors"]);
});

Deno.test("parseConfig, an unknown key is an error at the top, and a warning elsewhere", () => {
  assertStringIncludes(refuse(withLines("foo: 1")).message, 'foo: unknown key "foo"');
  const { warnings } = parseConfig(
    "agent.yaml",
    "name: a\nstart: a\nsteps:\n  - { id: a, desc: A, quick_sugestions: true }\n",
  );
  assertEquals(places(warnings), ["4:23 steps.a.quick_sugestions ~ quick_suggestions"]);
  assertEquals(
    formatProblem(warnings[0]!).startsWith(
      "agent.yaml:4:23  steps.a.quick_sugestions: unknown key",
    ),
    true,
  );
});

Deno.test("parseConfig, of two spellings the short one wins, with a warning", () => {
  const { config, warnings } = parseConfig(
    "agent.yaml",
    "name: a\nstart: a\nsteps:\n  - { id: a, step_id: b, desc: A }\n",
  );
  assertEquals([config.steps[0]?.step_id, places(warnings)], ["a", ["4:14 steps.a.step_id"]]);
});

Deno.test("parseConfig, refuses flows, unless they are ignored", () => {
  const lines = ["flows:", "  - { id: f, enters: [a], exits: [a], metadata: { x: 1 } }"];
  const { problems } = refuse(withLines(...lines));
  assertEquals(places(problems), ["4:1 flows"]);
  const { warnings } = parseConfig("agent.yaml", withLines(...lines), { ignoreFlows: true });
  assertEquals(places(warnings), ["5:39 flows[0].metadata", "4:1 flows"]);
});

const TAGS: Readonly<Record<string, string>> = {
  "@api/GET/https://a.example/x": "fetch(url",
  "@mcp/https://a.example": "MCP",
  "@crewai/FileReadTool": "LangChain.js",
  "@langchain/WikipediaQueryRun": "npm:@langchain/community",
  "@pkg/math.sqrt": "Python package",
  "@pkg/npm:date-fns": "an export",
  "@pkg/./x": "an export",
  "@pgk/npm:date-fns.addDays": "@pkg/",
  "addDays": "@pkg/",
};

for (const [tag, words] of Object.entries(TAGS)) {
  Deno.test(`parseConfig, refuses the tag ${tag} with its place and the alternative`, () => {
    const text = withLines("tools:", "  ext:", `    - { tag: "${tag}", name: x }`);
    const { problems, message } = refuse(text);
    assertEquals(places(problems), ["6:14 tools.ext[0].tag"]);
    assertStringIncludes(message, words);
  });
}

Deno.test("loadAgent, refuses Python modules and schemas with their places", async () => {
  const text = withLines(
    "schemas: { trip: trip.py }",
    "tools: { files: [missing.py, some.missing] }",
  );
  const error = await assertRejects(() => loadText(text, { llm: new MockLLM() }), ConfigFileError);
  assertEquals(places(error.problems), [
    "4:18 schemas.trip",
    "5:18 tools.files[0]",
    "5:30 tools.files[1]",
  ]);
  assertStringIncludes(error.message, 'in "missing.ts"');
  assertStringIncludes(error.message, 'in "some/missing.ts"');
});

Deno.test("loadAgent, reports missing tools, functions and definitions with the nearest name", async () => {
  const text = `name: a
start: a
steps:
  - { id: a, desc: A, tools: [refnd, hasDrinks], paths: [{ to: a, when: x, guard: hasDrink }] }
tools:
  files: [agent_tools.ts]
  defs:
    refund: { args: [{ key: cents }], approval: isLarg }
    get_men: { desc: The menu }
`;
  const error = await assertRejects(() => loadText(text, { llm: new MockLLM() }), ConfigFileError);
  assertEquals(places(error.problems), [
    "4:31 steps.a.tools[0] ~ refund",
    "4:38 steps.a.tools[1]",
    "4:83 steps.a.paths[0].guard ~ hasDrinks",
    "8:22 tools.defs.refund.args[0]",
    "8:49 tools.defs.refund.approval ~ isLarge",
  ]);
  assertEquals(places(error.warnings), [
    "8:5 tools.defs.refund",
    "9:5 tools.defs.get_men ~ get_menu",
  ]);
});

Deno.test("loadAgent, a module that throws is a problem with its reason", async () => {
  const text = withLines("tools: { files: ['data:text/javascript,throw new Error(`no key`)'] }");
  const error = await assertRejects(() => loadText(text, { llm: new MockLLM() }), ConfigFileError);
  assertEquals(places(error.problems), ["4:18 tools.files[0]"]);
  assertStringIncludes(error.message, "no key");
});

Deno.test("loadAgent, problems of the graph and of modules are reported together", async () => {
  const text = withLines("tools: { files: [missing.ts] }", "max_iter: x")
    .replace("start: a", "start: b");
  const error = await assertRejects(() => loadText(text, {}), ConfigFileError);
  assertEquals(places(error.problems), [
    "1:1 ",
    "2:8 start",
    "4:18 tools.files[0]",
    "5:11 max_iter",
  ]);
});

Deno.test("loadAgent, reports schemas that are missing, damaged, or have no such definition", async () => {
  const text = `name: a
start: a
schemas: { trip: schemas/trip.json, gone: schemas/gone.json }
steps:
  - { id: a, desc: A, answer_model: trip.Wisch }
  - { id: b, desc: B, answer_model: tripp }
  - { id: c, desc: C, answer_model: trip.a.b }
`;
  const error = await assertRejects(() => loadText(text, { llm: new MockLLM() }), ConfigFileError);
  assertEquals(places(error.problems), [
    "3:43 schemas.gone",
    "5:37 steps.a.answer_model ~ Wish",
    "6:37 steps.b.answer_model ~ trip",
    "7:37 steps.c.answer_model",
  ]);
});

Deno.test("loadAgent, an argument that the schema of the model cannot have is a problem of its step", async () => {
  const text = `name: a
start: a
steps:
  - id: a
    desc: A
    tools: [x]
tools:
  files: ["data:text/javascript,export const x = () => 1"]
  defs: { x: { args: [{ key: any, type: "Dict[str, int]" }] } }
`;
  const error = await assertRejects(() => loadText(text, { llm: new MockLLM() }), ConfigFileError);
  assertEquals(places(error.problems), ["4:5 steps.a"]);
  assertStringIncludes(error.message, '"additionalProperties"');
});

Deno.test("readConfig, a file that cannot be read is a problem of it", async () => {
  const error = await assertRejects(() => readConfig(fixture("gone.yaml")), ConfigFileError);
  assertStringIncludes(error.message, "cannot be read");
  await assertRejects(() => loadAgent(fixture("gone.yaml")), ConfigFileError, "cannot be read");
});

Deno.test("parseConfig, reports tools of MCP servers and APIs in steps and among external tools", async () => {
  const mcp = await assertRejects(() => readConfig(fixture("repository.yaml")), ConfigFileError);
  assertEquals(mcp.problems.map(({ path }) => path), [
    "steps.help.available_tools[0]",
    "tools.external_tools[0].tag",
  ]);
  const api = await assertRejects(() => readConfig(fixture("stars.yaml")), ConfigFileError);
  assertEquals(api.problems.map(({ path }) => path), ["tools.ext[0].tag", "tools.ext[1].tag"]);
});

Deno.test("parseConfig, reports contradictions of steps, models, routes and examples", () => {
  const { problems } = refuse(`name: a
start: a
llm: { default: &m { provider: openai, model: m }, global: *m }
steps:
  - { id: a, desc: A, auto_flow: true, answer_model: { x: int }, paths: [{ to: b, when: x }] }
  - { id: b, desc: B, auto_flow: true }
  - id: c
    desc: C
    paths: [{ to: a, when: x }, { to: a, when: y }]
    eg: [{ context: x, decision: { action: MOVE, step_id: d } }]
data: { cart: { type: "Lst[str]" } }
`);
  assertEquals(places(problems), [
    "3:6 llm",
    "5:34 steps.a.auto_flow",
    "6:34 steps.b.auto_flow",
    "9:39 steps.c.paths[1].to",
    "10:59 steps.c.eg[0].decision.step_id",
    "11:23 data.cart.type ~ List",
  ]);
  assertEquals(
    places(refuse(withLines("llm: { strong: { provider: openai, model: m } }")).problems),
    [
      "4:6 llm",
    ],
  );
  assertEquals(places(refuse("name: a\nstart: a\nsteps: []\n").problems), ["3:8 steps"]);
});
