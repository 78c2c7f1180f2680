import { ConfigError, decide, type LLM, MockLLM, MockLLMError, raw } from "@nomos/agent";
import type { LLMResult } from "@nomos/agent/llm";
import { ConfigFileError, loadAgent, type YamlTestOptions, yamlTests } from "@nomos/agent/config";
import { PassRateError, record, ScenarioError } from "@nomos/agent/testing";
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { fixture, inFolder } from "../fixtures.ts";
import { AGENT, judging, runAll } from "./registered.ts";

/** Checks, and the reason for which each fails after the conversation of the test below. */
const FAILURES: readonly (readonly [check: string, reason: string])[] = [
  ["calls: [add_drink, get_menu]", 'check.calls: Cannot find a call of "get_menu"'],
  ["calls: [refund]", 'check.calls: Cannot find a call of "refund"'],
  ["never_calls: [refund, add_drink]", 'check.never_calls: Found a call of "add_drink"'],
  [
    "moves: [greet, order, checkout]",
    "check.moves: expected greet → order → checkout, went greet → order",
  ],
  ["moves: [order]", "check.moves: expected order, went greet → order"],
  ["step: greet", 'check.step: expected "greet", is in "order"'],
  ["says: mocha", 'check.says: expected "mocha", said "One latte"'],
  ["says: /^latte/", 'check.says: expected /^latte/, said "One latte"'],
  ["ends: true", "check.ends: the session did not end"],
  ["model_calls: 3", "check.model_calls: it is 4: expected at most 3"],
  ["tool_calls: 1", "check.tool_calls: it is 2: expected at most 1"],
];

Deno.test("yamlTests, names each check that fails, its reason and the place of the test", async () => {
  const script = `
    - call: get_menu
    - move: order
    - calls: [{ call: add_drink, args: { drink: latte, size: small } }]
    - { respond: One latte, suggestions: [Thanks] }`;
  const passing = "calls: [get_menu, add_drink], never_calls: [refund], moves: [greet, order], " +
    "step: order, says: /LATTE$/i, ends: false, model_calls: 4, tool_calls: 2";
  const write = (check: string) =>
    `unit:\n  orders:\n    input: A latte\n    check: { ${check} }\n    script: ${script}\n`;
  await runAll(write(passing));
  for (const [check, reason] of FAILURES) {
    const { message } = await assertRejects(() => runAll(write(check)), ScenarioError);
    assertStringIncludes(message, 'Scenario "orders (tests.agent.yaml:2)" failed: 1 of 2 checks');
    assertStringIncludes(message, `\n- ${reason}`);
    assertStringIncludes(message, "user: A latte\nget_menu()");
  }
});

Deno.test("yamlTests, fails if entries of the script remain or are illegal, or if it is too short", async () => {
  const write = (script: string) =>
    `unit: { a: { input: Hi, script: [${script}], check: { step: greet } } }`;
  await assertRejects(
    () => runAll(write("{ respond: Hi }, { respond: Bye }")),
    MockLLMError,
    "1 of 2 entries remain",
  );
  await assertRejects(
    () => runAll(write("{ call: get_menu }")),
    MockLLMError,
    "Cannot play call 2",
  );
  await assertRejects(() => runAll(write("{ call: refund, args: { cents: 1 } }")), MockLLMError);
});

Deno.test("yamlTests, begins in a step with data, and the summary and messages of a history", async () => {
  const requests: string[][] = [];
  const llm: LLM = {
    name: "played",
    decide: ({ messages, step }) => {
      requests.push([step!, ...messages.slice(1, -1).map(({ content }) => content)]);
      return Promise.resolve({
        output: {
          reasoning: [],
          decision: { action: "RESPOND", response: { drinks: [], cents: 0 } },
        },
      });
    },
  };
  await runAll(
    `
unit:
  sums_up:
    verbose: true
    context:
      current_step_id: checkout
      data: { drinks: [latte] }
      history:
        - { type: summary, summary: [They came in, They looked around] }
        - { type: message, role: user, content: Hello }
        - { type: step_identifier, step_id: order }
        - { type: message, role: barista, content: What can I get you? }
    input: Nothing
    check: { step: checkout, moves: [checkout], model_calls: 1 }
`,
    { llm },
  );
  assertEquals(requests, [[
    "checkout",
    "Summary of the earlier conversation:\nThey came in\nThey looked around",
    "Hello",
    '{"decision":{"action":"RESPOND","response":"What can I get you?"}}',
    "Nothing",
  ]]);
});

Deno.test("yamlTests, judges the turn alone, and expects a refusal of what is invalid", async () => {
  const write = (invalid: boolean) => `
unit:
  a:
    context: { history: [{ type: message, role: user, content: EARLIER }] }
    script: [{ respond: Hello }]
    input: Hi
    expectation: Is rude
    invalid: ${invalid}
`;
  const judge = new MockLLM([raw({ reason: "because", score: 1 })]);
  await runAll(write(false), { judge });
  const [instruction, evidence] = judge.requests[0]!.messages;
  assertStringIncludes(instruction!.content, "Is rude");
  assertEquals(evidence!.content, "user: Hi\nagent: Hello");
  await runAll(write(true), { judge: judging(0) });
  await assertRejects(
    () => runAll(write(false), { judge: judging(0.2) }),
    ScenarioError,
    '- expectation: score 0.2: "Is rude": because',
  );
  await assertRejects(
    () => runAll(write(true), { judge: judging(1) }),
    ScenarioError,
    '- expectation: score 1: "Is rude" must not be met: because',
  );
});

/** Model that plays the user by these inputs, leaves after them, and then judges. */
function simulating(...inputs: readonly string[]): MockLLM {
  return new MockLLM([
    ...inputs.map((message) => raw({ message, isDone: false })),
    raw({ message: null, isDone: true }),
    raw({ reason: "because", score: 1 }),
  ]);
}

const SIMULATED = `
e2e:
  hurried: { scenario: A customer in a hurry, expectation: They get a latte, max_steps: 2 }
`;

Deno.test("yamlTests, lets a model play the user, after the agent has spoken", async () => {
  const llm = new MockLLM([decide.respond("Hello!"), decide.respond("A latte?")]);
  const judge = simulating("Quick, a latte");
  await runAll(SIMULATED, { llm, judge });
  const [user, , verdict] = judge.requests;
  assertEquals(user!.messages.at(-1)!.content, "Hello!");
  assertStringIncludes(user!.messages[0]!.content, "A customer in a hurry");
  assertStringIncludes(verdict!.messages[0]!.content, "A customer in a hurry");
});

Deno.test("yamlTests, fails if the simulated user is not done after max_steps", async () => {
  const llm = new MockLLM([decide.respond("Hello!")], { whenDone: "repeat" });
  const judge = new MockLLM([
    raw({ message: "One", isDone: false }),
    raw({ message: "Two", isDone: false }),
    raw({ reason: "because", score: 1 }),
  ]);
  await assertRejects(
    () => runAll(SIMULATED, { llm, judge }),
    ScenarioError,
    "- ending: the user was not done after 3 turns",
  );
});

Deno.test("yamlTests, fails if a limit ends the conversation, whatever is checked", async () => {
  const llm = new MockLLM([raw("?")], { whenDone: "repeat" });
  await assertRejects(
    () => runAll("unit: { a: { input: Hi, check: { never_calls: [refund] } } }", { llm }),
    ScenarioError,
    "- ending: a limit ended the turn: errors",
  );
});

Deno.test("yamlTests, passes if enough of the runs pass", async () => {
  const write = (passes: string) =>
    `unit: { a: { input: Hi, check: { says: Hello }, runs: 5, ${passes} } }`;
  const flaky = () => {
    let calls = 0;
    return new MockLLM([() => decide.respond(++calls === 3 ? "What?" : "Hello")], {
      whenDone: "repeat",
    });
  };
  await runAll(write("passes: 4"), { llm: flaky() });
  for (const passes of ["passes: 5", ""]) {
    const { message } = await assertRejects(
      () => runAll(write(passes), { llm: flaky() }),
      PassRateError,
      "4 of 5 runs",
    );
    assertStringIncludes(message, 'check.says: expected "Hello", said "What?"');
  }
});

Deno.test("yamlTests, replays a tape, records it anew, and fails if calls remain or are new", async () => {
  await inFolder(async (folder) => {
    const write = async (input: string) => {
      const text = `unit: { a: { input: ${input}, tape: tapes/a.json, check: { says: Hello } } }`;
      await Deno.writeTextFile(`${folder}/tests.yaml`, text);
    };
    const play = async (options?: YamlTestOptions) => {
      const runs: (() => Promise<void>)[] = [];
      yamlTests(`${folder}/tests.yaml`, (_name, { ignore }, run) => {
        assert(!ignore);
        runs.push(run);
      }, { agent: AGENT, ...options });
      for (const run of runs) await run();
    };
    await write("Hi");
    await assertRejects(() => play(), ConfigError, "a.json");
    const llm = new MockLLM([decide.respond("Hello")]);
    const env = (name: string) => name === "CASSETTE" ? "update" : undefined;
    await play({ llm, env });
    assertEquals(llm.requests.length, 1);
    await play();
    await play({ llm, env: () => undefined });
    assertEquals(llm.requests.length, 1);
    await write("Good evening");
    await assertRejects(() => play(), Error, "+ Good evening");
    await write("Hi");
    const longer = record(
      new MockLLM([decide.respond("Hello"), decide.respond("Bye")]),
      `${folder}/tapes/a.json`,
    );
    const session = (await loadAgent(AGENT, { llm: longer })).createSession();
    await session.next("Hi");
    await session.next("Ciao");
    await assertRejects(() => play(), Error, "is not finished");
  });
});

Deno.test("yamlTests, asks the program about calls that wait for approval", async () => {
  const text = `
unit:
  a:
    context: { current_step_id: order }
    script: [{ call: refund, args: { cents: 5000 } }, { respond: Done }]
    input: My money back
    check: { calls: [refund] }
`;
  await runAll(text, { approvals: () => true });
  await assertRejects(() => runAll(text), ConfigError, "waits for approval");
  await runAll(`${text}    approvals: true\n`, { approvals: () => false });
  const judge = judging(1);
  await runAll(`${text}    approvals: Ask the manager\n    expectation: Refunds nothing\n`, {
    judge,
  });
  assertStringIncludes(judge.requests[0]!.messages[1]!.content, "denied: refund");
  assertStringIncludes(judge.requests[0]!.messages[1]!.content, "Ask the manager");
});

Deno.test("yamlTests, takes the real models from the files, and their keys from the environment", async () => {
  const unit = `unit: { a: { input: Hi, check: { says: Hi } } }`;
  await assertRejects(
    () => runAll(unit, { llm: "real", env: () => undefined }),
    Error,
    "OPENAI_API_KEY",
  );
  const judged = "unit: { a: { script: [{ end: Bye }], input: Hi, expectation: Polite } }";
  await assertRejects(
    () => runAll(judged, { judge: "real", env: () => undefined }),
    Error,
    "OPENAI_API_KEY",
  );
  const llm = "llm: { provider: groq, model: m }";
  await assertRejects(
    () => runAll(`${llm}\n${judged}`, { judge: "real", env: () => undefined }),
    Error,
    "GROQ_API_KEY",
  );
  const timed = "llm: { provider: groq, model: m, kwargs: { temperature: $HOT } }";
  await assertRejects(
    () => runAll(`${timed}\n${judged}`, { judge: "real", env: () => "secret-word" }),
    ConfigFileError,
    'tests.agent.yaml:1:57  llm.kwargs.temperature: it is "$HOT": expected a number',
  );
});

Deno.test("yamlTests, plays a script for schemas that only the models of the agent file accept", async () => {
  await inFolder(async (folder) => {
    const write = (name: string, text: string) => Deno.writeTextFile(`${folder}/${name}`, text);
    await write(
      "agent.yaml",
      `
name: shop
llm:
  global: { provider: ollama, model: qwen3, kwargs: { temperature: $HOT } }
  local: { provider: ollama, model: qwen3 }
start: a
steps:
  - { id: a, desc: A, tools: [set_prices], overrides: { llm: local } }
  - { id: b, desc: B }
tools:
  files: [tools.ts]
  defs: { set_prices: { desc: Set prices, args: [{ key: prices, type: "Dict[str, float]" }] } }
flows: [{ id: f, enters: [a], exits: [b] }]
`,
    );
    await write(
      "tools.ts",
      "export const set_prices = ({ prices }) => Object.keys(prices).join();",
    );
    const script = "[{ call: set_prices, args: { prices: { latte: 4 } } }, { respond: Done }]";
    const text = `{ input: Hi, script: ${script}, check: { calls: [set_prices] } }`;
    await write("tests.agent.yaml", `unit: { one: ${text}, two: ${text} }`);
    const warnings: string[] = [];
    const runs: (() => Promise<void>)[] = [];
    yamlTests(`${folder}/tests.agent.yaml`, (_name, _options, run) => runs.push(run), {
      ignoreFlows: true,
      onConfigWarning: ({ path }) => warnings.push(path),
    });
    for (const run of runs) await run();
    assertEquals([runs.length, warnings], [2, ["flows"]]);
  });
});

Deno.test("yamlTests, leaves what a given model has not played to the next test", async () => {
  const llm = new MockLLM([decide.respond("One"), decide.respond("Two")]);
  await runAll("unit: { a: { input: Hi, check: { says: One } } }", { llm });
  await runAll("unit: { a: { input: Hi, check: { says: Two } } }", { llm });
});

Deno.test("yamlTests, asks the models of the files to play the agent, the user and the judge", async () => {
  const original = globalThis.fetch;
  const asked: string[] = [];
  globalThis.fetch = async (input, init) => {
    const { model, response_format } = await new Request(input, init).json();
    const { name } = response_format.json_schema;
    asked.push(`${model} ${name}`);
    const outputs: Record<string, unknown> = {
      verdict: { reason: "It greets", score: 1 },
      user_input: { message: null, isDone: true },
    };
    const decision = { action: "RESPOND", response: "Hello" };
    const content = JSON.stringify(outputs[name] ?? { reasoning: ["x"], decision });
    return Response.json({ choices: [{ message: { content }, finish_reason: "stop" }] });
  };
  const llm = "llm: { provider: groq, model: judge }";
  const test = "e2e: { a: { scenario: Somebody curious, expectation: Greets } }";
  try {
    await runAll(`${llm}\n${test}`, { llm: "real", env: () => "key" });
    await runAll(test, {
      llm: new MockLLM([decide.respond("Hello")]),
      judge: "real",
      env: () => "key",
    });
  } finally {
    globalThis.fetch = original;
  }
  const judged = (model: string) => [`${model} user_input`, `${model} verdict`];
  assertEquals(asked.slice(1), [...judged("judge"), ...judged("gpt-5-mini")]);
  assertStringIncludes(asked[0]!, "gpt-5-mini ");
});

Deno.test("yamlTests, fails a maximum of tokens and cost that are not known", async () => {
  const usage = { input: 1000, output: 100 };
  const play = (check: string, result: Partial<LLMResult>, options?: YamlTestOptions) => {
    const output = { reasoning: [], decision: { action: "RESPOND", response: "Hello" } };
    const llm = { name: "played", decide: () => Promise.resolve({ output, ...result }) };
    return runAll(`unit: { a: { input: Hi, check: { ${check} } } }`, {
      agent: fixture("general.yaml"), // has no limit of cost
      llm,
      ...options,
    });
  };
  await play("tokens: 1100", { usage });
  await play("cost: 0.01", { usage }, { cost: () => 0.01 });
  await play("cost: 0.01", { usage, model: "gpt-4o-mini" });
  for (
    const [check, reason, options] of [
      ["tokens: 1099", "it is 1100: expected at most 1099"],
      ["cost: 0.01", "it is not known: expected at most 0.01"],
      ["cost: 0.01", "it is 0.02: expected at most 0.01", { cost: () => 0.02 }],
    ] as const
  ) {
    await assertRejects(() => play(check, { usage }, options), ScenarioError, reason);
  }
  await assertRejects(() => play("tokens: 1", {}), ScenarioError, "it is not known");
});
