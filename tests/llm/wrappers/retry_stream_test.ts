import { LLMError } from "@nomos/agent";
import { LLMConnectionError, retry } from "@nomos/agent/llm";
import { ManualClock } from "@nomos/agent/testing";
import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { drain, PlayedModel, requestOf, RESTART, result, soon, text } from "./played_model.ts";

const broken = new LLMConnectionError("The connection broke", { isRetryable: true });

/** Reads a stream with retries. Each list is played by one attempt. */
async function play(streams: ConstructorParameters<typeof PlayedModel>[0]["streams"]) {
  const clock = new ManualClock();
  const model = new PlayedModel({ streams: streams! });
  const draining = drain(retry(model, { clock, random: () => 1 }));
  await clock.advance(10_000);
  assertEquals([model.openStreams, clock.pendingTimers], [0, 0]);
  return { ...await draining, attempts: model.requests.length };
}

Deno.test("retry() retries a stream invisibly if it fails before any text", async () => {
  const { chunks, attempts } = await play([[broken], [broken], [text("a"), result("a")]]);
  assertEquals([chunks, attempts], [[text("a"), result("a")], 3]);
});

Deno.test("retry() emits restart if a stream fails after some text", async () => {
  const { chunks, attempts } = await play([
    [text("a"), broken],
    [text("b"), text("c"), broken],
    [text("d"), result("d")],
  ]);
  assertEquals(chunks, [
    text("a"),
    RESTART,
    text("b"),
    text("c"),
    RESTART,
    text("d"),
    result("d"),
  ]);
  assertEquals(attempts, 3);
});

Deno.test("retry() emits restart once, even if the model has emitted it", async () => {
  const { chunks } = await play([[text("a"), RESTART, broken], [text("b"), RESTART, result("c")]]);
  assertEquals(chunks, [text("a"), RESTART, text("b"), RESTART, result("c")]);
});

Deno.test("retry() throws the last error of a stream when the attempts are exhausted", async () => {
  const last = new LLMConnectionError("broke again", { isRetryable: true });
  const { chunks, error } = await play([[text("a"), broken], [broken], [text("b"), last]]);
  assertEquals(chunks, [text("a"), RESTART, text("b")]);
  assertStrictEquals(error, last);
});

Deno.test("retry() does not retry after the result was emitted", async () => {
  const { chunks, error, attempts } = await play([[text("a"), result("a"), broken]]);
  assertEquals([chunks, attempts], [[text("a"), result("a")], 1]);
  assertStrictEquals(error, broken);
});

Deno.test("retry() does not retry a stream after an error that is not retryable", async () => {
  const error = new LLMError("It will not do");
  const played = await play([[text("a"), error]]);
  assertEquals([played.chunks, played.attempts], [[text("a")], 1]);
  assertStrictEquals(played.error, error);
});

Deno.test("retry() retries a stream whose model throws synchronously", async () => {
  const clock = new ManualClock();
  const inner = new PlayedModel({ streams: [[result("a")]] });
  let calls = 0;
  const llm = retry({
    name: "sudden",
    decide: (request) => inner.decide(request),
    stream: (request) => {
      if (++calls === 1) throw broken;
      return inner.stream!(request);
    },
  }, { clock });
  const draining = drain(llm);
  await clock.advance(500);
  assertEquals(await draining, { chunks: [result("a")] });
});

Deno.test("retry() adds the usage of failed attempts of a stream to that of its result", async () => {
  const costly = new LLMError("filtered", { isRetryable: true, usage: { input: 7, output: 1 } });
  const { chunks } = await play([[text("a"), costly], [result("b", { usage: { input: 5 } })]]);
  assertEquals(chunks.at(-1), result("b", { usage: { input: 12, output: 1 } }));
  const { error } = await play([[costly], [costly], [costly]]);
  assertEquals((error as LLMError).usage, { input: 21, output: 3 });
});

Deno.test("retry() starts no attempt while nobody reads, or after the stream is closed", async () => {
  const clock = new ManualClock();
  const model = new PlayedModel({ streams: [[text("a"), broken], [text("b"), result("b")]] });
  const stream = retry(model, { clock, random: () => 1 }).stream!(requestOf())
    [Symbol.asyncIterator]();
  await stream.next();
  await clock.advance(10_000);
  assertEquals([model.requests.length, model.reads], [1, 1]);
  const restarting = stream.next();
  await clock.advance(500);
  assertEquals(await restarting, { done: false, value: RESTART });
  await stream.return!();
  await clock.advance(10_000);
  assertEquals([model.requests.length, model.openStreams, clock.pendingTimers], [1, 0, 0]);
});

Deno.test("retry() stops waiting for the next attempt of a stream when the signal aborts", async () => {
  const clock = new ManualClock();
  const controller = new AbortController();
  const model = new PlayedModel({ streams: [[text("a"), broken], [result("b")]] });
  const draining = drain(
    retry(model, { clock, random: () => 1 }),
    requestOf({ signal: controller.signal }),
  );
  assertEquals([await soon(draining), clock.pendingTimers], ["pending", 1]);
  const reason = new Error("gone");
  controller.abort(reason);
  const { chunks, error } = await draining;
  assertEquals([chunks, model.requests.length, clock.pendingTimers], [[text("a")], 1, 0]);
  assertStrictEquals(error, reason);
});

Deno.test("retry() does not call onRetry for a stream when the signal aborts during an attempt", async () => {
  const controller = new AbortController();
  let retries = 0;
  const model = new PlayedModel({ streams: [["stall"], [result("b")]] });
  const draining = drain(
    retry(model, { clock: new ManualClock(), onRetry: () => retries++ }),
    requestOf({ signal: controller.signal }),
  );
  await soon(draining);
  controller.abort(broken);
  assertStrictEquals((await draining).error, broken);
  assertEquals(retries, 0);
});

Deno.test("retry() does not retry a stream that fails while it is closed", async () => {
  const closing = new LLMConnectionError("Cannot close", { isRetryable: true });
  let calls = 0;
  const llm = retry({
    name: "sticky",
    decide: () => Promise.reject(closing),
    async *stream() {
      calls++;
      try {
        yield text("a");
        yield text("b");
      } finally {
        // deno-lint-ignore no-unsafe-finally
        throw closing;
      }
    },
  }, { clock: new ManualClock() });
  const stream = llm.stream!(requestOf())[Symbol.asyncIterator]();
  await stream.next();
  assertStrictEquals(await stream.return!().catch((error) => error), closing);
  assert((await stream.next()).done);
  assertEquals(calls, 1);
});
