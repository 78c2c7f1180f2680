import { ConfigError, decide, type Decision, MockLLM, raw, type RawOutput } from "@nomos/agent";
import {
  ConfigFileError,
  expandVariables,
  loadAgent,
  type LoadOptions,
  parseConfig,
  readConfig,
} from "@nomos/agent/config";
import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { fixture, loadText, play, withLines } from "./fixtures.ts";

/** Scripts a decision that the agent refuses. */
function refused(decision: Decision): RawOutput {
  const { reasoning, ...rest } = decision;
  return raw(JSON.stringify({ reasoning, decision: rest }));
}

Deno.test("loadAgent, plays a file with both spellings, whose Python tools have modules beside them", async () => {
  const { agent, llm } = await play("bakery.yaml", [
    decide.move("fill_bag"),
    decide.call("put_into_bag", { bread: "rye" }),
    decide.respond("Anything else?"),
  ], { ignoreFlows: true });
  assertEquals(agent.warnings, []);
  const turn = await agent.createSession().next("A rye bread");
  assertEquals([turn.step, turn.toolResults[0]?.text], ["fill_bag", "1 × rye in the bag"]);
  const [first, second] = llm.requests;
  assertStringIncludes(first!.messages.at(-1)!.content, "- The customer only says hello -> Ask");
  const schema = JSON.stringify(second!.schema);
  assertStringIncludes(second!.messages.at(-1)!.content, "- put_into_bag: Put breads into the bag");
  assertStringIncludes(schema, '"description":"The kind of bread"');
  assertStringIncludes(schema, '"description":"How many of it');
  assert(!second!.messages.at(-1)!.content.includes("Without the last one"), "never is shown");
});

Deno.test("loadAgent, plays functions that the file describes, with its types and defaults", async () => {
  const { agent, llm } = await play("advisor.yaml", [
    decide.move("spend"),
    decide.call("note_expense", { amount: 3.5, kind: "fun" }),
    refused(decide.call("note_expense", { amount: 3.5, kind: "yacht" })),
    decide.move("hub"),
    decide.move("plan"),
    decide.call("monthly_rest", { income: 100, costs: [20, 30] }),
    decide.respond("50"),
  ]);
  const turn = await agent.createSession().next("I went to the cinema");
  assertEquals(turn.response, "50");
  assertEquals(turn.toolResults.map(({ text }) => text), [
    '{"day":"today","kind":"fun","planned":false,"amount":3.5}',
    '{"rest":50}',
  ]);
  assertEquals(llm.requests[1]?.legal?.tools, ["note_expense"]);
  const schema = JSON.stringify(llm.requests[1]!.schema);
  for (const kind of ["food", "rent", "fun"]) assertStringIncludes(schema, `"${kind}"`);
});

Deno.test("loadAgent, calls the model and sends the persona that a step overrides", async () => {
  const [fast, careful] = [
    new MockLLM([decide.respond("Gravity")]),
    new MockLLM([
      decide.move("science"),
    ]),
  ];
  const agent = await loadAgent(fixture("general.yaml"), { llm: { global: fast, careful } });
  const turn = await agent.createSession().next("Why do things fall?");
  assertEquals([turn.step, turn.response], ["science", "Gravity"]);
  assertEquals([careful.requests.length, fast.requests.length], [1, 1]);
  const prompt = fast.requests[0]!.messages.map(({ content }) => content).join("\n");
  assertStringIncludes(prompt, "You are a patient teacher of physics.");
  assert(!prompt.includes("You know a little"), "the persona of the agent is sent too");
});

Deno.test("loadAgent, takes structured answers from schema files, definitions and fields, and text", async () => {
  const trip = {
    title: "Alps",
    days: [{ place: "Chur", visits: [{ what: "Museum", hour: 10 }] }],
  };
  const review = { stars: 5, places: [{ name: "Chur", cost: null }] };
  const { agent } = await play("trip.yaml", [
    decide.respond("Where do you go?", { suggestions: ["Chur"] }),
    decide.respond({ place: "Chur", days: 2 }),
    decide.move("look"),
    decide.call("weather", { place: "Chur" }),
    decide.move("write"),
    decide.move("plan"),
    decide.respond(trip),
    decide.move("end"),
    decide.respond(review),
  ]);
  const session = agent.createSession();
  const responses: unknown[] = [];
  for (const input of ["A trip", "Chur", "Yes", "Good"]) {
    responses.push((await session.next(input)).response);
  }
  assertEquals(responses, ["Where do you go?", { place: "Chur", days: 2 }, trip, {
    ...review,
    words: [],
  }]);
  assertStringIncludes(JSON.stringify(session.state), JSON.stringify(trip));
});

Deno.test("loadAgent, refuses a structured answer that its schema does not allow", async () => {
  const { agent } = await play("trip.yaml", [
    refused(decide.respond({ days: "two" })),
    decide.respond("Where?"),
  ]);
  const session = agent.createSession();
  assertEquals((await session.next("A trip")).response, "Where?");
  const events = await Array.fromAsync(session.events());
  const error = events.find((event) => event.type === "error");
  assertStringIncludes(error!.message, 'required property "place"');
});

Deno.test("loadAgent, plays methods of an object, found by the name of a Python module", async () => {
  const { agent } = await play("homes.yaml", [
    decide.move("search"),
    decide.call("find_homes", { kinds: ["flat"], rooms: 3, cities: null }),
    decide.move("detail"),
    decide.call("home_detail", { number: "B2" }),
    decide.respond("Here"),
  ]);
  const turn = await agent.createSession().next("A flat with 3 rooms");
  assertEquals(turn.toolResults.map(({ text }) => text), [
    '[{"number":"A1","rooms":3}]',
    '{"number":"B2","rooms":5}',
  ]);
});

Deno.test("loadAgent, reads JSON like YAML", async () => {
  const json = await play("minimal.json", [decide.respond("Hi")]);
  const yaml = await play("minimal.yaml", [decide.respond("Hi")]);
  assertEquals(json.agent.diagram(), yaml.agent.diagram());
  const [one, other] = [
    await readConfig(fixture("minimal.json")),
    await readConfig(
      fixture("minimal.yaml"),
    ),
  ];
  assertEquals(one.config, other.config);
});

Deno.test("loadAgent, a file without a model needs one of the program", async () => {
  const error = await assertRejects(() => loadAgent(fixture("minimal.yaml")), ConfigFileError);
  assertStringIncludes(error.message, "the file names no model");
});

Deno.test("loadAgent, applies limits, guards, approvals and the condition of an end", async () => {
  const { agent, llm } = await play("agent.yaml", [
    decide.move("order"),
    decide.call("refund", { cents: 100 }),
    decide.call("refund", { cents: 5000 }),
  ]);
  const turn = await agent.createSession().next("My money back");
  assertEquals([turn.status, turn.step], ["needs_approval", "order"]);
  assertEquals(turn.toolResults.map(({ text }) => text), ["refunded 100"]);
  assertEquals(llm.requests[1]?.legal?.routes, ["greet"]);
  const limited = await play("agent.yaml", Array(5).fill(decide.call("get_menu")));
  const stopped = await limited.agent.createSession().next("Menu");
  assertEquals([stopped.status, stopped.reason], ["limited", "modelCalls"]);
});

Deno.test("loadAgent, keeps the data of a file in its sessions, with their defaults", async () => {
  const { agent, llm } = await play("agent.yaml", [
    decide.move("order"),
    decide.call("add_drink", { drink: "latte" }),
    decide.respond("Anything else?"),
    decide.move("pay"),
    decide.respond("4 euros"),
  ]);
  const session = agent.createSession({ data: { guest: { points: 3 } } });
  await session.next("A latte");
  assertEquals(session.data, { drinks: ["latte"], guest: { name: "nobody", points: 3 } });
  assertEquals(llm.requests.map(({ legal }) => legal?.routes), [
    ["order"],
    ["greet"],
    ["greet", "pay"],
  ]);
  const turn = await agent.createSession({ state: session.state }).next("That is all");
  assertEquals(turn.step, "pay");
});

Deno.test("loadAgent, ends a session only where the file allows it", async () => {
  const { agent, llm } = await play("agent.yaml", [decide.move("order"), decide.respond("Yes?")]);
  await agent.createSession().next("Hi");
  assertEquals(llm.requests[0]?.legal?.actions.includes("END"), false);
  assertStringIncludes(llm.requests[1]!.messages.at(-1)!.content, "the customer wants to go");
});

Deno.test("loadAgent, a model of the program without a price costs nothing", async () => {
  const { agent } = await play("agent.yaml", [decide.respond("Hello")]);
  assertEquals((await agent.createSession().next("Hi")).response, "Hello");
});

Deno.test("loadAgent, a limit of cost needs the price of the model of the file", async () => {
  const text = withLines(
    "llm: { provider: ollama, model: house-model }",
    "limits: { turn: { cost: 1 } }",
  );
  const others: LoadOptions = { llm: { embedding_model: new MockLLM() } };
  for (const options of [{}, others]) {
    const error = await assertRejects(() => loadText(text, options), ConfigFileError);
    assertEquals(error.problems.map(({ path }) => path), ["limits.turn.cost"]);
  }
});

Deno.test("loadAgent, bounds the history of a file, and lets the model that it names summarize", async () => {
  const script = [decide.respond("Go on")];
  for (const name of ["small", "global", "true"]) {
    const text = withLines(
      "llm: { global: { provider: openai, model: m }, small: { provider: openai, model: s } }",
      `history: { max_tokens: 500, keep_turns: 1, keep_first: true, summarize: ${name} }`,
    );
    const llm = {
      global: new MockLLM(script, { whenDone: "repeat" }),
      small: new MockLLM(script, { whenDone: "repeat" }),
    };
    const session = (await loadText(text, { llm })).createSession();
    let turn = await session.next("I am Ann");
    while (!turn.compacted) turn = await session.next("And another thing. ".repeat(20));
    assertEquals(llm.small.requests.length > 0, name === "small");
    const last = llm.global.requests.at(-1)!.messages;
    assertStringIncludes(JSON.stringify(last), "I am Ann");
  }
});

Deno.test("loadAgent, leaves older turns out without a summary if the file says so", async () => {
  const text = withLines("history: { max_tokens: 400, summarize: false }");
  const llm = new MockLLM([decide.respond("Go on")], { whenDone: "repeat" });
  const session = (await loadText(text, { llm })).createSession();
  let turn = await session.next("I am Ann");
  while (!turn.compacted) turn = await session.next("And another thing. ".repeat(20));
  assert(turn.events.some(({ type }) => type === "summary"));
  assert(llm.requests.every(({ legal }) => legal !== undefined));
});

Deno.test("loadAgent, tells of each part of the file that is ignored, without values of variables", async () => {
  const warnings: string[] = [];
  const text = withLines(
    "memory: { type: summarization }",
    "llm: { provider: ollama, model: m, kwargs: { $SECRET: 1 } }",
    "tools: { defs: { gone: { desc: Gone, colour: red } } }",
  );
  await loadText(text, {
    onConfigWarning: ({ line, path }) => warnings.push(`${line} ${path}`),
    env: () => "top secret",
  });
  assertEquals(warnings.toSorted(), [
    "4 memory",
    "5 llm.kwargs.$SECRET",
    "6 tools.defs.gone",
    "6 tools.defs.gone.colour",
  ]);
  const other = withLines("memory: { type: summarization }", "history: { max_tokens: 8000 }");
  assertEquals(parseConfig("agent.yaml", other).warnings, []);
});

Deno.test("loadAgent, refuses a text and models that are none", async () => {
  const llm = new MockLLM();
  await assertRejects(
    () => loadAgent({ path: "a.yaml", text: 5 as never }, { llm }),
    ConfigError,
    "its text is 5: expected text",
  );
  await assertRejects(() => loadText(withLines(), { llm: { default: {} as never } }), ConfigError);
});

Deno.test("loadAgent, takes the options of an agent that no file has", async () => {
  const text = withLines(
    "tools:",
    "  files: ['data:text/javascript,export const t = () => `long`']",
    "  defs: { t: { desc: T } }",
  ).replace("desc: A", "desc: A, tools: [t]");
  const llm = new MockLLM([decide.call("t"), decide.respond("Hello")]);
  const agent = await loadText(text, { llm, maxResultChars: 2, timings: true });
  const { events, toolResults } = await agent.createSession().next("Hi");
  assert(!toolResults[0]!.text.startsWith("long"), toolResults[0]!.text);
  assert(events.some((event) => event.type === "decision" && event.timing !== undefined));
});

Deno.test("loadAgent, refuses options that it does not have", async () => {
  await assertRejects(
    () => loadText(withLines(), { llm: new MockLLM(), clocks: Date.now } as never),
    ConfigError,
    'did you mean "clock"?',
  );
});

Deno.test("loadAgent, steps and tools may have names that objects have", async () => {
  const text = `name: a
start: __proto__
steps:
  - { id: __proto__, desc: A, paths: [{ to: constructor, when: x }], tools: [toString] }
  - { id: constructor, desc: B }
tools:
  files: ["data:text/javascript,export const toString = () => 'text'"]
  defs: { toString: { desc: Text } }
`;
  const llm = new MockLLM([
    decide.call("toString"),
    decide.move("constructor"),
    decide.respond("x"),
  ]);
  const turn = await (await loadText(text, { llm })).createSession().next("Hi");
  assertEquals([turn.step, turn.toolResults[0]?.text], ["constructor", "text"]);
});

Deno.test("loadAgent, shows the decisions of examples as the model writes them", async () => {
  const text = `name: a
start: a
steps:
  - id: a
    desc: A
    quick_suggestions: true
    paths: [{ to: b, when: x }]
    eg:
      - { context: one, visibility: always, decision: { action: RESPOND, response: Hi, suggestions: [Yes], reasoning: [r] } }
      - { context: two, visibility: always, decision: { action: MOVE, step_id: b } }
      - context: three
        visibility: always
        decision: { action: TOOL_CALL, tool_call: { tool_name: t, tool_kwargs: { x: 1 } } }
      - { context: four, visibility: always, decision: { action: END, response: Bye } }
  - { id: b, desc: B }
`;
  const llm = new MockLLM([decide.respond("x")]);
  await (await loadText(text, { llm })).createSession().next("Hi");
  const shown = llm.requests[0]!.messages.at(-1)!.content.match(/^- .* -> .*$/gm);
  assertEquals(shown, [
    '- one -> {"reasoning":["r"],"decision":{"action":"RESPOND","response":"Hi","suggestions":["Yes"]}}',
    '- two -> {"reasoning":[],"decision":{"action":"MOVE","step":"b"}}',
    '- three -> {"reasoning":[],"decision":{"action":"TOOL_CALL","calls":[{"tool":"t","args":{"x":1}}]}}',
    '- four -> {"reasoning":[],"decision":{"action":"END","response":"Bye"}}',
  ]);
});

Deno.test("loadAgent, reports an embedding model that cannot embed", async () => {
  const text = withLines(
    "llm: { provider: ollama, model: m }",
    "embedding_model: { provider: groq, model: m }",
  );
  const error = await assertRejects(() => loadText(text, {}), ConfigFileError);
  assertEquals(error.problems.map(({ path }) => path), ["embedding_model"]);
});

Deno.test("expandVariables, a variable that may not be read is an error that names the permission", () => {
  const env = (): string => {
    throw new Deno.errors.NotCapable("Requires env access");
  };
  assertThrows(() => expandVariables(["$SITE"], env), ConfigError, "--allow-env=SITE");
});

Deno.test("loadAgent, reads a file that Nomos saved, in which absent values are null", async () => {
  const warnings: unknown[] = [];
  const { agent } = await play("saved.yaml", [decide.move("end"), decide.respond("Bye")], {
    onConfigWarning: (warning) => warnings.push(warning),
  });
  assertEquals((await agent.createSession().next("Hi")).response, "Bye");
  assertEquals(warnings, []);
});
