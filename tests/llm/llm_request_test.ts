import {
  Agent,
  decide,
  type LLM,
  LLMError,
  type LLMRequest,
  MockLLM,
  type Session,
  Tool,
} from "@nomos/agent";
import { assert, assertEquals, assertRejects, assertStrictEquals, assertThrows } from "@std/assert";
import * as v from "valibot";

function sessionOf(llm: LLM): Session {
  const look = new Tool({
    name: "look",
    description: "L",
    args: v.object({ n: v.optional(v.number()) }),
    run: ({ n }) => `${n}`,
  });
  const steps = { a: { description: "A", tools: [look] } };
  return new Agent({ name: "test", llm, start: "a", steps }).createSession({ id: "s" });
}

/** Creates a model whose outputs a function returns. */
function model(decide: (request: LLMRequest) => unknown): LLM {
  return { name: "literal", decide: async (request) => ({ output: await decide(request) }) };
}

const hello = { reasoning: [], decision: { action: "RESPOND", response: "Hello" } };

Deno.test("LLM, an object literal is a model, and its output is text or a value", async () => {
  for (const output of [hello, JSON.stringify(hello), ` ${JSON.stringify(hello, null, 2)}\n`]) {
    assertEquals((await sessionOf(model(() => output)).next("Hi")).response, "Hello");
  }
});

Deno.test("LLM, receives messages, schema and legal actions, and can validate its output", async () => {
  const seen: unknown[] = [];
  const llm = model(async (request) => {
    seen.push(request.messages.at(1)?.content, request.legal?.actions, request.step);
    seen.push((await request.validate("no JSON")).success);
    seen.push((await request.validate(hello)).success, (await request.validate(hello)).success);
    return hello;
  });
  assertEquals((await sessionOf(llm).next("Hi")).response, "Hello");
  assertEquals(seen, ["Hi", ["RESPOND", "TOOL_CALL", "END"], "a", false, true, true]);
});

Deno.test("LLM, may correct its output in place after a failed validation", async () => {
  const llm = model(async (request) => {
    const output = structuredClone(hello) as { decision: { response: unknown } };
    output.decision.response = 5;
    const { success } = await request.validate(output);
    if (!success) output.decision.response = "5";
    return output;
  });
  const turn = await sessionOf(llm).next("Hi");
  assertEquals(turn.events.map(({ type }) => type), ["user", "decision"]);
  assertEquals(turn.response, "5");
});

Deno.test("LLM, a change of the output after validation has no effect", async () => {
  const llm = model(async (request) => {
    const output = structuredClone(hello) as { decision: Record<string, unknown> };
    await request.validate(output);
    output.decision = { action: "MOVE", step: "nowhere" };
    return output;
  });
  const turn = await sessionOf(llm).next("Hi");
  assert(turn.decisions.every(({ action }) => action === "RESPOND"));
});

Deno.test("LLM, invalid token counts are dropped", async () => {
  const usages: [unknown, unknown][] = [
    [{ input: 3, output: 2, cachedInput: 1, reasoning: 0 }, {
      input: 3,
      output: 2,
      cachedInput: 1,
      reasoning: 0,
    }],
    [{ input: -1, output: NaN, cachedInput: "3", reasoning: 1.5 }, {}],
    [{ input: 3, surplus: 4 }, { input: 3 }],
    [undefined, {}],
    [null, {}],
    [5, {}],
  ];
  for (const [usage, expected] of usages) {
    const llm = { name: "literal", decide: () => Promise.resolve({ output: hello, usage }) } as LLM;
    const turn = await sessionOf(llm).next("Hi");
    assertEquals(turn.usage, expected);
    assertEquals(JSON.parse(JSON.stringify(turn.state)), turn.state);
  }
});

Deno.test("LLM, a model that returns no result or throws synchronously causes an LLMError with its cause", async () => {
  const failure = new RangeError("down");
  const broken: LLM[] = [
    { name: "broken", decide: () => Promise.resolve(undefined as never) },
    { name: "broken", decide: () => Promise.resolve("text" as never) },
    { name: "broken", decide: () => null as never },
    {
      name: "broken",
      decide: () => {
        throw failure;
      },
    },
    { name: "broken", decide: () => Promise.reject(failure) },
    { name: "broken", decide: () => Promise.reject("text") },
    { name: "broken", decide: () => Promise.reject(undefined) },
  ];
  for (const llm of broken) {
    const session = sessionOf(llm);
    const error = await assertRejects(() => session.next("Hi"), LLMError, "broken");
    assertEquals([error.code, session.status], ["LLM_FAILED", "interrupted"]);
    if (error.cause instanceof RangeError) assert(error.cause === failure);
  }
});

Deno.test("LLM, a result need not be a promise", async () => {
  const llm = { name: "direct", decide: () => ({ output: hello }) } as unknown as LLM;
  assertEquals((await sessionOf(llm).next("Hi")).response, "Hello");
});

Deno.test("LLMRequest, a copy by spreading has all properties of the request", async () => {
  const mock = new MockLLM([decide.call("look", { n: 3 }), decide.respond("x")]);
  const { signal } = new AbortController();
  const originals: LLMRequest[] = [];
  const llm: LLM = {
    name: "wrapper",
    decide: (request) => {
      originals.push(request);
      return mock.decide({ ...request, signal });
    },
  };
  const turn = await sessionOf(llm).next("Hi");
  assertEquals([turn.response, turn.toolResults[0]?.text], ["x", "3"]);
  for (const [index, request] of mock.requests.entries()) {
    const original = originals[index]!;
    assertStrictEquals(request.signal, signal);
    assertEquals({ ...request, signal: original.signal }, { ...original });
    assertStrictEquals(request.messages, original.messages);
    assertStrictEquals(request.schema, original.schema);
    const { validate } = request;
    assertEquals((await validate(hello)).success, true);
    assertEquals((await validate("")).success, false);
    assertEquals((await original.validate(hello)).success, true);
  }
});

Deno.test("LLMRequest, a model cannot modify the requests of other sessions", async () => {
  const heard: string[] = [];
  const llm = model((request) => {
    heard.push(...request.messages.map(({ content }) => content));
    for (const message of request.messages as readonly { content: string }[]) {
      assertThrows(() => message.content += ` [customer of ${request.sessionId}]`, TypeError);
    }
    assertThrows(() => (request.messages as unknown[]).pop(), TypeError);
    assertThrows(() => Object.assign(request, { messages: [] }), TypeError);
    return hello;
  });
  const agent = new Agent({ name: "bank", llm, start: "a", steps: { a: { description: "A" } } });
  for (const id of ["ann", "bob"]) await agent.createSession({ id }).next("Hi");
  assertEquals(heard.slice(0, heard.length / 2), heard.slice(heard.length / 2));
  assertEquals(heard.filter((text) => text.includes("customer")), []);
});

Deno.test("LLMRequest.stable, counts the messages that the next request repeats", async () => {
  const llm = new MockLLM([decide.call("look"), decide.respond("x"), decide.respond("y")]);
  const session = sessionOf(llm);
  await session.next("Hi");
  await session.next("Hi");
  assertEquals(llm.requests.map(({ stable }) => stable), [2, 4, 6]);
  for (const [index, { messages, stable }] of llm.requests.slice(0, -1).entries()) {
    const next = llm.requests[index + 1]!;
    assert(messages.slice(0, stable).every((message, at) => message === next.messages[at]));
  }
});

Deno.test("MockLLM, answers a request literal that is not for a decision", async () => {
  const llm = new MockLLM([decide.respond("x")]);
  const request: LLMRequest = {
    messages: [],
    schema: { type: "object", properties: { reasoning: {}, decision: {} } },
    stable: 0,
    schemaName: "summary",
    validate: (value) => ({ success: true, value }),
  };
  assertEquals(await llm.decide(request), {
    output: { reasoning: [], decision: { action: "RESPOND", response: "x" } },
  });
  await assertRejects(() => llm.decide(request), LLMError, "summary");
});

Deno.test("LLMRequest.messages, are the same list each time they are read", async () => {
  const llm = new MockLLM([decide.respond("x"), decide.respond("y")]);
  const session = sessionOf(llm);
  await session.next("Hi");
  const [first] = llm.requests;
  const { messages } = first!;
  await session.next("Hi");
  assertStrictEquals(first!.messages, messages);
  assertEquals(llm.requests.map(({ messages }) => messages.length), [3, 5]);
});

Deno.test("LLMRequest.schema, is the same object for all decisions with the same legal actions", async () => {
  const llm = new MockLLM([decide.respond("x")], { whenDone: "repeat" });
  const session = sessionOf(llm);
  for (let turn = 0; turn < 5; turn++) await session.next("Hi");
  assertEquals(new Set(llm.requests.map(({ schema }) => schema)).size, 1);
  assertEquals(new Set(llm.requests.map(({ legal }) => legal)).size, 1);
});
