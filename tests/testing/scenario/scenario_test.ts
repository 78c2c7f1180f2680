import {
  Agent,
  ConfigError,
  decide,
  LLMError,
  MockLLM,
  raw,
  RunError,
  Tool,
  type ToolContext,
} from "@nomos/agent";
import {
  assertScenario,
  type Check,
  type Conversation,
  judge,
  JudgeError,
  scenario,
  ScenarioError,
  type ScenarioResult,
  trajectoryOf,
} from "@nomos/agent/testing";
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { cafe, type CafeStep } from "./cafe_fixture.ts";
import * as v from "valibot";

const ok = decide.respond("ok");

function repeating(): Agent<Record<CafeStep, unknown>> {
  return cafe(new MockLLM([ok], { whenDone: "repeat" }));
}

/** Plays a conversation of one turn with these checks. */
function playChecked(checks: Record<string, Check<CafeStep>>): Promise<ScenarioResult<CafeStep>> {
  return scenario({ agent: repeating(), goal: "Chat", user: ["Hi"], checks });
}

Deno.test("scenario() plays a list of inputs and returns the conversation", async () => {
  const llm = new MockLLM([decide.move("order"), decide.respond("Small or large?"), ok]);
  const result = await scenario({
    agent: cafe(llm),
    goal: "Get a latte",
    user: ["A latte", "Large"],
    checks: { "is short": ({ turns }) => turns.length === 2 },
  });
  assertEquals(result.ending, "user");
  assertEquals(result.turns.map(({ step, response }) => [step, response]), [
    ["order", "Small or large?"],
    ["order", "ok"],
  ]);
  assertEquals(result.messages, [
    { by: "user", text: "A latte" },
    { by: "agent", text: "Small or large?" },
    { by: "user", text: "Large" },
    { by: "agent", text: "ok" },
  ]);
  assertEquals(result.transcript.split("\n")[1], "greet → order");
  assertEquals(result.events.length, 6);
  assertEquals([result.goal, result.passed], ["Get a latte", true]);
  assertEquals(result.checks, [{ name: "is short", passed: true }]);
  assert(result.assert() === result);
  llm.assertDone();
});

Deno.test("scenario() passes the conversation so far to a user function", async () => {
  const seen: Conversation[] = [];
  const result = await scenario({
    agent: repeating(),
    goal: "Chat",
    user: (conversation) => {
      seen.push(conversation);
      return ["1", Promise.resolve({ message: "2", isDone: false }), undefined][seen.length - 1];
    },
    checks: {},
  });
  assertEquals([result.ending, result.turns.length], ["user", 2]);
  assertEquals(seen.map(({ goal, messages }) => [goal, messages.map(({ text }) => text).join()]), [
    ["Chat", ""],
    ["Chat", "1,ok"],
    ["Chat", "1,ok,2,ok"],
  ]);
});

Deno.test("scenario() answers the last input of a user who is done", async () => {
  let asked = 0;
  const result = await scenario({
    agent: repeating(),
    goal: "Chat",
    user: () => ({ message: `${++asked}`, isDone: true }),
    checks: {},
  });
  assertEquals([asked, result.turns.length, result.ending], [1, 1, "user"]);
  assertEquals(result.messages.at(-1)?.text, "ok");
});

Deno.test("scenario() lets the agent speak first if the first input is empty", async () => {
  const { transcript } = await scenario({
    agent: repeating(),
    goal: "Be greeted",
    user: ["", "Hi"],
    checks: {},
  });
  assertEquals(transcript, "agent: ok\nuser: Hi\nagent: ok");
});

Deno.test("scenario() stops when the session ends, even if inputs remain", async () => {
  const result = await scenario({
    agent: cafe(new MockLLM([ok, decide.end()])),
    goal: "Chat",
    user: ["1", "2", "3"],
    checks: {},
  });
  assertEquals([result.ending, result.turns.length], ["ended", 2]);
  // The end of the session takes precedence over the end of the inputs.
  const last = await scenario({
    agent: cafe(new MockLLM([decide.end()])),
    goal: "Chat",
    user: ["1"],
    checks: {},
  });
  assertEquals(last.ending, "ended");
});

Deno.test("scenario() stops when a limit ends the turn", async () => {
  const result = await scenario({
    agent: cafe(new MockLLM([raw("?")], { whenDone: "repeat" })),
    goal: "Chat",
    user: ["1", "2"],
    checks: {},
  });
  assertEquals([result.ending, result.turns.length], ["limited", 1]);
  assertEquals(result.transcript.split("\n").at(-1), "limited: errors");
});

Deno.test("scenario() plays at most maxTurns inputs, by default 10 of a user function", async () => {
  const forever = { agent: repeating(), goal: "Chat", user: () => "more", checks: {} };
  const result = await scenario(forever);
  assertEquals([result.ending, result.turns.length], ["maxTurns", 10]);
  assertEquals((await scenario({ ...forever, maxTurns: 3 })).turns.length, 3);
  const many = Array.from({ length: 15 }, (_, at) => `${at}`);
  const list = { agent: repeating(), goal: "Chat", user: many, checks: {} };
  assertEquals((await scenario(list)).turns.length, 15);
  assertEquals((await scenario({ ...list, maxTurns: 15 })).ending, "user");
  assertEquals((await scenario({ ...list, maxTurns: 14 })).ending, "maxTurns");
});

Deno.test("scenario() refuses an empty list of inputs and an invalid input", async () => {
  const parts = { agent: repeating(), goal: "Chat", checks: {} };
  await assertRejects(
    () => scenario({ ...parts, user: [] }),
    ConfigError,
    'Cannot play scenario "Chat" with an empty list of inputs: expected at least one',
  );
  for (const maxTurns of [0, -1, 1.5, NaN]) {
    await assertRejects(
      () => scenario({ ...parts, user: ["Hi"], maxTurns }),
      ConfigError,
      `with maxTurns ${maxTurns}: expected a whole number of at least 1`,
    );
  }
  for (const input of [null, 5, {}, { message: null, isDone: true }]) {
    await assertRejects(
      () => scenario({ ...parts, user: () => input as never }),
      ConfigError,
      "expected text, { message, isDone } or undefined",
    );
  }
});

Deno.test("scenario() passes on errors of the agent's model", async () => {
  const agent = cafe(new MockLLM([ok, new Error("vendor down")]));
  await assertRejects(
    () => scenario({ agent, goal: "Chat", user: ["1", "2"], checks: {} }),
    LLMError,
    "vendor down",
  );
});

Deno.test("scenario() passes the context to tools and requires it if they declare one", async () => {
  const pay = new Tool({
    name: "pay",
    description: "Pay",
    args: v.object({}),
    run: (_, { context }: ToolContext<unknown, { readonly paid: string[] }>) => {
      context.paid.push("once");
      return "paid";
    },
  });
  const agent = new Agent({
    name: "shop",
    llm: new MockLLM([decide.call("pay"), ok]),
    start: "a",
    steps: { a: { description: "A", tools: [pay] } },
  });
  const context = { paid: [] as string[] };
  const parts = { agent, goal: "Pay", user: ["Pay"], checks: {} };
  // @ts-expect-error: the context is missing
  const _missing = () => scenario(parts);
  const result = await scenario({ ...parts, context });
  assertEquals(context.paid, ["once"]);
  trajectoryOf(result).called("pay");
});

Deno.test("scenario() passes a check that returns true, a passing verdict or a trajectory", async () => {
  const result = await playChecked({
    true: () => true,
    later: () => Promise.resolve(true),
    verdict: () => ({ passed: true, reason: "seen", score: 0.7 }),
    trajectory: (played) => trajectoryOf(played).answered("ok").never.moved("greet", "order"),
  });
  assert(result.passed);
  assertEquals(result.checks, [
    { name: "true", passed: true },
    { name: "later", passed: true },
    { name: "verdict", passed: true, reason: "seen", score: 0.7 },
    { name: "trajectory", passed: true },
  ]);
});

Deno.test("scenario() fails a check that throws or returns anything else", async () => {
  const thrown = new TypeError("no such thing");
  const result = await playChecked({
    false: () => false,
    verdict: () => ({ passed: false, reason: "seen\n- forged", score: 0.2 }),
    throws: () => {
      throw thrown;
    },
    rejects: () => Promise.reject("text"),
    nothing: () => undefined as never,
    text: () => "yes" as never,
    object: () => ({}) as never,
  });
  assertEquals(result.passed, false);
  const expectation = "expected true, false or { passed, reason }";
  assertEquals(result.checks, [
    { name: "false", passed: false },
    { name: "verdict", passed: false, reason: "seen\\n- forged", score: 0.2 },
    { name: "throws", passed: false, reason: "no such thing", error: thrown },
    { name: "rejects", passed: false, reason: "text", error: "text" },
    { name: "nothing", passed: false, reason: `it returned undefined: ${expectation}` },
    { name: "text", passed: false, reason: `it returned "yes": ${expectation}` },
    { name: "object", passed: false, reason: `it returned an object: ${expectation}` },
  ]);
});

Deno.test("scenario() runs checks one after another, in order", async () => {
  const order: string[] = [];
  const check = (name: string) => async () => {
    order.push(`${name} begins`);
    await Promise.resolve();
    order.push(`${name} ends`);
    return true;
  };
  await playChecked({ b: check("b"), a: check("a") });
  assertEquals(order, ["b begins", "b ends", "a begins", "a ends"]);
});

Deno.test("scenario() takes unknown steps in checks as compile errors", async () => {
  await scenario({
    agent: repeating(),
    goal: "Chat",
    user: ["Hi"],
    checks: {
      // @ts-expect-error: no step "ordr"
      moves: (played) => trajectoryOf(played).moved("greet", "ordr"),
      // @ts-expect-error: a check that gives nothing says nothing
      silent: () => {},
    },
  });
});

Deno.test("assertScenario() returns the result if every check passed", async () => {
  const result = await assertScenario({
    agent: repeating(),
    goal: "Chat",
    user: ["Hi"],
    checks: { "is short": () => true },
  });
  assertEquals(result.turns.length, 1);
});

Deno.test("assertScenario() throws an error with the failed checks, their reasons and the transcript", async () => {
  const judging = new MockLLM([raw({ reason: "It was\u001b[2J curt", score: 0.2 })]);
  const error = await assertRejects(() =>
    assertScenario({
      agent: cafe(new MockLLM([ok, decide.end("Bye")])),
      goal: "Be treated well",
      user: ["Hi", "Bye"],
      checks: {
        "is short": () => true,
        "is polite": judge(judging, "Polite"),
        "takes the order": (played) => trajectoryOf(played).moved("greet", "order"),
        "is cheap": () => {
          throw new Error("cost 5\nexpected 4");
        },
        "is quick": () => false,
      },
    }), ScenarioError);
  assert(error instanceof RunError);
  assertEquals(error.code, "SCENARIO_FAILED");
  assertEquals(
    error.message,
    [
      'Scenario "Be treated well" failed: 4 of 5 checks failed:',
      "- is polite: score 0.2: It was\\u001b[2J curt",
      '- takes the order: Cannot find a move "greet" → "order": expected it in the transcript',
      "- is cheap: cost 5",
      "  expected 4",
      "- is quick",
      "",
      'Transcript (ending "ended", 2 turns):',
      "user: Hi",
      "agent: ok",
      "user: Bye",
      "agent: Bye",
      "ended",
    ].join("\n"),
  );
  assertStringIncludes(String((error.cause as Error).message), "Cannot find a move");
});

Deno.test("assertScenario() fails with a JudgeError as its cause", async () => {
  const judging = new MockLLM([raw("8/10")], { whenDone: "repeat" });
  const error = await assertRejects(() =>
    assertScenario({
      agent: repeating(),
      goal: "Chat",
      user: ["Hi"],
      checks: { "is polite": judge(judging, "Polite") },
    }), ScenarioError);
  assert(error.cause instanceof JudgeError);
  assertStringIncludes(error.message, '- is polite: Cannot judge "Polite"');
});
