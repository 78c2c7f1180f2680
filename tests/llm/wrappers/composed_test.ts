import { Agent, decide, type LLM, LLMError, MockLLM } from "@nomos/agent";
import {
  AllModelsFailedError,
  fallback,
  limitConcurrency,
  LLMHttpError,
  LLMTimeoutError,
  retry,
  timeout,
} from "@nomos/agent/llm";
import { ManualClock } from "@nomos/agent/testing";
import {
  assertEquals,
  assertInstanceOf,
  assertNotEquals,
  assertRejects,
  assertStrictEquals,
} from "@std/assert";
import { countedSignal } from "../../fixtures/counted_signal.ts";
import { drain, PlayedModel, requestOf, RESTART, result, soon, text } from "./played_model.ts";

const busy = new LLMHttpError("Too many requests", 429, { isRetryable: true });

function sessionWith(llm: LLM) {
  const steps = { greet: { description: "Greet the user" } };
  return new Agent({ name: "tested", llm, start: "greet", steps }).createSession();
}

Deno.test("retry(timeout()) retries a model that stalls", async () => {
  const clock = new ManualClock();
  const model = new PlayedModel({ answers: ["stall", { output: "done" }] });
  const llm = retry(timeout(model, { call: 30_000, clock }), { clock, random: () => 0 });
  const answer = llm.decide(requestOf());
  await clock.advance(30_000);
  assertEquals(await answer, { output: "done" });
  assertEquals([model.openCalls, clock.pendingTimers], [0, 0]);
});

Deno.test("retry(timeout()) restarts a stream that stalls", async () => {
  const clock = new ManualClock();
  const model = new PlayedModel({
    streams: [[text("a"), "stall"], ["stall"], [text("b"), result("b")]],
  });
  const llm = retry(timeout(model, { chunk: 1_000, clock }), { clock, random: () => 0 });
  const draining = drain(llm);
  await clock.advance(2_000);
  assertEquals(await draining, { chunks: [text("a"), RESTART, text("b"), result("b")] });
  assertEquals([model.openStreams, clock.pendingTimers], [0, 0]);
});

Deno.test("timeout(retry()) limits all attempts and their delays", async () => {
  const clock = new ManualClock();
  const model = new PlayedModel({ answers: [busy, busy, busy] });
  const inner = retry(model, { attempts: 9, firstDelay: 600, clock, random: () => 1 });
  const failed = assertRejects(
    () => timeout(inner, { call: 1_000, clock }).decide(requestOf()),
    LLMTimeoutError,
  );
  await clock.advance(1_000);
  await failed;
  // The timeout of the whole call is not retried.
  await clock.advance(100_000);
  assertEquals([model.requests.length, clock.pendingTimers], [2, 0]);
});

Deno.test("fallback([retry(a), b]) calls b when the retries of a are exhausted", async () => {
  const clock = new ManualClock();
  const a = new PlayedModel({ name: "a", answers: [busy, busy, busy] });
  const b = new PlayedModel({ name: "b", answers: [{ output: "b" }] });
  const answer = fallback([retry(a, { clock, random: () => 1 }), b]).decide(requestOf());
  await clock.advance(1_499);
  assertEquals(b.requests.length, 0);
  await clock.advance(1);
  assertEquals(await answer, { output: "b", model: "b" });
  assertEquals(a.requests.length, 3);
});

Deno.test("fallback([retry(a), b]) voids the text of every attempt", async () => {
  const clock = new ManualClock();
  const a = new PlayedModel({
    name: "a",
    streams: [[text("a1"), busy], [text("a2"), busy], [busy]],
  });
  const b = new PlayedModel({ name: "b", streams: [[text("b"), result("b")]] });
  const draining = drain(fallback([retry(a, { clock }), b]));
  await clock.advance(10_000);
  assertEquals((await draining).chunks, [
    text("a1"),
    RESTART,
    text("a2"),
    RESTART,
    text("b"),
    result("b", { model: "b" }),
  ]);
});

Deno.test("retry(fallback()) starts again with the first model if one error is retryable", async () => {
  const clock = new ManualClock();
  const a = new PlayedModel({ name: "a", answers: [busy, { output: "a" }] });
  const b = new PlayedModel({ name: "b", answers: [new LLMError("refused")] });
  const answer = retry(fallback([a, b]), { clock, random: () => 1 }).decide(requestOf());
  await clock.advance(500);
  assertEquals((await answer).output, "a");
  const failed = fallback([
    new PlayedModel({ answers: [new LLMError("a")] }),
    new PlayedModel({ answers: [new LLMError("b")] }),
  ]);
  assertInstanceOf(await soon(retry(failed, { clock }).decide(requestOf())), AllModelsFailedError);
});

Deno.test("retry(limitConcurrency()) holds no permit during its backoff", async () => {
  const clock = new ManualClock();
  const model = new PlayedModel({ answers: [busy, { output: "second" }, { output: "first" }] });
  const llm = retry(limitConcurrency(model, 1), { clock, random: () => 1 });
  const first = llm.decide(requestOf());
  await soon(first);
  assertEquals(await soon(llm.decide(requestOf())), { output: "second" });
  await clock.advance(500);
  assertEquals(await first, { output: "first" });
});

Deno.test("limitConcurrency(timeout()) loses no permits to a model that ignores its signal", async () => {
  const clock = new ManualClock();
  const deaf = { name: "deaf", decide: () => new Promise<never>(() => {}) };
  const llm = limitConcurrency(timeout(deaf, { call: 100, clock }), 1);
  const waiting = Array.from({ length: 3 }, () => soon(llm.decide(requestOf())));
  const failed = Array.from({ length: 3 }, () => assertRejects(() => llm.decide(requestOf())));
  await Promise.all(waiting);
  await clock.advance(600);
  await Promise.all(failed);
  assertEquals(clock.pendingTimers, 0);
});

Deno.test("composed wrappers release everything wherever a stream is closed early", async () => {
  const clock = new ManualClock();
  const { controller, listeners } = countedSignal();
  const expected = [
    text("a1"),
    RESTART,
    text("a2"),
    RESTART,
    text("b1"),
    RESTART,
    text("b2"),
    result("b", { model: "b" }),
  ];
  for (let breakAt = 0; breakAt <= expected.length + 1; breakAt++) {
    const [a, b] = [
      new PlayedModel({ name: "a", streams: [[text("a1"), busy], [text("a2"), busy]] }),
      new PlayedModel({ name: "b", streams: [[text("b1"), busy], [text("b2"), result("b")]] }),
    ];
    const free = { output: "free" };
    a.decide = b.decide = () => Promise.resolve(free);
    const robust = (llm: LLM) =>
      retry(limitConcurrency(timeout(llm, { call: 1e6, chunk: 1e6, clock }), 1), {
        attempts: 2,
        firstDelay: 0,
        clock,
      });
    const models = [robust(a), robust(b)];
    const stream = fallback(models).stream!(requestOf({ signal: controller.signal }))
      [Symbol.asyncIterator]();
    for (let read = 0; read < breakAt; read++) {
      const reading = stream.next();
      await clock.advance(0);
      assertEquals((await reading).value, expected[read]);
    }
    await stream.return!();
    assertEquals([a.openStreams, b.openStreams, clock.pendingTimers, listeners()], [0, 0, 0, 0]);
    for (const model of models) assertEquals(await soon(model.decide(requestOf())), free);
  }
});

Deno.test("composed wrappers release everything whenever the signal aborts", async () => {
  for (let abortAt = 0; abortAt <= 12; abortAt++) {
    const clock = new ManualClock();
    const { controller, listeners } = countedSignal();
    const { signal } = controller;
    const model = new PlayedModel({
      streams: [[text("a"), "stall"], [text("b"), busy], [text("c"), "stall"]],
    });
    const llm = retry(limitConcurrency(timeout(model, { chunk: 3, clock }), 1), {
      firstDelay: 2,
      clock,
      random: () => 1,
    });
    const draining = drain(llm, requestOf({ signal }));
    await clock.advance(abortAt);
    const reason = new Error("gone");
    controller.abort(reason);
    const { error } = await draining;
    // The last attempt times out after 3 + 2 + 4 + 3 milliseconds.
    if (abortAt < 12) assertStrictEquals(error, reason);
    else assertInstanceOf(error, LLMTimeoutError);
    assertEquals([model.openStreams, clock.pendingTimers, listeners()], [0, 0, 0]);
  }
});

Deno.test("a session works with a wrapped model, and resumes after its failure", async () => {
  const clock = new ManualClock();
  const model = new MockLLM([busy, busy, busy, busy, decide.respond("Hello")]);
  const session = sessionWith(retry(model, { clock, random: () => 1 }));
  const failed = assertRejects(() => session.next("Hi"), LLMHttpError);
  await clock.advance(1_500);
  await failed;
  assertEquals(session.status, "interrupted");
  const resumed = session.resume();
  await clock.advance(500);
  assertEquals((await resumed).response, "Hello");
  model.assertDone();
});

Deno.test("a turn that is aborted during a backoff ends immediately", async () => {
  const clock = new ManualClock();
  const session = sessionWith(retry(new MockLLM([busy]), { clock }));
  const controller = new AbortController();
  const turn = session.next("Hi", { signal: controller.signal });
  await clock.advance(0);
  assertEquals(clock.pendingTimers, 1);
  controller.abort();
  assertEquals((await turn).status, "interrupted");
  assertEquals(clock.pendingTimers, 0);
});

Deno.test("an agent's stream voids its deltas when another model takes over", async () => {
  const half = '{"reasoning": [], "decision": {"action": "RESPOND", "response": "Good mor';
  const broken = new PlayedModel({ name: "a", streams: [[text(half), busy]] });
  const spare = new MockLLM([decide.respond("Hello")], { chunkLength: 40 });
  const llm = limitConcurrency(fallback([broken, spare]), 1);
  const session = sessionWith(llm);
  const parts: string[] = [];
  for await (const part of session.stream("Hi")) {
    parts.push(part.type === "delta" ? part.text : part.type);
  }
  const restart = parts.indexOf("restart");
  assertEquals(parts.slice(0, restart).join(" "), "user Good mor");
  assertEquals(parts.slice(restart + 1).join(""), "Hellodecision");
  // The permit of the stream is free again.
  assertNotEquals(await soon(llm.embed!(["a"])), "pending");
});
