import {
  Agent,
  ConfigError,
  decide,
  GraphError,
  type LLM,
  type LLMRequest,
  MockLLM,
  MockLLMError,
  raw,
  RunError,
  type Session,
  Tool,
  type Turn,
} from "@nomos/agent";
import { openaiStrict } from "@nomos/agent/llm";
import { openai } from "@nomos/agent/openai";
import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import * as v from "valibot";

const look = new Tool({
  name: "look",
  description: "Look",
  args: v.object({ size: v.optional(v.picklist(["small", "large"])) }),
  run: ({ size }) => `seen ${size}`,
});

function sessionOf(llm: MockLLM): Session<Turn<"a" | "b">> {
  return new Agent({
    name: "test",
    llm,
    start: "a",
    steps: { a: { description: "A", tools: [look], routes: { b: "go" } }, b: { description: "B" } },
  }).createSession({ id: "s" });
}

Deno.test("MockLLM, plays decisions in order", async () => {
  const llm = new MockLLM([
    decide.call("look"),
    decide.move("b"),
    decide.respond("one"),
    decide.end("two"),
  ]);
  const session = sessionOf(llm);
  const turn = await session.next("Hi");
  assertEquals([turn.step, turn.response, turn.toolResults[0]?.text], [
    "b",
    "one",
    "seen undefined",
  ]);
  assertEquals((await session.next("Bye")).response, "two");
  llm.assertDone();
});

Deno.test("MockLLM, plays functions of the request, including asynchronous and nested ones", async () => {
  const seen: LLMRequest[] = [];
  const llm = new MockLLM([
    (request) => {
      seen.push(request);
      return decide.respond(`in ${request.step}`);
    },
    async () => {
      await Promise.resolve();
      return decide.respond("later");
    },
    () => () =>
      Promise.resolve(() =>
        raw('{"reasoning":[],"decision":{"action":"RESPOND","response":"raw"}}')
      ),
  ]);
  const session = sessionOf(llm);
  assertEquals((await session.next("1")).response, "in a");
  assertEquals((await session.next("2")).response, "later");
  assertEquals((await session.next("3")).response, "raw");
  assert(seen[0] === llm.requests[0]);
});

Deno.test("MockLLM, validates the entry that a function returns", async () => {
  await assertRejects(
    () => sessionOf(new MockLLM([() => decide.move("nowhere")])).next("Hi"),
    MockLLMError,
    '"nowhere"',
  );
  const failed = await assertRejects(() => {
    return sessionOf(new MockLLM([() => new RangeError("vendor down")])).next("Hi");
  });
  assertInstanceOf((failed as Error).cause, RangeError);
});

Deno.test("MockLLM, rejects a function that does not return an entry, and names the call", async () => {
  for (const nothing of [undefined, null, 5, "text", {}]) {
    const llm = new MockLLM([() => nothing as never]);
    const error = await assertRejects(() => sessionOf(llm).next("Hi"), MockLLMError);
    assertStringIncludes(error.message, "call 1");
  }
});

Deno.test("raw, is played unchanged, as text or value, legal or not", async () => {
  const legal = { reasoning: [], decision: { action: "RESPOND", response: "x" } };
  for (const output of [legal, JSON.stringify(legal)]) {
    assertEquals((await sessionOf(new MockLLM([raw(output)])).next("Hi")).response, "x");
  }
  for (const output of ["no JSON", null, undefined, 5, [legal], { decision: legal }, () => legal]) {
    const turn = await sessionOf(new MockLLM([raw(output), raw(legal)])).next("Hi");
    assertEquals(turn.events.map(({ type }) => type), ["user", "error", "decision"]);
  }
});

Deno.test("MockLLM, throws the errors of its script, after which the session resumes", async () => {
  const down = new Error("vendor down");
  const session = sessionOf(new MockLLM([down, decide.respond("back")]));
  const error = await assertRejects(() => session.next("Hi"), RunError, "vendor down");
  assert(error.cause === down);
  assertEquals(session.status, "interrupted");
  assertEquals((await session.resume()).response, "back");
});

Deno.test("MockLLM, throws an LLMError of its script unchanged", async () => {
  const refused = new MockLLMError("refused");
  const error = await assertRejects(() => sessionOf(new MockLLM([refused])).next("Hi"));
  assert(error === refused);
});

Deno.test("MockLLM, names the call, the step and the legal actions of an extra call", async () => {
  const session = sessionOf(new MockLLM([decide.move("b")]));
  const error = await assertRejects(() => session.next("Hi"), MockLLMError);
  assertEquals(error.code, "MOCK_LLM");
  for (const part of ["call 2", "1 entries", 'step "b"', "RESPOND, END"]) {
    assertStringIncludes(error.message, part);
  }
  await assertRejects(() => sessionOf(new MockLLM()).next("Hi"), MockLLMError, "call 1");
});

Deno.test("MockLLM.push, appends entries, even while the script is played", async () => {
  const llm = new MockLLM([decide.respond("one")]);
  const session = sessionOf(llm);
  llm.push(decide.respond("two"), () => {
    llm.push(decide.respond("four"));
    return decide.respond("three");
  });
  const said: unknown[] = [];
  for (let turn = 0; turn < 4; turn++) said.push((await session.next("Hi")).response);
  assertEquals(said, ["one", "two", "three", "four"]);
  llm.assertDone();
});

Deno.test("MockLLM.push, after an extra call lets the session resume with the pushed entry", async () => {
  const llm = new MockLLM();
  const session = sessionOf(llm);
  await assertRejects(() => session.next("Hi"), MockLLMError);
  llm.push(decide.respond("late"));
  assertThrows(() => llm.assertDone(), MockLLMError, "1 of 1 entries remain");
  assertEquals((await session.resume()).response, "late");
  llm.assertDone();
});

Deno.test("MockLLM, copies its script", async () => {
  const script = [decide.respond("one")];
  const llm = new MockLLM(script);
  script.push(decide.respond("two"));
  await sessionOf(llm).next("Hi");
  llm.assertDone();
});

Deno.test("MockLLM.assertDone, throws the number of remaining entries and the next one", async () => {
  const llm = new MockLLM([decide.respond("x"), decide.move("b"), new Error("late"), () => raw(1)]);
  const error = assertThrows(() => llm.assertDone(), MockLLMError);
  assertStringIncludes(error.message, "4 of 4 entries remain");
  const session = sessionOf(llm);
  await session.next("Hi");
  assertStringIncludes(
    assertThrows(() => llm.assertDone(), MockLLMError).message,
    '"action":"MOVE"',
  );
  await assertRejects(() => session.next("Hi"));
  assertStringIncludes(assertThrows(() => llm.assertDone(), MockLLMError).message, "a function");
  new MockLLM().assertDone();
});

Deno.test("MockLLM, with whenDone repeat, plays the last entry again and again", async () => {
  const llm = new MockLLM([decide.respond("one"), decide.respond("two")], { whenDone: "repeat" });
  const session = sessionOf(llm);
  const said: unknown[] = [];
  for (let turn = 0; turn < 4; turn++) said.push((await session.next("Hi")).response);
  assertEquals(said, ["one", "two", "two", "two"]);
  llm.assertDone();
  await assertRejects(
    () => sessionOf(new MockLLM([], { whenDone: "repeat" })).next("Hi"),
    MockLLMError,
  );
});

Deno.test("MockLLM, with whenDone repeat, plays entries pushed later, then repeats the last", async () => {
  const llm = new MockLLM([decide.respond("a")], { whenDone: "repeat" });
  const session = sessionOf(llm);
  for (let turn = 0; turn < 3; turn++) await session.next("Hi");
  llm.push(decide.respond("b"), decide.respond("c"));
  const said: unknown[] = [];
  for (let turn = 0; turn < 3; turn++) said.push((await session.next("Hi")).response);
  assertEquals(said, ["b", "c", "c"]);
});

Deno.test("MockLLM, rejects an illegal decision, and names step, decision and legal actions", async () => {
  const illegal = [
    decide.move("nowhere"),
    decide.move("a"),
    decide.call("unknown"),
    decide.call("look", { size: "huge" }),
    decide.call("look", { surplus: Symbol("x") }),
    decide.calls([]),
    decide.respond(5),
    decide.respond("x", { suggestions: ["y"] }),
    { action: "DANCE", reasoning: [] } as never,
  ];
  for (const entry of illegal) {
    const session = sessionOf(new MockLLM([entry]));
    const error = await assertRejects(() => session.next("Hi"), MockLLMError);
    assertStringIncludes(error.message, "call 1");
    assertStringIncludes(error.message, 'step "a"');
    assertStringIncludes(error.message, JSON.stringify(entry));
    assertStringIncludes(error.message, '"actions":["RESPOND","TOOL_CALL","MOVE","END"]');
    assertStringIncludes(error.message, '"routes":["b"]');
    assertEquals([session.status, session.state.events.length], ["interrupted", 2]);
  }
});

Deno.test("MockLLM, with validate false, plays an illegal decision, which the agent refuses", async () => {
  const llm = new MockLLM([decide.move("nowhere"), decide.move("b"), decide.respond("x")], {
    validate: false,
  });
  const turn = await sessionOf(llm).next("Hi");
  assertEquals(turn.events.map(({ type }) => type), [
    "user",
    "error",
    "decision",
    "moved",
    "decision",
  ]);
});

Deno.test("MockLLM, omits the reasoning of decisions in a step without reasoning", async () => {
  const steps = { a: { description: "A", reasoning: false } };
  const llm = new MockLLM([decide.respond("x", { reasoning: "why" })]);
  const turn = await new Agent({ name: "test", llm, start: "a", steps }).createSession().next("Hi");
  assertEquals(turn.decision, { action: "RESPOND", response: "x", reasoning: [] });
});

Deno.test("MockLLM.requests, share earlier messages, the schema and the legal actions", async () => {
  const llm = new MockLLM([decide.respond("ok")], { whenDone: "repeat" });
  const session = sessionOf(llm);
  for (let turn = 0; turn < 200; turn++) await session.next("Hi");
  const messages = new Set(llm.requests.flatMap(({ messages }) => messages));
  // The standing text, the input of each turn, the answer of each but the last, and the step.
  assertEquals(messages.size, 1 + 200 + 199 + 1);
  assertEquals(llm.requests[99]!.messages.length, 2 * 99 + 3);
  assertEquals(new Set(llm.requests.flatMap(({ schema, legal }) => [schema, legal])).size, 2);
});

Deno.test("MockLLM.requests, contain step, session, signal, schema and legal actions", async () => {
  const llm = new MockLLM([decide.move("b"), decide.respond("x")]);
  await sessionOf(llm).next("Hi");
  const [first, second] = llm.requests;
  assertEquals([first!.step, second!.step], ["a", "b"]);
  assertEquals([first!.sessionId, first!.schemaName], ["s", "decision"]);
  assert(first!.signal instanceof AbortSignal && second!.signal === first!.signal);
  assertEquals(second!.legal, { actions: ["RESPOND", "END"], routes: [], tools: [] });
  assertEquals(second!.schema.type, "object");
});

Deno.test("MockLLM.embed, counts the letters a to z, ignoring case and other characters", async () => {
  const [abba, mixed, none, foreign] = await new MockLLM().embed(["abba", "Zz 9!", "", "äß😀"]);
  assertEquals(abba, [2, 2, ...new Array(24).fill(0)]);
  assertEquals(mixed, [...new Array(25).fill(0), 2]);
  assertEquals([none, foreign], [new Array(26).fill(0), new Array(26).fill(0)]);
  assertEquals(await new MockLLM().embed([]), []);
});

Deno.test("MockLLM, is named mock unless name is set, and its name is in errors", async () => {
  assertEquals([new MockLLM().name, new MockLLM([], { name: "fast" }).name], ["mock", "fast"]);
  const llm = new MockLLM([new Error("down")], { name: "fast" });
  await assertRejects(() => sessionOf(llm).next("Hi"), RunError, "fast: down");
});

Deno.test("MockLLM, serves several sessions concurrently", async () => {
  const llm = new MockLLM([({ sessionId }) => decide.respond(sessionId)], { whenDone: "repeat" });
  const steps = { a: { description: "A" } };
  const agent = new Agent({ name: "test", llm, start: "a", steps });
  const ids = Array.from({ length: 20 }, (_, index) => `s${index}`);
  const turns = await Promise.all(ids.map((id) => agent.createSession({ id }).next("Hi")));
  assertEquals(turns.map(({ response }) => response), ids);
});

/** Builds an agent whose tool takes a record, which the default profile refuses. */
function pricedAgent(llm: LLM): Agent {
  const setPrices = new Tool({
    name: "set_prices",
    description: "Set prices",
    args: v.object({ prices: v.record(v.string(), v.number()), note: v.unknown() }),
    run: ({ prices, note }) => ({ prices, note }),
  });
  const steps = { serve: { description: "Serve", tools: [setPrices] } };
  return new Agent({ name: "priced", llm, start: "serve", steps });
}

const local = openai({ model: "qwen3", baseURL: "http://localhost:11434/v1" });

Deno.test("MockLLM plays an agent whose schema only the profile of another model takes", async () => {
  assertThrows(() => pricedAgent(new MockLLM()), GraphError, "set its schemaProfile");
  const { schemaProfile } = local;
  const args = { prices: { latte: 4 }, note: [1, null] };
  for (const options of [{ like: local }, { schemaProfile: schemaProfile! }]) {
    const llm = new MockLLM([decide.call("set_prices", args), decide.respond("Set")], options);
    assertEquals(llm.schemaProfile, schemaProfile);
    const turn = await pricedAgent(llm).createSession().next("A latte is 4");
    assertEquals(turn.toolResults.map(({ text }) => JSON.parse(text)), [args]);
  }
  const auto = pricedAgent(MockLLM.auto({ like: local })).createSession();
  assertEquals((await auto.next("Go")).toolResults.map(({ outcome }) => outcome), ["ok"]);
});

Deno.test("MockLLM has a schema profile only if one is set, and the option overrides the model's", () => {
  assert(!("schemaProfile" in new MockLLM([], { like: new MockLLM() })));
  const llm = new MockLLM([], { like: local, schemaProfile: openaiStrict });
  assertEquals(llm.schemaProfile, openaiStrict);
  for (const like of ["openai/gpt-5-mini", { default: local }, null]) {
    for (const create of [(o: object) => new MockLLM([], o), (o: object) => MockLLM.auto(o)]) {
      assertThrows(() => create({ like }), ConfigError, "expected a model, with decide()");
    }
  }
});
