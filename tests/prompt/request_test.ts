import { Agent, type AnyTool, decide, type LLMRequest, MockLLM, raw, Tool } from "@nomos/agent";
import { assert, assertEquals, assertFalse, assertStringIncludes } from "@std/assert";
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
  const refused = "tool: The last output was refused:";
  const called = `assistant: ${
    JSON.stringify({
      reasoning: [],
      decision: {
        action: "TOOL_CALL",
        calls: [{ tool: "one", args: {} }, { tool: "two", args: {} }],
      },
    })
  }`;
  const results = ["tool: Result of one:", "tool: Result of two:"];
  const moved = 'assistant: {"reasoning":[],"decision":{"action":"MOVE","step":"b"}}';
  const said = 'assistant: {"reasoning":[],"decision":{"action":"RESPOND","response":"Hello"}}';
  assertEquals(llm.requests.map(outline), [
    [...first, "system: Current step: a"],
    [...first, refused, "system: Current step: a"],
    [...first, refused, called, ...results, "system: Current step: a"],
    [...first, refused, called, ...results, moved, "system: Current step: b"],
    [...first, refused, called, ...results, moved, said, "user: Bye", "system: Current step: b"],
  ]);
});

Deno.test("LLMRequest.messages, a move is marked by the id of the step, never by its description", async () => {
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

Deno.test("LLMRequest.messages, the agent's persona stands first, a step's in the last message alone", async () => {
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
  const places = llm.requests.map(({ messages }) =>
    messages.flatMap(({ content }, index) => content.includes("STEP PERSONA") ? [index] : [])
  );
  assertEquals(places, [[llm.requests[0]!.messages.length - 1], []]);
  for (const { messages } of llm.requests) {
    assertStringIncludes(messages[0]!.content, "AGENT PERSONA");
    assertFalse(messages.slice(1).some(({ content }) => content.includes("AGENT PERSONA")));
  }
});

Deno.test("Agent, reasoning false takes the field out of the schema and the output", async () => {
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
  // With reasoning it is no legal output.
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
  // What the model wrote had no such field; shown with one it would be told to write it.
  assertEquals(
    llm.requests[1]!.messages[2]!.content,
    '{"decision":{"action":"RESPOND","response":"x"}}',
  );
});

Deno.test("Agent, a step's reasoning wins over the agent's", async () => {
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

Deno.test("Agent.explain, changes nothing of what is sent later", async () => {
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
  // A process that died when the second call had ended and the first had not.
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
