import {
  Agent,
  type AnyTool,
  decide,
  type LLM,
  type LLMRequest,
  MockLLM,
  raw,
  Tool,
} from "@nomos/agent";
import { assert, assertEquals, assertFalse, assertStringIncludes, assertThrows } from "@std/assert";
import * as v from "valibot";

function named(name: string): AnyTool<unknown> {
  return new Tool({ name, description: name, args: v.object({}), run: () => `${name} done` });
}

function outline({ messages }: LLMRequest): string[] {
  return messages.map(({ role, content }) => `${role}: ${content.split("\n")[0]}`);
}

Deno.test("LLMRequest.messages, standing text, then history, last the current step", async () => {
  const llm = new MockLLM([
    raw("no JSON"),
    decide.calls([{ tool: "one", args: {} }, { tool: "two", args: {} }]),
    decide.move("b"),
    decide.respond("Hello"),
    decide.end(),
  ]);
  const agent = new Agent({
    name: "test",
    llm,
    start: "a",
    system: "STANDING",
    steps: {
      a: { description: "A", tools: [named("one"), named("two")], routes: { b: "go" } },
      b: { description: "B" },
    },
  });
  const session = agent.createSession();
  await session.next("Hi");
  await session.next("Bye");
  const first = ["system: STANDING", "user: Hi"];
  const isNotice = (line: string) => line.startsWith("tool: Refused (1 of 4 in this turn)");
  const refused = "tool: the notices";
  const called = `assistant: ${
    JSON.stringify({
      decision: {
        action: "TOOL_CALL",
        calls: [{ tool: "one", args: {} }, { tool: "two", args: {} }],
      },
    })
  }`;
  const results = ["tool: Result of one:", "tool: Result of two:"];
  const moved = 'assistant: {"decision":{"action":"MOVE","step":"b"}}';
  const said = 'assistant: {"decision":{"action":"RESPOND","response":"Hello"}}';
  const outlines = llm.requests.map((request) =>
    outline(request).map((line) => isNotice(line) ? refused : line)
  );
  assertEquals(outlines, [
    [...first, "system: Current step: a"],
    [...first, refused, "system: Current step: a"],
    [...first, called, ...results, refused, "system: Current step: a"],
    [...first, called, ...results, moved, refused, "system: Current step: b"],
    [...first, called, ...results, moved, said, "user: Bye", "system: Current step: b"],
  ]);
  assertEquals(llm.requests.map(({ stable }) => stable), [2, 2, 5, 6, 8]);
});

Deno.test("LLMRequest.messages, a move shows the id of the step, never its description", async () => {
  const llm = new MockLLM([decide.move("b"), decide.move("a"), decide.respond("x")]);
  const agent = new Agent({
    name: "test",
    llm,
    start: "a",
    steps: {
      a: { description: "DESCRIPTION A", routes: { b: "go" } },
      b: { description: "DESCRIPTION B", routes: { a: "back" } },
    },
  });
  await agent.createSession().next("Hi");
  for (const { messages } of llm.requests) {
    assertFalse(messages.slice(0, -1).some(({ content }) => content.includes("DESCRIPTION")));
  }
  const past = llm.requests[2]!.messages.slice(0, -1).map(({ content }) => content).join("\n");
  assert(past.includes('"step":"b"') && past.includes('"step":"a"'));
});

Deno.test("LLMRequest.messages, the agent's persona is in the first message if no step has one", async () => {
  const llm = new MockLLM([decide.move("b"), decide.respond("x")]);
  const steps = { a: { description: "A", routes: { b: "go" } }, b: { description: "B" } };
  await new Agent({ name: "test", llm, start: "a", persona: "AGENT PERSONA", steps }).next("Hi");
  for (const { messages } of llm.requests) {
    assertStringIncludes(messages[0]!.content, "AGENT PERSONA");
    assertFalse(messages.slice(1).some(({ content }) => content.includes("AGENT PERSONA")));
  }
});

Deno.test("LLMRequest.messages, if a step has a persona, the last message has it or the agent's", async () => {
  const llm = new MockLLM([decide.move("b"), decide.respond("x"), decide.respond("y")]);
  const agent = new Agent({
    name: "test",
    llm,
    start: "a",
    persona: "AGENT PERSONA",
    steps: {
      a: { description: "A", persona: "STEP PERSONA", routes: { b: "go" } },
      b: { description: "B" },
    },
  });
  await agent.createSession().next("Hi");
  for (const [index, persona] of ["STEP PERSONA", "AGENT PERSONA"].entries()) {
    const { messages } = llm.requests[index]!;
    const personal = messages.filter(({ content }) => content.includes("PERSONA"));
    assertEquals(personal, [messages.at(-1)!]);
    assertEquals(personal[0]!.content.match(/\w+ PERSONA/g), [persona]);
  }
});

Deno.test("LLMRequest, an adapter that edits its request changes no other prompt", async () => {
  const heard: string[] = [];
  const attempts: ((request: LLMRequest) => void)[] = [
    ({ messages, sessionId }) => {
      (messages[0] as { content: string }).content += ` [customer ${sessionId}]`;
    },
    ({ messages }) => {
      (messages.at(-1) as { content: string }).content = "obey";
    },
    ({ messages }) => void (messages as unknown[]).push({ role: "system", content: "obey" }),
    (request) => void ((request as { messages: unknown }).messages = []),
    ({ schema }) => void ((schema as Record<string, unknown>).properties = {}),
    ({ legal }) => void ((legal!.actions as unknown[]).length = 0),
  ];
  const llm: LLM = {
    name: "careless",
    decide: (request) => {
      heard.push(JSON.stringify([request.messages, request.schema, request.legal, request.stable]));
      for (const edit of attempts) assertThrows(() => edit(request), TypeError);
      const decision = { action: "RESPOND", response: "ok" };
      return Promise.resolve({ output: { reasoning: [], decision } });
    },
  };
  const agent = new Agent({
    name: "bank",
    llm,
    system: "You are a bank.",
    start: "talk",
    steps: { talk: { description: "Talk" } },
  });
  await agent.createSession({ id: "ann" }).next("Hi");
  const bob = agent.createSession({ id: "bob" });
  await bob.next("Hi");
  assertEquals(heard[1], heard[0]);
  // Nor the prompt of a later turn.
  await bob.next("Again");
  assert(
    heard[2]!.startsWith(
      heard[0]!.slice(0, heard[0]!.indexOf(',{"role":"system","content":"Current')),
    ),
  );
});

Deno.test("LLMRequest, can be copied by a spread", async () => {
  const mock = new MockLLM([decide.respond("ok")]);
  const seen: LLMRequest[] = [];
  const llm: LLM = {
    name: "wrapping",
    decide: (request) => {
      const messages = [...request.messages, { role: "user", content: "more" } as const];
      const copy = { ...request, messages };
      seen.push(request, copy);
      return mock.decide(copy);
    },
  };
  const agent = new Agent({ name: "test", llm, start: "a", steps: { a: { description: "A" } } });
  assertEquals((await agent.createSession().next("Hi")).response, "ok");
  const [given, copy] = seen;
  assertEquals([copy!.messages.length, copy!.schema, copy!.step], [4, given!.schema, "a"]);
  assertEquals((await copy!.validate("no JSON")).success, false);
});

Deno.test("Agent, reasoning: false removes the field from the schema and the output", async () => {
  const output = { decision: { action: "RESPOND", response: "x" } };
  const llm = new MockLLM([raw(output), raw({ reasoning: [], ...output }), raw(output)]);
  const agent = new Agent({
    name: "test",
    llm,
    start: "a",
    reasoning: false,
    steps: { a: { description: "A" } },
  });
  const session = agent.createSession();
  const turn = await session.next("Hi");
  assertEquals(turn.decision, { action: "RESPOND", response: "x", reasoning: [] });
  const { properties, required } = llm.requests[0]!.schema;
  assertEquals([Object.keys(properties as object), required], [["decision"], ["decision"]]);
  // An output with reasoning is not legal.
  const types = (await session.next("Again")).events.map(({ type }) => type);
  assertEquals(types, ["user", "error", "decision"]);
  assertEquals(llm.requests[1]!.messages[0], llm.requests[0]!.messages[0]);
});

Deno.test("Agent, a decision without reasoning is shown without it", async () => {
  const llm = new MockLLM([decide.respond("x"), decide.respond("y")]);
  const steps = { a: { description: "A" } };
  const agent = new Agent({ name: "test", llm, start: "a", reasoning: false, steps });
  const session = agent.createSession();
  await session.next("one");
  await session.next("two");
  // A field in the history would invite the model to write it.
  assertEquals(
    llm.requests[1]!.messages[2]!.content,
    '{"decision":{"action":"RESPOND","response":"x"}}',
  );
});

Deno.test("Agent, a step's reasoning option overrides the agent's", async () => {
  const llm = new MockLLM([
    decide.move("b"),
    decide.move("c", { reasoning: "why" }),
    decide.respond("x"),
  ]);
  const agent = new Agent({
    name: "test",
    llm,
    start: "a",
    reasoning: false,
    steps: {
      a: { description: "A", routes: { b: "go" } },
      b: { description: "B", reasoning: true, routes: { c: "go" } },
      c: { description: "C" },
    },
  });
  const turn = await agent.createSession().next("Hi");
  assertEquals(turn.decisions.map(({ reasoning }) => reasoning), [[], ["why"], []]);
  const fields = llm.requests.map(({ schema }) => Object.keys(schema.properties as object));
  assertEquals(fields, [["decision"], ["reasoning", "decision"], ["decision"]]);
});

Deno.test("Agent.explain, does not change later requests", async () => {
  const order: string[] = [];
  const tool = (name: string) =>
    new Tool({
      name,
      description: name,
      args: v.object({}),
      run: () => {
        order.push(name);
        return name;
      },
    });
  const build = (llm: MockLLM) =>
    new Agent({
      name: "test",
      llm,
      start: "a",
      clock: () => 0,
      ids: () => "s",
      steps: { a: { description: "A", tools: [tool("one"), tool("two")] } },
    });
  const script = [
    decide.calls([{ tool: "one", args: {} }, { tool: "two", args: {} }]),
    decide.respond("x"),
  ];
  const llm = new MockLLM(script);
  const whole = await build(llm).createSession().next("Hi");
  // The state of a process that died after the second call ended, and before the first did.
  const [user, decision, one, two, , finished] = whole.state.events;
  const events = [user!, decision!, one!, two!, { ...finished!, seq: 4 }];
  const state = { ...whole.state, status: "interrupted" as const, events };

  const later = new MockLLM(script.slice(1));
  const agent = build(later);
  const session = agent.createSession({ state });
  await agent.explain(session);
  await session.resume();
  assertEquals(later.requests[0]!.messages, llm.requests[1]!.messages);
  assertEquals(order, ["one", "two", "one"]);
});
