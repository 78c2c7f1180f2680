import { assert, assertEquals } from "@std/assert";
import { Agent, decide, type LLM, MockLLM, raw, RedirectError, Tool } from "@nomos/agent";
import type { AnyTool, ScriptEntry, Session, SessionEvent } from "@nomos/agent";
import type { LLMChunk, LLMResult } from "@nomos/agent/llm";
import * as v from "valibot";

const none = v.object({});
const never = () => new Promise<never>(() => {});

function agentOf(llm: LLM, ...tools: AnyTool<unknown>[]): Agent {
  const routes = { next: "always" };
  return new Agent({
    name: "tested",
    llm,
    start: "start",
    steps: { start: { description: "Work", tools, routes }, next: { description: "On", tools } },
  });
}

function types(events: readonly SessionEvent[]): string {
  return events.map(({ type }) => type).join(" ");
}

/** Asserts that sequence numbers have no gaps, that every started call has one end, and that the state is valid. */
function assertSound(agent: Agent, session: Session): void {
  const state = JSON.parse(JSON.stringify(session.state));
  const { events } = session.state;
  assertEquals(events.map(({ seq }) => seq), events.map((_, index) => index));
  const keys = (type: string) =>
    events.flatMap((event) => event.type === type && "callKey" in event ? [event.callKey] : [])
      .toSorted();
  // A call that was deferred is started again before it runs.
  assertEquals(keys("tool_finished"), [...new Set(keys("tool_started"))]);
  assertEquals(agent.createSession({ state }).state, state);
}

Deno.test("abort: a signal that is already aborted keeps the input and asks no model", async () => {
  const llm = new MockLLM([decide.respond("Hello")]);
  const agent = agentOf(llm);
  const session = agent.createSession();
  const turn = await session.next("Hi", { signal: AbortSignal.abort() });
  assertEquals([turn.status, session.status, types(turn.events)], [
    "interrupted",
    "interrupted",
    "user",
  ]);
  assertEquals(llm.requests.length, 0);
  assertEquals((await session.resume()).response, "Hello");
  assertSound(agent, session);
});

Deno.test("abort: an aborted turn without input leaves nothing and can be resumed", async () => {
  const llm = new MockLLM([decide.respond("Hello")]);
  const agent = agentOf(llm);
  const session = agent.createSession();
  const turn = await session.next(undefined, { signal: AbortSignal.abort() });
  assertEquals([turn.status, turn.events, turn.state.status], ["interrupted", [], "interrupted"]);
  assertSound(agent, session);
  const state = JSON.parse(JSON.stringify(turn.state));
  assertEquals((await agent.createSession({ state }).resume()).response, "Hello");
});

Deno.test("abort: an aborted turn of a limited session is interrupted, not limited", async () => {
  const agent = agentOf(new MockLLM(new Array(5).fill(raw(""))));
  const session = agent.createSession();
  assertEquals((await session.next("Hi")).status, "limited");
  const turn = await session.resume({ signal: AbortSignal.abort() });
  assertEquals([turn.status, turn.reason, session.status], [
    "interrupted",
    undefined,
    "interrupted",
  ]);
});

Deno.test("abort: during a model call, the turn ends at once, and a late answer is dropped", async () => {
  const late = Promise.withResolvers<LLMResult>();
  const controller = new AbortController();
  let given: AbortSignal | undefined;
  const agent = agentOf({
    name: "slow",
    decide: (request) => {
      given = request.signal;
      queueMicrotask(() => controller.abort());
      return late.promise;
    },
  });
  const session = agent.createSession();
  const turn = await session.next("Hi", { signal: controller.signal });
  assertEquals([turn.status, types(turn.events)], ["interrupted", "user model_failed"]);
  assertEquals(given?.reason, controller.signal.reason);
  late.resolve({ output: { reasoning: [], decision: { action: "RESPOND", response: "late" } } });
  await late.promise;
  assertEquals(session.state.events.length, 2);
  assertSound(agent, session);
});

Deno.test("abort: a model that fails later, or because of the abort, throws nothing", async () => {
  for (const isLate of [true, false]) {
    const late = Promise.withResolvers<LLMResult>();
    const controller = new AbortController();
    const agent = agentOf({
      name: "failing",
      decide: () => {
        if (!isLate) {
          controller.abort();
          return Promise.reject(controller.signal.reason);
        }
        queueMicrotask(() => controller.abort());
        return late.promise;
      },
    });
    const turn = await agent.createSession().next("Hi", { signal: controller.signal });
    assertEquals(turn.status, "interrupted");
    if (isLate) late.reject(new Error("late"));
  }
});

Deno.test("abort: a model that returns a thenable is not awaited either", async () => {
  const controller = new AbortController();
  const thenable = { then: () => controller.abort() } as unknown as Promise<LLMResult>;
  const session = agentOf({ name: "odd", decide: () => thenable }).createSession();
  const waiting = session.next("Hi", { signal: controller.signal }).then(({ status }) => status);
  assertEquals(await Promise.race([waiting, afterMicrotasks("hangs")]), "interrupted");
});

Deno.test("abort: a model whose stream never closes is not awaited", async () => {
  const controller = new AbortController();
  const output = { reasoning: [], decision: decide.respond("Hello") };
  const chunks: AsyncIterator<LLMChunk> = {
    next: () => Promise.resolve({ done: false, value: { type: "result", result: { output } } }),
    return: () => {
      controller.abort();
      return never();
    },
  };
  const stream = () => ({ [Symbol.asyncIterator]: () => chunks });
  const session = agentOf({ name: "unending", decide: never, stream }).createSession();
  const turn = await session.next("Hi", { signal: controller.signal });
  assertEquals([turn.status, types(turn.events)], ["interrupted", "user model_failed"]);
});

Deno.test("abort: a validation of arguments that never settles is not awaited", async () => {
  const controller = new AbortController();
  const args = v.pipeAsync(
    v.objectAsync({}),
    v.checkAsync(() => {
      queueMicrotask(() => controller.abort());
      return never();
    }),
  );
  const tool = new Tool({ name: "checked", description: "", args, run: () => "" });
  const decision = { action: "TOOL_CALL", calls: [{ tool: "checked", args: {} }] };
  const llm = new MockLLM([raw({ reasoning: [], decision })]);
  const session = agentOf(llm, tool as unknown as AnyTool<unknown>).createSession();
  const waiting = session.next("Hi", { signal: controller.signal }).then(({ status }) => status);
  assertEquals(await Promise.race([waiting, afterMicrotasks("hangs")]), "interrupted");
});

Deno.test("abort: a tool that ignores it is given up, and its late result is dropped", async () => {
  const late = Promise.withResolvers<string>();
  const controller = new AbortController();
  let given: AbortSignal | undefined;
  const slow = new Tool({
    name: "slow",
    description: "",
    args: none,
    run: (_, { signal }) => {
      given = signal;
      queueMicrotask(() => controller.abort());
      return late.promise;
    },
  });
  const llm = new MockLLM([decide.call("slow"), decide.respond("What now?")]);
  const agent = agentOf(llm, slow);
  const session = agent.createSession();
  const turn = await session.next("Hi", { signal: controller.signal });
  assertEquals(turn.status, "interrupted");
  assertEquals(turn.toolResults.map(({ outcome }) => outcome), ["unknown"]);
  assert(given?.aborted);
  late.resolve("late");
  await late.promise;
  assertSound(agent, session);
  const resumed = await session.resume();
  assertEquals([types(resumed.events), resumed.response], ["decision", "What now?"]);
});

Deno.test("abort: a tool that aborts its own turn keeps its result", async () => {
  const controller = new AbortController();
  const stop = new Tool({
    name: "stop",
    description: "",
    args: none,
    run: () => {
      controller.abort();
      return "stopped";
    },
  });
  const agent = agentOf(new MockLLM([decide.call("stop"), decide.respond("ok")]), stop);
  const session = agent.createSession();
  const turn = await session.next("Hi", { signal: controller.signal });
  assertEquals([turn.status, turn.toolResults.length], ["interrupted", 1]);
  assertSound(agent, session);
  assertEquals((await session.resume()).response, "ok");
});

Deno.test("abort: between the start of a resumed turn and its calls, no tool runs", async () => {
  let runs = 0;
  const tool = new Tool({ name: "once", description: "", args: none, run: () => ++runs });
  const session = agentOf(new MockLLM([decide.call("once")]), tool).createSession();
  for await (const event of session.stream("Hi")) if (event.type === "tool_started") break;
  const controller = new AbortController();
  const turn = session.resume({ signal: controller.signal });
  controller.abort();
  assertEquals((await turn).status, "interrupted");
  assertEquals(runs, 0);
});

/** A long turn: tools that succeed, fail, redirect and wait, a refused output, a move, an answer. */
function longTurn(): { agent: Agent; runs: Map<string, number>; llm: MockLLM } {
  const runs = new Map<string, number>();
  const tool = (name: string, run: () => unknown) =>
    new Tool({
      name,
      description: "",
      args: none,
      run: (_, { callKey }) => {
        runs.set(callKey, (runs.get(callKey) ?? 0) + 1);
        return run();
      },
    });
  const script: ScriptEntry[] = [
    decide.calls([{ tool: "quick", args: {} }, { tool: "later", args: {} }]),
    raw("no decision"),
    decide.move("next"),
    decide.calls([{ tool: "broken", args: {} }, { tool: "quick", args: {} }]),
    decide.call("steering"),
    decide.respond("Done"),
  ];
  const llm = new MockLLM(script);
  const agent = agentOf(
    llm,
    tool("quick", () => "quick"),
    tool("later", () => Promise.resolve("later")),
    tool("broken", () => Promise.reject(new Error("lost"))),
    tool("steering", () => {
      throw new RedirectError("full", "wait");
    }),
  );
  return { agent, runs, llm };
}

/** Number of events of an undisturbed long turn. */
const LENGTH = 18;

Deno.test("abort: the long turn of these tests has the expected number of events", async () => {
  const { agent, runs, llm } = longTurn();
  const turn = await agent.createSession().next("Hi");
  assertEquals([turn.events.length, turn.response], [LENGTH, "Done"]);
  assertEquals([...runs.values()], [1, 1, 1, 1, 1]);
  llm.assertDone();
});

Deno.test("abort: a stream left at any event is interrupted, and resume() completes the turn", async () => {
  for (let stop = 0; stop < LENGTH - 1; stop++) {
    const { agent, runs, llm } = longTurn();
    const session = agent.createSession();
    let at = 0;
    for await (const event of session.stream("Hi")) {
      assertEquals("seq" in event && event.seq, at);
      if (at++ === stop) break;
    }
    assertEquals(session.status, "interrupted", `broken off at ${stop}`);
    const state = JSON.parse(JSON.stringify(session.state));
    const copy = agent.createSession({ state });
    assertEquals(copy.status, "interrupted");
    const turn = await copy.resume();
    assertEquals([turn.status, turn.response], ["waiting", "Done"], `broken off at ${stop}`);
    assertSound(agent, copy);
    assertEquals([...runs.values()], [1, 1, 1, 1, 1], `broken off at ${stop}`);
    assertEquals(types(copy.state.events).match(/user/g)?.length, 1);
    llm.assertDone();
  }
});

Deno.test("abort: a turn aborted at any event is interrupted, and resume() completes the turn", async () => {
  for (let stop = 0; stop < LENGTH - 1; stop++) {
    const { agent, runs, llm } = longTurn();
    const session = agent.createSession();
    const controller = new AbortController();
    for await (const event of session.stream("Hi", { signal: controller.signal })) {
      if ("seq" in event && event.seq === stop) controller.abort();
    }
    const turn = session.status === "waiting" ? undefined : await session.resume();
    assertEquals(session.state.events.filter(({ type }) => type === "user").length, 1);
    assertEquals([session.status, turn?.response ?? "Done"], ["waiting", "Done"]);
    assertSound(agent, session);
    assert([...runs.values()].every((count) => count === 1), `aborted at ${stop}`);
    llm.assertDone();
  }
});

Deno.test("abort: a session whose stream was left at any event accepts new input", async () => {
  for (let stop = 0; stop < LENGTH - 1; stop++) {
    const { agent, llm } = longTurn();
    const session = agent.createSession();
    for await (const event of session.stream("Hi")) if ("seq" in event && event.seq === stop) break;
    llm.push(...new Array(6).fill(decide.respond("Done")));
    const turn = await session.next("Never mind", {});
    assertEquals(turn.status, "waiting", `broken off at ${stop}`);
    assertSound(agent, session);
  }
});

Deno.test("abort: open calls are closed before a new input, and not run", async () => {
  let runs = 0;
  const tool = new Tool({ name: "once", description: "", args: none, run: () => ++runs });
  const llm = new MockLLM([decide.call("once"), decide.respond("ok")]);
  const session = agentOf(llm, tool).createSession();
  for await (const event of session.stream("Hi")) if (event.type === "tool_started") break;
  const turn = await session.next("Never mind");
  assertEquals(types(turn.events), "tool_finished user decision");
  assertEquals(turn.toolResults.map(({ outcome }) => outcome), ["not_run"]);
  assertEquals([runs, turn.response], [0, "ok"]);
});

Deno.test("abort: leaving the stream while a call runs gives it up and releases the session", async () => {
  const late = Promise.withResolvers<string>();
  const tools = [
    new Tool({ name: "quick", description: "", args: none, run: () => "quick" }),
    new Tool({ name: "slow", description: "", args: none, run: () => late.promise }),
  ];
  const both = decide.calls([{ tool: "quick", args: {} }, { tool: "slow", args: {} }]);
  const llm = new MockLLM([both, decide.respond("ok")]);
  const agent = agentOf(llm, ...tools);
  const session = agent.createSession();
  for await (const event of session.stream("Hi")) if (event.type === "tool_finished") break;
  late.resolve("late");
  await late.promise;
  assertEquals(session.status, "interrupted");
  assertSound(agent, session);
  assertEquals((await session.resume()).response, "ok");
});

Deno.test("abort: a stream that is disposed at the end of a block is aborted", async () => {
  const { agent } = longTurn();
  const session = agent.createSession();
  {
    await using stream = session.stream("Hi");
    await stream.next();
    await stream.next();
  }
  assertEquals(session.status, "interrupted");
  assertEquals((await session.resume()).response, "Done");
  assertSound(agent, session);
});

Deno.test("abort: a stream that is never iterated changes nothing", async () => {
  const llm = new MockLLM([decide.respond("Hello")]);
  const session = agentOf(llm).createSession();
  session.stream("lost");
  const returned = session.stream("lost too");
  await returned.return();
  assertEquals([session.status, session.state.events, llm.requests.length], ["waiting", [], 0]);
  assertEquals((await returned.next()).done, true);
  assertEquals((await session.next("Hi")).response, "Hello");
});

/** Returns the value after a hundred rounds of microtasks. */
async function afterMicrotasks<Value>(value: Value): Promise<Value> {
  for (let i = 0; i < 100; i++) await null;
  return value;
}
