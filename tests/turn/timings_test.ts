/** Times of model calls and figures of requests in events, by the option `timings`. */
import { assertEquals, assertRejects } from "@std/assert";
import {
  Agent,
  type AgentOptions,
  decide,
  type HistoryOptions,
  type LLM,
  LLMError,
  MockLLM,
  raw,
  type SessionEvent,
  Tool,
} from "@nomos/agent";
import { type LLMChunk, retry } from "@nomos/agent/llm";
import { memoryStore } from "@nomos/agent/store";
import { ManualClock } from "@nomos/agent/testing";
import * as v from "valibot";

const look = new Tool({ name: "look", description: "Look", args: v.object({}), run: () => "seen" });

function agentOf(
  llm: LLM,
  clock: ManualClock,
  options: Partial<AgentOptions<Record<"talk", unknown>>> = {},
) {
  return new Agent<Record<"talk", unknown>>({
    name: "timed",
    llm,
    start: "talk",
    steps: { talk: { description: "Talk", tools: [look], routes: {} } },
    clock: () => clock.now(),
    timings: true,
    ...options,
  });
}

const after = (clock: ManualClock, milliseconds: number) =>
  new Promise<void>((resolve) => clock.setTimer(milliseconds, resolve));

/** Returns the events of model calls. */
function callsIn(events: readonly SessionEvent[]) {
  return events.flatMap((event) =>
    event.type === "decision" || event.type === "error" || event.type === "model_failed"
      ? [event]
      : []
  );
}

/** Answers with long texts, so that the second turn needs a summary. */
function wordy(clock: ManualClock, summarize: () => Promise<unknown>): LLM {
  return {
    name: "wordy",
    decide: async ({ legal }) => {
      await after(clock, 10);
      if (legal === undefined) return { output: await summarize() };
      return { output: { reasoning: [], decision: decide.respond("word ".repeat(800)) } };
    },
  };
}

const HISTORY = { maxTokens: 1_200, keepTurns: 1 };

/** Streams the output of a decision in two chunks, after a time each. */
function streaming(clock: ManualClock, ...times: readonly number[]): LLM {
  return {
    name: "streaming",
    decide: () => Promise.reject(new Error("not called")),
    async *stream(): AsyncGenerator<LLMChunk> {
      const output = JSON.stringify({ reasoning: [], decision: decide.respond("Hello") });
      await after(clock, times[0]!);
      yield { type: "text", text: output.slice(0, 5) };
      await after(clock, times[1]!);
      yield { type: "text", text: output.slice(5) };
      yield { type: "result", result: { output } };
    },
  };
}

Deno.test("a decision tells when the model was asked, when its first text arrived, and when it was complete", async () => {
  const clock = new ManualClock(1_000);
  const turn = agentOf(streaming(clock, 70, 200), clock).createSession().next("Hi");
  await clock.advance(10_000);
  const [decision] = callsIn((await turn).events);
  assertEquals(decision!.timing, { asked: 1_000, first: 1_070, answered: 1_270 });
});

Deno.test("times of a call never precede each other, although the clock is set back", async () => {
  const times = [500, 400, 300, 200, 100];
  const clock = new ManualClock();
  const agent = agentOf(streaming(clock, 1, 1), clock, { clock: () => times.shift() ?? 0 });
  const turn = agent.createSession().next("Hi");
  await clock.advance(10);
  assertEquals(callsIn((await turn).events)[0]!.timing, { asked: 400, first: 400, answered: 400 });
});

Deno.test("refused outputs, failed and aborted calls have their times, too", async () => {
  const clock = new ManualClock();
  const slow = (end: unknown) => async () => {
    await after(clock, 50);
    if (end instanceof Error) throw end;
    return end as ReturnType<typeof raw>;
  };
  const llm = new MockLLM([slow(raw("?")), slow(new LLMError("down"))]);
  const session = agentOf(llm, clock).createSession();
  const failed = assertRejects(() => session.next("Hi"), LLMError);
  await clock.advance(1_000);
  await failed;
  assertEquals(
    callsIn(session.state.events).map(({ type, timing }) => [type, timing]),
    [
      ["error", { asked: 0, answered: 50 }],
      ["model_failed", { asked: 50, answered: 100 }],
    ],
  );
  const hanging = agentOf({ name: "hanging", decide: () => new Promise(() => {}) }, clock);
  const stop = new AbortController();
  const aborted = hanging.createSession().next("Hi", { signal: stop.signal });
  await clock.advance(30);
  stop.abort();
  const [event] = callsIn((await aborted).events);
  assertEquals([event!.type, event!.timing], ["model_failed", { asked: 1_000, answered: 1_030 }]);
});

Deno.test("a summary by a model has its times, and so has a failed one; one by a function has none", async () => {
  const clock = new ManualClock();
  const timesOf = async (llm: LLM, history: HistoryOptions) => {
    const session = agentOf(llm, clock, { history, onWarning: () => {} }).createSession();
    for (const input of ["One", "Two"]) {
      const turn = session.next(input);
      await clock.advance(1_000);
      await turn;
    }
    const { events } = session.state;
    assertEquals(
      agentOf(llm, clock).createSession({ state: JSON.parse(JSON.stringify(session.state)) }).state
        .events,
      events,
    );
    return events.flatMap((event) => {
      if (event.type !== "summary" && event.type !== "model_failed") return [];
      const { asked, answered } = event.timing ?? {};
      return [[event.type, answered && answered - asked!, "prompt" in event]];
    });
  };
  const slow = wordy(clock, async () => {
    await after(clock, 30);
    return { summary: "They talked" };
  });
  assertEquals(await timesOf(slow, HISTORY), [["summary", 40, false]]);
  assertEquals(await timesOf(wordy(clock, () => Promise.reject(new LLMError("down"))), HISTORY), [
    ["model_failed", 10, false],
    ["summary", undefined, false],
  ]);
  assertEquals(await timesOf(slow, { ...HISTORY, summarize: () => "They talked" }), [
    ["summary", undefined, false],
  ]);
});

Deno.test("a slow answer can be told from failed attempts and their backoff", async () => {
  const clock = new ManualClock();
  const busy = new LLMError("busy", { isRetryable: true });
  const llm = retry(new MockLLM([busy, busy, decide.respond("Hello")]), { clock, random: () => 1 });
  const turn = agentOf(llm, clock).createSession().next("Hi");
  await clock.advance(10_000);
  assertEquals(callsIn((await turn).events)[0]!.timing, {
    asked: 0,
    answered: 1_500,
    attempts: [
      { llm: "mock", took: 0, error: "LLM_FAILED", waited: 500 },
      { llm: "mock", took: 0, error: "LLM_FAILED", waited: 1_000 },
      { llm: "mock", took: 0 },
    ],
  });
});

Deno.test("events have the size of the request, its stable part, its schema and what it offered", async () => {
  const clock = new ManualClock();
  const llm = new MockLLM([decide.call("look"), raw("?"), decide.respond("Done")]);
  const agent = agentOf(llm, clock);
  const turn = await agent.createSession().next("Hi");
  const figures = callsIn(turn.events).map(({ prompt }) => prompt!);
  const offer = { actions: ["RESPOND", "TOOL_CALL", "END"], routes: [], tools: ["look"] };
  const countChars = (texts: readonly { readonly content: string }[]) =>
    texts.reduce((sum, { content }) => sum + content.length, 0);
  for (const [index, { messages, schema, stable }] of llm.requests.entries()) {
    assertEquals(figures[index], {
      chars: countChars(messages),
      stableChars: index === 0 ? 0 : countChars(messages.slice(0, index === 1 ? 2 : 4)),
      schemaChars: JSON.stringify(schema).length,
      messages: messages.length,
      offer,
    } as never, `request ${index}, ${stable} stable`);
  }
  const { prompt } = turn;
  assertEquals([prompt!.chars, prompt!.stableChars], [figures[2]!.chars, figures[2]!.stableChars]);
});

Deno.test("events with times are read again from a state and a store, and others have none", async () => {
  const clock = new ManualClock();
  const llm = new MockLLM([decide.respond("Hello")], { whenDone: "repeat" });
  const agent = agentOf(llm, clock);
  const { state } = await agent.next("Hi");
  const copy = JSON.parse(JSON.stringify(state));
  assertEquals(agent.createSession({ state: copy }).state, state);
  const store = memoryStore();
  await (await agent.openSession("ann", { store })).next("Hi");
  const events = await Array.fromAsync((await agent.openSession("ann", { store })).events());
  assertEquals(callsIn(events)[0]!.timing, { asked: 0, answered: 0 });
  const plain = await agentOf(llm, clock, { timings: false }).next("Hi");
  assertEquals(Object.keys(plain.events[1]!), ["type", "step", "decision", "seq", "time"]);
});

Deno.test("an offer names the current ids of steps that were renamed", async () => {
  const clock = new ManualClock();
  const build = (to: string, renamedSteps = {}) =>
    new Agent({
      name: "timed",
      llm: new MockLLM([decide.respond("Hello")]),
      start: "talk",
      steps: {
        talk: { description: "Talk", routes: { [to]: "done" } },
        [to]: { description: "End" },
      },
      clock: () => clock.now(),
      timings: true,
      renamedSteps,
    });
  const { state } = await build("old").next("Hi");
  const { events } = build("new", { old: "new" }).createSession({ state }).state;
  assertEquals(callsIn(events)[0]!.prompt!.offer.routes, ["new"]);
});
