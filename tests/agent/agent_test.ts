import {
  Agent,
  AgentError,
  type AgentOptions,
  ConfigError,
  decide,
  type Example,
  type LLM,
  MockLLM,
  raw,
  SchemaCache,
  type StepOptions,
  Tool,
} from "@nomos/agent";
import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertNotEquals,
  assertRejects,
  assertThrows,
} from "@std/assert";
import { memoryStore } from "@nomos/agent/store";
import * as v from "valibot";

const look = new Tool({ name: "look", description: "L", args: v.object({}), run: () => "seen" });

/** Options of a small graph, changed as a JavaScript program could. */
function options(changes: Record<string, unknown> = {}): AgentOptions<Record<"a" | "b", unknown>> {
  const steps = {
    a: { description: "A", routes: { b: "go" }, tools: [look] },
    b: { description: "B", routes: { a: "back" } },
  };
  return { name: "test", llm: new MockLLM(), start: "a", steps, ...changes } as never;
}

const BAD: Readonly<Record<string, Record<string, unknown>>> = {
  "no name": { name: undefined },
  "an empty name": { name: "" },
  "a big integer as name": { name: 1n },
  "no model": { llm: undefined },
  "null as model": { llm: null },
  "text as model": { llm: "gpt" },
  "a function as model": { llm: () => ({}) },
  "a model without a name": { llm: { decide: () => {} } },
  "a model without decide": { llm: { name: "x" } },
  "models without a default": { llm: { fast: new MockLLM() } },
  "a default model that is nothing": { llm: { default: undefined } },
  "a model that is no model": { llm: { default: new MockLLM(), fast: {} } },
  "text as maxErrors": { maxErrors: "3" },
  "a symbol as maxErrors": { maxErrors: Symbol("3") },
  "a negative maxErrors": { maxErrors: -1 },
  "a fraction as maxErrors": { maxErrors: 0.5 },
  "a single round as maxRepeats": { maxRepeats: 1 },
  "a number as context": { context: 5 },
  "an unknown option": { maxError: 3 },
  "no maxIterations": { maxIterations: 0 },
  "infinite maxIterations": { maxIterations: Infinity },
  "no maxResultChars": { maxResultChars: 0 },
  "negative maxExamples": { maxExamples: -1 },
  "an exampleThreshold above 1": { exampleThreshold: 2 },
  "an exampleThreshold below 0": { exampleThreshold: -0.1 },
  "an exampleThreshold that is no number": { exampleThreshold: NaN },
  "text as exampleThreshold": { exampleThreshold: "0.5" },
  "a number as system": { system: 5 },
  "null as system": { system: null },
  "a number as persona": { persona: 5 },
  "text as reasoning": { reasoning: "no" },
  "a number as clock": { clock: 5 },
  "text as ids": { ids: "s" },
  "a likeness of a schema cache": { schemaCache: { built: 0 } },
};

for (const [what, changes] of Object.entries(BAD)) {
  Deno.test(`Agent, refuses with a message: ${what}`, () => {
    const error = assertThrows(() => new Agent(options(changes)), ConfigError);
    assertEquals(error.code, "CONFIG_INVALID");
    assert(error.message.startsWith("Cannot build agent") && error.message.includes("expected"));
  });
}

Deno.test("Agent, refuses with a message: no options at all", () => {
  for (const nothing of [undefined, null, 5, "test"]) {
    assertThrows(() => new Agent(nothing as never), AgentError);
  }
});

Deno.test("Agent, exposes its name and its warnings", () => {
  const agent = new Agent(options());
  assertEquals([agent.name, agent.warnings], ["test", []]);
});

Deno.test("Agent.createSession, refuses invalid ids, options and states with a message", () => {
  const agent = new Agent(options()) as unknown as { createSession(...values: unknown[]): unknown };
  for (const id of ["", 5, null, 1n, {}, Symbol("s")]) {
    assertThrows(() => agent.createSession({ id }), ConfigError, "expected text");
  }
  for (const nothing of [null, 5, "s"]) {
    assertThrows(() => agent.createSession(nothing), ConfigError);
  }
  assertThrows(() => agent.createSession({ state: null }), AgentError);
});

Deno.test("Agent.createSession, new ids are random, unless ids returns them", () => {
  const agent = new Agent(options());
  assertNotEquals(agent.createSession().id, agent.createSession().id);
  let count = 0;
  const counting = new Agent(options({ ids: () => `s${++count}` }));
  assertEquals([counting.createSession().id, counting.createSession().id], ["s1", "s3"]);
  assertEquals([counting.createSession({ id: "mine" }).id, count], ["mine", 5]);
});

Deno.test("Agent, an ids function that returns no id fails when the session is created", async () => {
  const store = memoryStore();
  for (const id of ["", undefined, 5]) {
    const agent = new Agent(options({ ids: () => id }));
    for (const named of [{}, { id: "s" }]) {
      assertThrows(() => agent.createSession(named), ConfigError, 'option "ids" returned');
    }
    await assertRejects(() => agent.openSession("s", { store }), ConfigError);
  }
  assertEquals(await store.read("s"), undefined);
});

Deno.test("Agent, sessions share nothing but the agent", async () => {
  const agent = new Agent(options({ llm: new MockLLM([decide.move("b"), decide.respond("x")]) }));
  const [one, other] = [agent.createSession(), agent.createSession()];
  await one.next("Hi");
  assertEquals([one.step, other.step, other.state.events], ["b", "a", []]);
});

Deno.test("Agent.explain, returns exactly the request that is sent next", async () => {
  const script = [
    decide.respond("Hello"),
    raw({ reasoning: [], decision: { action: "MOVE", step: "nowhere" } }),
    decide.move("b"),
    decide.respond("Hello from b"),
    decide.move("a"),
    decide.call("look"),
    decide.respond("Seen"),
  ];
  const llm = new MockLLM(script);
  const agent = new Agent(options({ llm, persona: "You are Ada." }));
  const session = agent.createSession();
  for (let count = 0; llm.requests.length < script.length; count++) {
    const explained = await agent.explain(session);
    const events = session.state.events.length;
    const before = llm.requests.length;
    await session.next(undefined, { stopAfter: count % 2 ? "tool" : "move" });
    const { messages, schema, legal } = llm.requests[before]!;
    assertEquals({ ...explained }, { messages, schema, legal: legal!, llm: "mock" });
    assert(explained.messages.every((message, index) => message === messages[index]));
    assert(explained.schema === schema && explained.legal === legal);
    assert(session.state.events.length > events);
  }
  assertEquals(session.state.events.filter(({ type }) => type === "error").length, 1);
});

Deno.test("Agent.explain, sends nothing and writes nothing", async () => {
  const llm = new MockLLM();
  const agent = new Agent(options({ llm }));
  const session = agent.createSession();
  await agent.explain(session);
  await agent.explain(session);
  assertEquals([llm.requests.length, session.state.events, session.status], [0, [], "waiting"]);
});

Deno.test("Agent.explain, shows the respond_only limit that precedes the next request", async () => {
  const llm = new MockLLM([decide.call("look"), decide.respond("Done")]);
  const agent = new Agent(options({ llm, maxIterations: 1 }));
  const session = agent.createSession();
  await session.next("Hi", { stopAfter: "tool" });
  const { messages, legal } = await agent.explain(session);
  await session.resume();
  const sent = llm.requests.at(-1)!;
  assertEquals(sent.legal!.actions, ["RESPOND"]);
  assertEquals({ legal, messages }, { legal: sent.legal, messages: sent.messages });
});

Deno.test("Agent.explain, refuses the session of another agent, an equal one included", async () => {
  const [one, other] = [new Agent(options()), new Agent(options())];
  await assertRejects(() => one.explain(other.createSession({ id: "s" })), ConfigError, '"s"');
  for (const nothing of [undefined, null, {}, "s"]) {
    await assertRejects(() => one.explain(nothing as never), ConfigError);
  }
});

Deno.test("Agent.next, accepts input, state, context and the options of a turn", async () => {
  const who = new Tool({
    name: "who",
    description: "W",
    args: v.object({}),
    run: (_, { context }: { readonly context: { readonly user: string } }) => context.user,
  });
  const llm = new MockLLM([decide.call("who"), decide.respond("Hello")]);
  const steps = { a: { description: "A", tools: [who] } };
  const agent = new Agent({ name: "test", llm, start: "a", steps, ids: () => "s" });
  const first = await agent.next("Hi", undefined, { context: { user: "Ada" }, stopAfter: "tool" });
  assertEquals([first.status, first.toolResults[0]!.text], ["interrupted", "Ada"]);
  const second = await agent.next(undefined, first.state, { context: { user: "Bob" } });
  assertEquals([second.response, second.state.sessionId], ["Hello", "s"]);
  const signal = AbortSignal.abort();
  const third = await agent.next("Bye", second.state, { context: { user: "Eve" }, signal });
  assertEquals([third.status, llm.requests.length], ["interrupted", 2]);
});

Deno.test("Agent.next, throws the errors of a session", async () => {
  const agent = new Agent(options({ llm: new MockLLM([decide.end()]) }));
  const { state } = await agent.next("Bye");
  await assertRejects(() => agent.next("Hi", state), AgentError, "has ended");
  await assertRejects(() => agent.next("Hi", { version: 9 } as never), AgentError, "version");
});

Deno.test("Agent, later changes to its options change nothing", async () => {
  const examples: Example[] = [{ context: "kept", decision: "x" }];
  const routes: { a?: string; b: { when: string } } = { b: { when: "go" } };
  const tools = [look];
  const steps: Record<string, StepOptions> = {
    a: { description: "A", routes, tools, examples },
    b: { description: "B" },
  };
  const named = [look];
  const llm = { default: new MockLLM() as LLM };
  const given = { name: "test", llm, start: "a", steps, tools: named, persona: "P", maxErrors: 1 };
  const agent = new Agent(given);
  const explain = async () => JSON.stringify(await agent.explain(agent.createSession({ id: "s" })));
  const other = new Agent(given);
  const before = [await explain(), agent.diagram()];

  examples.push({ context: "added", decision: "y" });
  (examples[0] as { context: string }).context = "changed";
  routes.a = "again";
  routes.b.when = "changed";
  tools.pop();
  named.pop();
  (steps.a as { description: string }).description = "changed";
  delete steps.b;
  llm.default = { name: "changed", decide: () => Promise.reject(new Error("changed")) };
  Object.assign(given, { start: "b", persona: "changed", name: "changed" });

  assertEquals([await explain(), agent.diagram()], before);
  assertEquals(agent.name, "test");
  // They do not reach an agent that had not built its messages yet either.
  const late = await other.explain(other.createSession({ id: "s" }));
  assertEquals(JSON.stringify(late), before[0]);
});

Deno.test("Agent, a step may name one of several models", async () => {
  const models = {
    default: new MockLLM([decide.move("b")], { name: "slow" }),
    quick: new MockLLM([decide.respond("x")], { name: "quick" }),
  };
  const agent = new Agent({
    name: "test",
    llm: models,
    start: "a",
    steps: {
      a: { description: "A", routes: { b: "go" }, llm: "default" },
      b: { description: "B", llm: "quick" },
    },
  });
  const session = agent.createSession();
  assertEquals((await agent.explain(session)).llm, "slow");
  await session.next("Hi");
  assertEquals((await agent.explain(session)).llm, "quick");
  models.default.assertDone();
  models.quick.assertDone();
  // The request to another model has the whole past, too.
  assertEquals(models.quick.requests[0]!.messages.length, 4);
});

Deno.test("Agent, maxIterations, maxErrors and maxResultChars have effect", async () => {
  const long = new Tool({
    name: "long",
    description: "L",
    args: v.object({}),
    run: () => "x".repeat(99),
  });
  const llm = new MockLLM([decide.call("long"), decide.respond("Done"), raw(1), raw(2)]);
  const agent = new Agent({
    name: "test",
    llm,
    start: "a",
    maxIterations: 1,
    maxErrors: 0,
    maxResultChars: 10,
    steps: { a: { description: "A", tools: [long] } },
  });
  const session = agent.createSession();
  const turn = await session.next("Hi");
  assertEquals(turn.events.map(({ type }) => type).at(-2), "respond_only");
  assertEquals(turn.toolResults[0]!.text, "xxxxxxxxxx\n[cut: 10 of 99 characters]");
  const limited = await session.next("Hi");
  assertEquals([limited.status, limited.reason], ["limited", "errors"]);
});

Deno.test("Agent, maxRepeats is the number of equal rounds that counts as a loop", async () => {
  const looks = Array.from({ length: 6 }, () => decide.call("look"));
  const cases: [maxRepeats: number | undefined, calls: number][] = [
    [undefined, 3],
    [2, 2],
    [5, 5],
    [Infinity, 6],
  ];
  for (const [maxRepeats, calls] of cases) {
    const llm = new MockLLM([...looks.slice(0, calls), decide.respond("Seen")]);
    const agent = new Agent(options({ llm, ...(maxRepeats && { maxRepeats }) }));
    const { events, toolResults } = await agent.createSession().next("Look");
    assertEquals(toolResults.length, calls);
    const last = events.find(({ type }) => type === "respond_only");
    assertEquals(last?.type === "respond_only" && last.reason, calls < 6 && "loop");
  }
});

Deno.test("Agent, a schema cache of its own is used instead of that of the process", async () => {
  const schemaCache = new SchemaCache();
  const agent = new Agent(options({ schemaCache }));
  await agent.explain(agent.createSession());
  assertEquals([schemaCache.built, schemaCache.hits], [2, 1]);
});

Deno.test("Agent, its errors are AgentErrors with a code", () => {
  const error = assertThrows(() => new Agent(options({ start: "z" })));
  assertInstanceOf(error, AgentError);
  assertEquals([error.name, error.code], ["GraphError", "GRAPH_INVALID"]);
});
