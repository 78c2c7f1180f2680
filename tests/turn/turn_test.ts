import { assert, assertEquals } from "@std/assert";
import { Agent, decide, type LLM, MockLLM, raw, type ScriptEntry, Tool } from "@nomos/agent";
import type { AgentOptions, SessionEvent, StepOptions, Usage } from "@nomos/agent";
import type { LLMResult } from "@nomos/agent/llm";
import * as v from "valibot";

const echo = new Tool({
  name: "echo",
  description: "",
  args: v.object({ text: v.string() }),
  run: ({ text }) => {
    if (text === "bad") throw new Error("lost");
    return text === "late" ? Promise.resolve(text) : text;
  },
});

function play(
  script: readonly ScriptEntry[],
  step: Partial<StepOptions<string, unknown>> = {},
  options: Partial<AgentOptions> = {},
): Agent {
  return new Agent({
    name: "tested",
    llm: new MockLLM(script),
    start: "start",
    steps: {
      start: { description: "Talk", tools: [echo], routes: { next: "go" }, ...step },
      next: { description: "Go on" },
    },
    ...options,
  });
}

function callEcho(...texts: string[]): ScriptEntry {
  return decide.calls(texts.map((text) => ({ tool: "echo", args: { text } })));
}

Deno.test("Turn has the last decision, and all of them in order", async () => {
  const turn = await play([callEcho("a"), decide.move("next"), decide.respond("Hi")])
    .createSession().next("Hello");
  assertEquals(turn.decisions.map(({ action }) => action), ["TOOL_CALL", "MOVE", "RESPOND"]);
  assertEquals(turn.decision, { action: "RESPOND", response: "Hi", reasoning: [] });
  assertEquals([turn.status, turn.step, turn.reason], ["waiting", "next", undefined]);
});

Deno.test("Turn without a decision has none", async () => {
  const turn = await play([]).createSession().next("Hi", { signal: AbortSignal.abort() });
  assertEquals([turn.decision, turn.decisions, turn.response], [undefined, [], undefined]);
  assertEquals([turn.toolResults, turn.suggestions, turn.usage], [[], [], {}]);
  assertEquals([turn.reason, turn.prompt], [undefined, undefined]);
});

Deno.test("Turn does not have the decision of an earlier turn", async () => {
  const session = play([decide.respond("one"), raw(""), raw(""), raw("")], {}, { maxErrors: 1 })
    .createSession();
  await session.next("a");
  const turn = await session.next("b");
  assertEquals([turn.decision, turn.response, turn.reason], [undefined, undefined, "errors"]);
});

Deno.test("Turn.response is the output of the answer schema, and the decision has the model's answer", async () => {
  const answer = v.object({ day: v.pipe(v.string(), v.transform((text) => new Date(text))) });
  const turn = await play([decide.respond({ day: "2026-01-01" })], { answer }).createSession()
    .next("When?");
  assertEquals(turn.response, { day: new Date("2026-01-01") });
  assertEquals(turn.decision?.action === "RESPOND" && turn.decision.response, {
    day: "2026-01-01",
  });
  assertEquals(JSON.parse(JSON.stringify(turn.state)), turn.state);
});

Deno.test("Turn.response may be changed without changing the log", async () => {
  const answer = v.object({ list: v.array(v.string()) });
  const turn = await play([decide.respond({ list: ["a"] })], { answer }).createSession().next("x");
  (turn.response as { list: string[] }).list.push("b");
  assertEquals(turn.decision?.action === "RESPOND" && turn.decision.response, { list: ["a"] });
});

Deno.test("Turn.suggestions are those of its response", async () => {
  const script = [
    decide.respond("Tea?", { suggestions: ["Yes", "No"] }),
    decide.respond("Tea!"),
    decide.end("Bye"),
  ];
  const session = play(script, { suggestions: true }).createSession();
  assertEquals((await session.next("a")).suggestions, ["Yes", "No"]);
  assertEquals((await session.next("b")).suggestions, []);
  assertEquals((await session.next("c")).suggestions, []);
});

Deno.test("Turn.toolResults are in the order of the decisions and of their calls", async () => {
  const script = [callEcho("late", "early"), callEcho("bad"), callEcho("late", "early")];
  const turn = await play([...script, decide.respond("ok")]).createSession({ id: "s" }).next("Hi");
  assertEquals(turn.toolResults.map(({ args, outcome, text }) => [args.text, outcome, text]), [
    ["late", "ok", "late"],
    ["early", "ok", "early"],
    ["bad", "error", "lost"],
    ["late", "ok", "late"],
    ["early", "ok", "early"],
  ]);
  const keys = turn.toolResults.map(({ callKey }) => callKey);
  assertEquals(new Set(keys).size, 5);
  assertEquals(Object.keys(turn.toolResults[0]!), ["tool", "args", "callKey", "outcome", "text"]);
});

Deno.test("Turn.toolResults of a resumed turn have the arguments of the decision before it", async () => {
  const agent = play([callEcho("a", "b"), decide.respond("ok")]);
  const session = agent.createSession();
  for await (const event of session.stream("Hi")) if (event.type === "tool_started") break;
  const turn = await agent.createSession({ state: session.state }).resume();
  assertEquals(turn.toolResults.map(({ args, text }) => [args.text, text]), [["a", "a"], [
    "b",
    "b",
  ]]);
  assertEquals(turn.events.slice(0, 3).map(({ type }) => type), [
    "tool_started",
    "tool_started",
    "tool_finished",
  ]);
});

/** A model with these outputs and their usage. */
function costing(...results: [ScriptEntry, unknown][]): LLM {
  const script = new MockLLM(results.map(([entry]) => entry));
  let at = 0;
  return {
    name: "costing",
    decide: async (request): Promise<LLMResult> => {
      const [, usage] = results[at++]!;
      return { ...await script.decide(request), usage: usage as Usage };
    },
  };
}

Deno.test("Turn.usage adds the tokens of all model calls of the turn, refused ones included", async () => {
  const llm = costing(
    [callEcho("a"), { input: 10, output: 1, cachedInput: 5 }],
    [raw(""), { input: 20, output: 2, reasoning: 7 }],
    [decide.respond("ok"), { input: 30, output: 3 }],
    [decide.respond("more"), { input: 1 }],
  );
  const session = play([], {}, { llm }).createSession();
  const turn = await session.next("Hi");
  assertEquals(turn.usage, { input: 60, output: 6, cachedInput: 5, reasoning: 7 });
  assertEquals((await session.next("More")).usage, { input: 1 });
  assertEquals(turn.usage, { input: 60, output: 6, cachedInput: 5, reasoning: 7 });
});

Deno.test("Turn.usage leaves out invalid counts", async () => {
  const bad = { input: -1, output: 1.5, cachedInput: "9", reasoning: 1e18, extra: 4 };
  for (const usage of [bad, null, undefined, "lots", 7, [], NaN]) {
    const llm = costing([decide.respond("ok"), usage]);
    const session = play([], {}, { llm }).createSession();
    assertEquals((await session.next("Hi")).usage, {});
    const state = JSON.parse(JSON.stringify(session.state));
    assertEquals(play([]).createSession({ state }).state, state);
  }
});

Deno.test("Turn.prompt reports how much of the last request is unchanged", async () => {
  const session = play([decide.respond("one"), callEcho("a"), decide.respond("two")])
    .createSession();
  const first = await session.next("a");
  assertEquals([first.prompt?.messages, first.prompt?.stableMessages], [3, 0]);
  const second = await session.next("b");
  assertEquals([second.prompt?.messages, second.prompt?.stableMessages], [7, 4]);
  assert(second.prompt!.stableChars < second.prompt!.chars);
  assertEquals(first.prompt?.messages, 3);
});

Deno.test("Turn does not change when the session continues", async () => {
  const session = play([callEcho("a"), decide.respond("one"), decide.move("next"), decide.end()])
    .createSession();
  const turn = await session.next("a");
  const read = () =>
    structuredClone([
      turn.status,
      turn.step,
      turn.reason,
      turn.decision,
      turn.decisions,
      turn.events,
      turn.toolResults,
      turn.usage,
      turn.state,
      turn.prompt,
    ]);
  const before = read();
  const last = await session.next("b");
  assertEquals(read(), before);
  assertEquals([last.status, last.step, last.response], ["ended", "next", undefined]);
});

Deno.test("Turn.events are those of the turn alone, each once", async () => {
  const session = play([decide.respond("one"), callEcho("a"), decide.respond("two")])
    .createSession();
  const first = await session.next("a");
  const second = await session.next("b");
  assertEquals([...first.events, ...second.events], session.state.events);
});

Deno.test("Turn.state continues the session as it was after that turn", async () => {
  const agent = play([decide.respond("one"), decide.respond("two"), decide.respond("three")]);
  const session = agent.createSession({ id: "s" });
  const turn = await session.next("a");
  await session.next("b");
  const state = JSON.parse(JSON.stringify(turn.state));
  assertEquals(state, turn.state);
  const fork = agent.createSession({ state });
  assertEquals((await fork.next("c")).events.map(({ seq }) => seq), [2, 3]);
  assertEquals(session.state.events.length, 4);
});

Deno.test("Turn of a stopped turn is interrupted, and so is its state", async () => {
  const session = play([callEcho("a"), decide.respond("ok")]).createSession();
  const turn = await session.next("a", { stopAfter: "tool" });
  assertEquals([turn.status, turn.state.status, turn.decision?.action], [
    "interrupted",
    "interrupted",
    "TOOL_CALL",
  ]);
  const done = await session.resume();
  assertEquals([turn.status, turn.state.status], ["interrupted", "interrupted"]);
  assertEquals([done.status, done.events.length], ["waiting", 1]);
});

Deno.test("Turn is also returned by a stream", async () => {
  const stream = play([callEcho("a"), decide.respond("ok")]).createSession().stream("Hi");
  const events = [];
  let result = await stream.next();
  for (; !result.done; result = await stream.next()) events.push(result.value);
  assertEquals(result.value.events, events as SessionEvent[]);
  assertEquals(await stream.next(), result);
});

Deno.test("Turn.toJSON() returns the result, with the fields that are getters", async () => {
  const llm = costing(
    [callEcho("bad"), { input: 10, output: 1 }],
    [decide.respond("Tea?", { suggestions: ["Yes"] }), { input: 20, output: 2 }],
  );
  const options = { llm, cost: () => 0.5, ids: () => "s" };
  const turn = await play([], { suggestions: true }, options).createSession().next("Hi");
  const { status, step, data, approvals, response, suggestions, usage, cost } = turn;
  assertEquals([usage, cost, suggestions], [{ input: 30, output: 3 }, 1, ["Yes"]]);
  const [{ cause, ...lost }] = turn.toolResults as [typeof turn.toolResults[0]];
  assert(cause instanceof Error);
  assertEquals(JSON.parse(JSON.stringify(turn)), {
    ...{ status, step, data, approvals, response, suggestions, usage, cost },
    toolResults: [lost],
  });
});

Deno.test("Turn.toJSON() has the limit that ended the turn", async () => {
  const options = { limits: { turn: { modelCalls: 1 } } };
  const turn = await play([callEcho("a")], {}, options).createSession().next("Hi");
  assertEquals(turn.toJSON().reason, "modelCalls");
});
