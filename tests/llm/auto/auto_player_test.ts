import {
  Agent,
  type AutoOptions,
  decide,
  type LLM,
  MockLLM,
  MockLLMError,
  raw,
} from "@nomos/agent";
import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertNotEquals,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { agentOf, look, play, take, tool } from "./auto_fixture.ts";
import { fits } from "./schema_fixture.ts";
import * as v from "valibot";

Deno.test("MockLLM.auto, generates structured answers and empty suggestions, and omits reasoning", async () => {
  const answer = v.object({ total: v.pipe(v.number(), v.minValue(10)), note: v.string() });
  const llm = MockLLM.auto();
  const agent = new Agent({
    name: "test",
    llm,
    reasoning: false,
    start: "sum",
    steps: { sum: { description: "Sum up", answer, suggestions: true } },
  });
  const turn = await agent.createSession().next("Go on");
  assert(v.is(answer, turn.response), JSON.stringify(turn.response));
  assertEquals(turn.suggestions, []);
  const text = await agentOf({ "step 1": {} }).createSession().next("Go on");
  assertEquals(text.response, "This is step step 1");
  const email = v.pipe(v.string(), v.email());
  const address = await agentOf({ a: { answer: email } }).createSession().next("Go on");
  assert(v.is(email, address.response));
});

Deno.test("MockLLM.auto, every output matches the JSON Schema of its request", async () => {
  const auto = MockLLM.auto();
  const llm: LLM = {
    name: "checked",
    decide: async (request) => {
      const result = await auto.decide(request);
      assert(fits(result.output, request.schema), JSON.stringify(result.output));
      return result;
    },
  };
  const answer = v.object({ note: v.optional(v.string()) });
  for (const reasoning of [true, false]) {
    const agent = new Agent({
      name: "test",
      llm,
      reasoning,
      start: "a",
      steps: {
        a: { description: "A", tools: [look, take], suggestions: true, routes: { b: "x" } },
        b: { description: "B", tools: [take], answer, suggestions: true, routes: { a: "x" } },
      },
    });
    const turns = await play(agent.createSession());
    const actions = new Set(turns.flatMap(({ decisions }) => decisions.map((one) => one.action)));
    assertEquals(actions.size, 4);
  }
});

Deno.test("MockLLM.auto, plays samples: one value, a list in rotation, or a function", async () => {
  const steps = { a: { tools: [take], to: ["b"] }, b: { tools: [take], to: ["a"] } };
  const taken = async (samples: AutoOptions["samples"]) => {
    const agent = agentOf(steps, MockLLM.auto({ samples: samples! }));
    const turns = [...await play(agent.createSession()), ...await play(agent.createSession())];
    return turns.flatMap(({ toolResults }) => toolResults.map(({ args }) => args.size));
  };
  const [small, large] = [{ size: "small" }, { size: "large" }];
  assertEquals(await taken({ take: small }), ["small", "small", "small", "small"]);
  assertEquals(await taken({ take: [small, small, large] }), ["small", "small", "large", "small"]);
  const random: number[] = [];
  const byStep = await taken({
    take: ({ step }, next) => {
      random.push(next());
      return step === "a" ? small : large;
    },
  });
  assertEquals(byStep, ["small", "large", "small", "large"]);
  assert(new Set(random).size === 4 && random.every((number) => number >= 0 && number < 1));
});

Deno.test("MockLLM.auto, accepts samples in the author's form, without optional properties", async () => {
  const args = v.object({
    id: v.pipe(v.string(), v.check((id) => id === "A-1")),
    n: v.optional(v.number()),
  });
  const llm = MockLLM.auto({ samples: { find: { id: "A-1" } } });
  const turn = await agentOf({ a: { tools: [tool("find", args)] } }, llm).createSession().next(
    "Go",
  );
  assertEquals(turn.toolResults[0]!.args, { id: "A-1" });
});

Deno.test("MockLLM.auto, plays the answers of each step, from a value or a function", async () => {
  const answer = v.object({ code: v.pipe(v.string(), v.check((code) => code === "X")) });
  const llm = MockLLM.auto({
    answers: { a: "Hello", b: { code: "X" }, c: (request) => `in ${request.step}` },
  });
  const agent = agentOf({ a: { to: ["b"] }, b: { to: ["c"], answer }, c: { to: ["a"] } }, llm);
  const said = (await play(agent.createSession())).map(({ response }) => response);
  assertEquals(said, ["Hello", { code: "X" }, "in c", undefined]);
});

Deno.test("MockLLM.auto, tries values until a check accepts one, synchronous or not", async () => {
  const even = (value: number) => value % 2 === 0 && value > 2;
  for (
    const schema of [
      v.object({ n: v.pipe(v.number(), v.check(even)) }),
      v.objectAsync({ n: v.pipeAsync(v.number(), v.checkAsync((n) => Promise.resolve(even(n)))) }),
    ]
  ) {
    const picky = tool("picky", schema as never);
    const turn = await agentOf({ a: { tools: [picky] } }).createSession().next("Go on");
    assertEquals(turn.toolResults.map(({ outcome }) => outcome), ["ok"]);
    assert(even(turn.toolResults[0]!.args.n as number));
    assertEquals(turn.events.filter(({ type }) => type === "error"), []);
  }
});

Deno.test("MockLLM.auto, throws an error with the step, the refused value and the way out", async () => {
  const picky = v.object({ id: v.pipe(v.string(), v.check((id) => id === "A-1", "No such id")) });
  const pickyAsync = v.objectAsync({
    id: v.pipeAsync(v.string(), v.checkAsync(() => Promise.resolve(false), "No such id")),
  });
  for (const args of [picky, pickyAsync as never]) {
    const session = agentOf({ a: { tools: [tool("find", args)] } }).createSession();
    const error = await assertRejects(() => session.next("Go on"), MockLLMError);
    assertEquals(session.status, "interrupted");
    for (
      const part of [
        'Cannot play a call of tool "find" in step "a": {"id":"',
        '"} is refused at decision.calls.0.args.id: No such id: ',
        'pass a valid value: MockLLM.auto({ samples: { "find": … } })',
      ]
    ) assertStringIncludes(error.message, part);
  }
  const answering = agentOf({ a: { answer: picky } }).createSession();
  const error = await assertRejects(() => answering.next("Go on"), MockLLMError);
  assertStringIncludes(error.message, 'Cannot play an answer in step "a"');
  assertStringIncludes(error.message, 'pass a valid value: MockLLM.auto({ answers: { "a": … } })');
  const none = v.object({ n: v.pipe(v.string(), v.regex(/(a)\1/)) });
  const nothing = agentOf({ a: { tools: [tool("none", none)] } }).createSession();
  await assertRejects(
    () => nothing.next("Go on"),
    MockLLMError,
    "no value could be generated for its schema",
  );
});

Deno.test("MockLLM.auto, does not replace a refused sample", async () => {
  const cases: [samples: unknown, shown: string][] = [
    [{ size: "huge" }, '{"size":"huge"} is refused at decision.calls.0.args.size'],
    [[{ size: "small", more: 1n }], "is refused"],
    [5, "5 is refused at decision.calls.0.args"],
    [() => ({ size: "huge" }), '{"size":"huge"}'],
  ];
  for (const [sample, shown] of cases) {
    const llm = MockLLM.auto({ samples: { take: sample as never } });
    const session = agentOf({ a: { tools: [take] } }, llm).createSession();
    const error = await assertRejects(() => session.next("Go on"), MockLLMError, shown);
    assertStringIncludes(error.message, 'expected the value in "samples" to match the schema');
  }
});

Deno.test("MockLLM.auto, answers a request that is not for a decision by its schema", async () => {
  const request = {
    messages: [],
    schema: { type: "object", properties: { score: { type: "number", maximum: 0.5 } } },
    schemaName: "verdict",
    stable: 0,
    legal: undefined,
    validate: (value: unknown) => ({ success: true as const, value }),
  };
  assertEquals((await MockLLM.auto().decide(request)).output, { score: 0 });
  const given = MockLLM.auto({ answers: { verdict: { score: 0.3 } } });
  assertEquals((await given.decide(request)).output, { score: 0.3 });
  const refused = { path: "", message: "Never" };
  const strict = { ...request, validate: () => ({ success: false as const, problem: refused }) };
  const error = await assertRejects(() => MockLLM.auto().decide(strict), MockLLMError, "Never");
  assertStringIncludes(error.message, 'Cannot play a reply to "verdict"');
});

Deno.test("MockLLM.auto, plays pushed entries first, and assertDone() checks only those", async () => {
  const llm = MockLLM.auto({ name: "robot" });
  assertInstanceOf(llm, MockLLM);
  assertEquals(llm.name, "robot");
  llm.assertDone();
  llm.push(raw("no JSON"), decide.respond("Mine"));
  assertThrows(() => llm.assertDone(), MockLLMError, "2 of 2");
  const agent = agentOf({ a: {} }, llm);
  const said = (await play(agent.createSession())).map(({ response }) => response);
  assertEquals(said, ["Mine", "This is step a", undefined]);
  llm.assertDone();
  assertEquals(llm.requests.length, 4);
  assertNotEquals(llm.requests[0], llm.requests[1]);
});

Deno.test("MockLLM.auto, copies a sample when it plays it", async () => {
  const size = { size: "small" };
  const llm = MockLLM.auto({ samples: { take: size } });
  const turn = await agentOf({ a: { tools: [take] } }, llm).createSession().next("Go on");
  size.size = "changed";
  assertEquals(turn.toolResults[0]!.args, { size: "small" });
});
