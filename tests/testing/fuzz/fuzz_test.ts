import { Agent, MockLLM, Tool } from "@nomos/agent";
import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import * as v from "valibot";
import {
  fuzz,
  FuzzError,
  type FuzzTurn,
  playFuzzCase,
  type ToolBehaviour,
} from "@nomos/agent/testing";
import { TOOL_BEHAVIOURS } from "../../../src/testing/fuzz/behaviours.ts";
import { exploredAgent } from "../explored_agent.ts";

const turn = (more: Partial<FuzzTurn>): FuzzTurn => ({
  input: "Hi",
  outputs: [],
  tools: [],
  ...more,
});

/** Creates an agent whose clock fails after 20 readings. */
function brokenAgent(): Agent {
  let asked = 0;
  return new Agent({
    name: "broken",
    llm: new MockLLM(),
    start: "talk",
    steps: { talk: { description: "Talk" } },
    clock: () => {
      if (++asked > 20) throw new Error("The clock stands still");
      return asked;
    },
  });
}

Deno.test("fuzz() passes a correct agent", async () => {
  await fuzz(exploredAgent(), { runs: 60 });
});

Deno.test("fuzz() throws an error with the smallest failing case as a test", async () => {
  const error = await assertRejects(() => fuzz(brokenAgent()), FuzzError);
  assertEquals(error.code, "FUZZ_FAILED");
  assertEquals(error.fuzzCase.turns.length, 1);
  assertEquals(error.problems.map(({ check }) => check), ["error"]);
  assertStringIncludes(error.message, "The clock stands still");
  assertStringIncludes(
    error.message,
    `Deno.test("agent broken survives a case found by fuzz()", async () => {
  const found = ${JSON.stringify(error.fuzzCase)} as const;
  assertEquals(await playFuzzCase(agent, found), []);
});`,
  );
});

Deno.test("fuzz() prints a case that playFuzzCase() plays again", async () => {
  const error = await assertRejects(() => fuzz(brokenAgent()), FuzzError);
  const printed = JSON.parse(/found = (.*) as const/.exec(error.message)![1]!);
  const agent = brokenAgent();
  let problems: readonly unknown[] = [];
  for (let played = 0; played < 25 && problems.length === 0; played++) {
    problems = await playFuzzCase(agent, printed);
  }
  assertEquals(problems, error.problems);
});

Deno.test("fuzz() finds the same case for the same seed", async () => {
  const find = async (seed: number) => {
    const error = await assertRejects(() => fuzz(brokenAgent(), { seed }), FuzzError);
    return JSON.stringify(error.fuzzCase);
  };
  assertEquals(await find(3), await find(3));
});

Deno.test("fuzz() and playFuzzCase() refuse a value that is not an agent", async () => {
  await assertRejects(() => fuzz({}), Error, "Cannot fuzz an object: expected an Agent");
  await assertRejects(
    () => playFuzzCase({}, { turns: [] }),
    Error,
    "Cannot play a case with an object: expected an Agent",
  );
});

for (const behaviour of Object.keys(TOOL_BEHAVIOURS) as ToolBehaviour[]) {
  Deno.test(`playFuzzCase() plays a tool with behaviour "${behaviour}"`, async () => {
    const calls = [{ tool: "get_menu", args: { size: null } }];
    const outputs = [{ kind: "calls", calls }] as const;
    const turns = [turn({ outputs, tools: [behaviour] }), turn({})];
    assertEquals(await playFuzzCase(exploredAgent(), { turns }), []);
  });
}

Deno.test("playFuzzCase() plays outputs of every kind, aborts and concurrent turns", async () => {
  const turns = [
    turn({ outputs: [{ kind: "raw", output: "Sure! {" }, { kind: "raw", output: null }] }),
    turn({ outputs: [{ kind: "failure" }] }),
    turn({ outputs: [{ kind: "huge", characters: 100_000 }] }),
    turn({ outputs: [{ kind: "huge", characters: 4_000_001 }] }),
    turn({ abortAfter: 0 }),
    turn({ outputs: [{ kind: "legal", pick: 1, text: "" }], abortAfter: 1 }),
    turn({ isDoubled: true }),
    turn({ outputs: [{ kind: "legal", pick: -1 + 8, text: "Bye" }] }),
  ];
  assertEquals(await playFuzzCase(exploredAgent(), { turns }), []);
});

Deno.test("playFuzzCase() finds an illegal output that was not refused", async () => {
  const decision = { action: "RESPOND", response: "Hello" };
  const outputs = [{ kind: "illegal", output: { reasoning: [], decision } }] as const;
  const problems = await playFuzzCase(exploredAgent(), { turns: [turn({ outputs })] });
  assertEquals(problems, [{
    check: "decision",
    message: 'an illegal output became {"action":"RESPOND","response":"Hello","reasoning":[]}: ' +
      "expected a refusal",
  }]);
});

Deno.test("playFuzzCase() plays structured answers from a sample", async () => {
  const answer = v.pipe(v.object({ code: v.string() }), v.check(({ code }) => code === "42"));
  const agent = new Agent({
    name: "structured",
    llm: new MockLLM(),
    start: "talk",
    steps: { talk: { description: "Talk", answer } },
  });
  const outputs = [{ kind: "legal", pick: 0, text: "ignored" }] as const;
  const answers = { talk: { code: "42" } };
  assertEquals(await playFuzzCase(agent, { turns: [turn({ outputs })] }, { answers }), []);
});

Deno.test("fuzz() calls neither the agent's tools nor its model", async () => {
  let called = 0;
  const tool = new Tool({
    name: "pay",
    description: "Take the money",
    args: v.object({ cents: v.number() }),
    run: () => called++,
  });
  const llm = new MockLLM();
  const agent = new Agent({
    name: "untouched",
    llm,
    start: "pay",
    steps: { pay: { description: "Pay", tools: [tool] } },
  });
  await fuzz(agent, { runs: 30 });
  assertEquals([called, llm.requests.length], [0, 0]);
  assert(agent.name === "untouched");
  assertInstanceOf(agent, Agent);
});

Deno.test("playFuzzCase() plays a crash while calls stopped by a limit are closed", async () => {
  const tool = new Tool({ name: "t", description: "", args: v.object({}), run: () => "" });
  const agent = new Agent({
    name: "held",
    llm: new MockLLM(),
    start: "a",
    steps: { a: { description: "A", tools: [tool] } },
  });
  const calls = [{ tool: "t", args: {} }, { tool: "t", args: {} }];
  const found = {
    turns: [
      { outputs: [{ kind: "calls", calls }], tools: [] },
      { outputs: [], tools: [], diesAfter: 1 },
    ],
    limits: { turn: { toolCalls: 0 } },
  } as const;
  assertEquals(await playFuzzCase(agent, found), []);
});
