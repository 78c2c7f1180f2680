import {
  Agent,
  decide,
  type LLM,
  LLMError,
  LLMRequest,
  MockLLM,
  type Session,
  Tool,
} from "@nomos/agent";
import { assert, assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
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

/** A model that answers every request as the function says. */
function model(decide: (request: LLMRequest) => unknown): LLM {
  return { name: "literal", decide: async (request) => ({ output: await decide(request) }) };
}

const hello = { reasoning: [], decision: { action: "RESPOND", response: "Hello" } };

Deno.test("LLM, a model is an object literal; its output is text or a value", async () => {
  for (const output of [hello, JSON.stringify(hello), ` ${JSON.stringify(hello, null, 2)}\n`]) {
    assertEquals((await sessionOf(model(() => output)).next("Hi")).response, "Hello");
  }
});

Deno.test("LLM, sees messages, schema and what is legal, and can validate for itself", async () => {
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

Deno.test("LLM, may mend its output in place after validation refused it", async () => {
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

Deno.test("LLM, what is played is what was validated: a later change of the output has no effect", async () => {
  const llm = model(async (request) => {
    const output = structuredClone(hello) as { decision: Record<string, unknown> };
    await request.validate(output);
    output.decision = { action: "MOVE", step: "nowhere" };
    return output;
  });
  const turn = await sessionOf(llm).next("Hi");
  assert(turn.decisions.every(({ action }) => action === "RESPOND"));
});

Deno.test("LLM, counts of tokens that are no counts are left out", async () => {
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

Deno.test("LLM, a model that gives no result, or throws at once, is an LLMError with its cause", async () => {
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

Deno.test("LLM, a result that is not a promise does as well", async () => {
  const llm = { name: "direct", decide: () => ({ output: hello }) } as unknown as LLM;
  assertEquals((await sessionOf(llm).next("Hi")).response, "Hello");
});

Deno.test("LLMRequest.with, changes the signal and nothing else", async () => {
  const mock = new MockLLM([decide.call("look", { n: 3 }), decide.respond("x")]);
  const { signal } = new AbortController();
  const originals: LLMRequest[] = [];
  const llm: LLM = {
    name: "wrapper",
    decide: (request) => {
      originals.push(request);
      return mock.decide(LLMRequest.with(request, { signal }));
    },
  };
  const session = sessionOf(llm);
  const turn = await session.next("Hi");
  assertEquals([turn.response, turn.toolResults[0]?.text], ["x", "3"]);
  await session.next("more").catch(() => {});
  for (const [index, request] of mock.requests.entries()) {
    const original = originals[index]!;
    assert(request.signal === signal && original.signal === undefined);
    assertEquals(request.messages, original.messages);
    assert(request.messages.every((message, at) => message === original.messages[at]));
    assert(request.schema === original.schema && request.legal === original.legal);
    assertEquals(
      [request.step, request.sessionId, request.schemaName],
      [original.step, original.sessionId, original.schemaName],
    );
    assertInstanceOf(request, LLMRequest);
    assertEquals((await request.validate(hello)).success, true);
    assertEquals((await request.validate("")).success, false);
    assertEquals((await original.validate(hello)).success, true);
  }
});

Deno.test("LLMRequest.with, twice gives the last signal; of a literal it is a request as well", async () => {
  const [one, other] = [new AbortController().signal, new AbortController().signal];
  const literal: LLMRequest = {
    messages: [{ role: "user", content: "Hi" }],
    schema: { type: "object" },
    schemaName: "answer",
    validate: (value) => ({ success: true, value }),
  };
  const request = LLMRequest.with(LLMRequest.with(literal, { signal: one }), { signal: other });
  assert(request.signal === other && literal.signal === undefined);
  assert(request.messages === literal.messages);
  assertEquals(await request.validate(5), { success: true, value: 5 });
  const frozen = LLMRequest.with(Object.freeze(literal), { signal: other });
  assert(frozen.signal === other);
});

Deno.test("MockLLM, answers a request that is no decision, written as a literal", async () => {
  const llm = new MockLLM([decide.respond("x")]);
  const request: LLMRequest = {
    messages: [],
    schema: { type: "object", properties: { reasoning: {}, decision: {} } },
    schemaName: "summary",
    validate: (value) => ({ success: true, value }),
  };
  assertEquals(await llm.decide(request), {
    output: { reasoning: [], decision: { action: "RESPOND", response: "x" } },
  });
  await assertRejects(() => llm.decide(request), LLMError, "summary");
});

Deno.test("LLMRequest.messages, a list of its own each time it is read", async () => {
  const llm = new MockLLM([decide.respond("x"), decide.respond("y")]);
  const session = sessionOf(llm);
  await session.next("Hi");
  (llm.requests[0]!.messages as unknown[]).length = 0;
  await session.next("Hi");
  assertEquals(llm.requests.map(({ messages }) => messages.length), [3, 5]);
});

Deno.test("LLMRequest.schema, is the identical object for every decision of the same kind", async () => {
  const llm = new MockLLM([decide.respond("x")], { whenDone: "repeat" });
  const session = sessionOf(llm);
  for (let turn = 0; turn < 5; turn++) await session.next("Hi");
  assertEquals(new Set(llm.requests.map(({ schema }) => schema)).size, 1);
  assertEquals(new Set(llm.requests.map(({ legal }) => legal)).size, 1);
});
