import { Agent, ConfigError, MockLLM, Tool } from "@nomos/agent";
import { ConfigFileError, type ConfigProblem, yamlTests } from "@nomos/agent/config";
import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import * as v from "valibot";
import { openai } from "@nomos/agent/openai";
import { fixture, inFolder } from "../fixtures.ts";
import { CAFE, judging, register, type Registered } from "./registered.ts";

/** Model of a local server, which accepts more schemas than OpenAI. */
const LOCAL = openai({ model: "qwen3", baseURL: "http://localhost:11434/v1" });

// The tests of the example: those that need no model are played here.
yamlTests(new URL("tests.agent.yaml", CAFE), Deno.test);

/** Returns the problems of a text. */
async function refuse(text: string): Promise<readonly ConfigProblem[]> {
  return (await assertRejects(() => register(text), ConfigFileError)).problems;
}

Deno.test("yamlTests, registers skipped tests with the reason in their names", async () => {
  const text = `
unit:
  scripted: { script: [{ end: Bye }], input: Hi, check: { ends: true } }
  judged: { script: [{ end: Bye }], input: Hi, expectation: Says goodbye }
  played: { input: Hi, check: { step: greet } }
  both: { input: Hi, expectation: Says hello }
e2e:
  simulated: { scenario: A customer in a hurry, expectation: They get a latte }
`;
  const skipped = (tests: readonly Registered[]) =>
    tests.filter(({ isIgnored }) => isIgnored).map(({ name }) => name);
  assertEquals(skipped(await register(text)), [
    "judged (skipped: needs a model to judge)",
    "played (skipped: needs a model to play the agent)",
    "both (skipped: needs a model to play the agent and judge)",
    "simulated (skipped: needs a model to play the agent, play the user, and judge)",
  ]);
  assertEquals(skipped(await register(text, { llm: new MockLLM() })), [
    "judged (skipped: needs a model to judge)",
    "both (skipped: needs a model to judge)",
    "simulated (skipped: needs a model to play the user and judge)",
  ]);
  assertEquals(skipped(await register(text, { judge: new MockLLM() })).length, 3);
  assertEquals(skipped(await register(text, { llm: "real" })), []);
});

Deno.test("yamlTests, reports all problems at once, each with its place and the nearest name", async () => {
  const problems = await refuse(`llm: { provider: opnai, model: gpt-5-mini }
unit:
  one: { input: Hi, chek: { calls: [get_menu] } }
  two: { input: 5, check: { ends: maybe } }
  three:
    input: Hi
    script: [{ call: get_menus }, { respond: x, move: chekout }, { args: {} }, { end: true, suggestions: [a] }]
    tape: x.json
    check: { calls: [get_men], moves: [greet, ordr], step: chekout, says: /(/, cost: 1 }
    passes: 3
    invalid: true
    context: { current_step_id: grete, history: [{ type: step_identifier, step_id: odrer }] }
  four: { input: Hi, check: { ends: true }, context: { history: [{ type: massage }] } }
  five: { input: Hi, check: {} }
  six: { input: Hi }
e2e:
  a: { check: { ends: true } }
  b: { user: [], max_steps: 5, expectation: Nice }
  c: { user: [Hi], runs: 3, passes: 4, expectation: Nice }
`);
  assertEquals(
    problems.map(({ line, column, path, nearest }) =>
      `${line}:${column} ${path}${nearest === undefined ? "" : ` ~ ${nearest}`}`
    ),
    [
      "1:18 llm.provider ~ openai",
      "3:21 unit.one.chek ~ check",
      "4:17 unit.two.input",
      "4:35 unit.two.check.ends",
      "7:22 unit.three.script[0].call ~ get_menu",
      "7:35 unit.three.script[1]",
      "7:55 unit.three.script[1].move ~ checkout",
      "7:66 unit.three.script[2]",
      "7:74 unit.three.script[2].args",
      "7:106 unit.three.script[3].suggestions",
      "8:11 unit.three.tape",
      "9:22 unit.three.check.calls[0] ~ get_menu",
      "9:47 unit.three.check.moves[1] ~ order",
      "9:60 unit.three.check.step ~ checkout",
      "9:75 unit.three.check.says",
      "9:86 unit.three.check.cost",
      "10:13 unit.three.passes",
      "11:14 unit.three.invalid",
      "12:33 unit.three.context.current_step_id ~ greet",
      "12:84 unit.three.context.history[0].step_id ~ order",
      "13:74 unit.four.context.history[0].type ~ message",
      "14:29 unit.five.check",
      "15:8 unit.six",
      "17:6 e2e.a",
      "18:14 e2e.b.user",
      "18:29 e2e.b.max_steps",
      "19:37 e2e.c.passes",
    ],
  );
});

Deno.test("yamlTests, refuses files that have no tests, and broken YAML", async () => {
  for (
    const text of ["", "unit: {}", "e2e:", "[1]", "unit: [1]", "unit: *a", "unit: {a: {input: 5"]
  ) {
    assert((await refuse(text)).length > 0);
  }
  assertEquals((await refuse("unit: {}"))[0]!.message, "there are no tests");
});

Deno.test("yamlTests, refuses options that are none, a missing agent and a broken agent file", async () => {
  const file = new URL("tests.agent.yaml", CAFE);
  const ignored = () => {};
  assertThrows(() => yamlTests(file, undefined as never), ConfigError, "such as Deno.test");
  const judge = "reel" as never;
  assertThrows(() => yamlTests(file, ignored, { judge }), ConfigError, 'judge is "reel"');
  await inFolder(async (folder) => {
    const path = `${folder}/tests.agent.yaml`;
    assertThrows(() => yamlTests(path, ignored), ConfigFileError, "cannot be read");
    await Deno.writeTextFile(path, "unit: { a: { input: Hi, check: { step: a } } }");
    assertThrows(() => yamlTests(path, ignored), ConfigFileError, "no agent file beside it");
    // The name that Nomos has.
    await Deno.writeTextFile(`${folder}/config.agent.yaml`, "name: a\nstart: b\nsteps: []\n");
    const { problems } = assertThrows(() => yamlTests(path, ignored), ConfigFileError);
    assertStringIncludes(problems[0].file, "config.agent.yaml");
    await Deno.writeTextFile(
      `${folder}/config.agent.yaml`,
      "name: a\nstart: a\nsteps: [{ id: a, desc: A }]\n",
    );
    yamlTests(path, ignored);
  });
});

Deno.test("yamlTests, takes a file with every key of the Nomos format, and skips it offline", async () => {
  const text = `
llm:
  provider: openai
  model: gpt-4o-mini
unit:
  empty_input:
    input: ""
    expectation: Greets the user
    verbose: true
  summed_up:
    context:
      current_step_id: science
      history:
        - type: summary
          summary: [They like physics, They asked about light]
        - type: step_identifier
          step_id: science
        - type: message
          role: user
          content: And gravity?
    input: Go on
    expectation: Explains gravity
    verbose: false
    invalid: false
  not_rude: { input: You again, expectation: Is rude, invalid: true }
e2e:
  curious:
    scenario: A pupil asks about light, then says goodbye
    expectation: The pupil gets an answer
    max_steps: 12
`;
  const tests = await register(text, { agent: fixture("general.yaml") });
  assertEquals(tests.map(({ name, isIgnored }) => [name.split(" ")[0], isIgnored]), [
    ["empty_input", true],
    ["summed_up", true],
    ["not_rude", true],
    ["curious", true],
  ]);
});

Deno.test("yamlTests, plays the agent of a program with models that accept the schemas of its own", async () => {
  const Cart = v.object({ cart: v.optional(v.record(v.string(), v.number()), {}) });
  const add = new Tool({
    name: "add",
    description: "Add drinks",
    args: v.object({ drinks: v.record(v.string(), v.number()) }),
    data: Cart,
    run: ({ drinks }, { setData }) => setData({ cart: drinks }),
  });
  const agent = new Agent({
    name: "barista",
    // Real models, which no test calls; OpenAI does not accept the schema of the tool.
    llm: { default: openai({ model: "gpt-5-mini", embeddingModel: "e" }), local: LOCAL },
    data: Cart,
    start: "greet",
    steps: {
      greet: {
        description: "Greet them",
        examples: [{ context: "they say hi", decision: "Say hi", show: "similar" }],
        routes: { order: "they order" },
      },
      order: {
        description: "Take the order",
        llm: "local",
        tools: [add],
        routes: { pay: { when: "they are done", guard: ({ data }) => data.cart.latte === 2 } },
      },
      pay: { description: "Take the money" },
    },
  });
  const text = (moves: string) => `
unit:
  orders:
    input: Two lattes
    script:
      - move: order
      - { call: add, args: { drinks: { latte: 2 } } }
      - move: pay
      - respond: Seven euros
    check: { calls: [add], moves: [${moves}] }
  asks: { input: Hi, expectation: Greets }
`;
  const [orders, asks] = await register(text("greet, order, pay"), { agent });
  await orders!.run();
  assert(asks!.isIgnored);
  const { problems } = await assertRejects(
    () => register(text("greet, ordr"), { agent }),
    ConfigFileError,
  );
  assertEquals(problems.map(({ path, nearest }) => [path, nearest]), [
    ["unit.orders.check.moves[1]", "order"],
  ]);
  const judged = await register(text("greet"), {
    agent,
    llm: MockLLM.auto({ like: LOCAL }),
    judge: judging(1),
  });
  await judged[1]!.run();
  await assertRejects(
    () => register(text("greet"), { agent: {} as never }),
    ConfigError,
    "an Agent",
  );
});
