import type { LLMChunk } from "@nomos/agent/llm";
import { LLMTimeoutError, timeout, type TimeoutOptions } from "@nomos/agent/llm";
import { ManualClock } from "@nomos/agent/testing";
import { assertEquals, assertInstanceOf, assertStrictEquals } from "@std/assert";
import { countedSignal } from "../../fixtures/counted_signal.ts";
import { deafModel, drain, PlayedModel, requestOf, result, soon, text } from "./played_model.ts";

/** Creates a model whose chunks arrive with these delays after they were requested, in milliseconds. */
function paced(clock: ManualClock, delays: readonly number[]) {
  const chunks: LLMChunk[] = delays.map((_, index) =>
    index === delays.length - 1 ? result("done") : text(String(index))
  );
  const model = {
    name: "paced",
    signal: undefined as AbortSignal | undefined,
    open: 0,
    decide: () => Promise.reject(new Error("not expected")),
    async *stream({ signal }: { signal?: AbortSignal | undefined }) {
      model.signal = signal;
      model.open++;
      try {
        for (const [index, delay] of delays.entries()) {
          await new Promise<void>((resolve, reject) => {
            const cancel = clock.setTimer(delay, resolve);
            signal?.addEventListener("abort", () => {
              cancel();
              reject(signal.reason);
            }, { once: true });
          });
          yield chunks[index]!;
        }
      } finally {
        model.open--;
      }
    },
  };
  return { model, chunks };
}

/** Reads such a stream without pauses. */
async function play(delays: readonly number[], options: TimeoutOptions) {
  const clock = new ManualClock();
  const { model, chunks } = paced(clock, delays);
  const draining = drain(timeout(model, { ...options, clock }));
  await clock.advance(1_000_000);
  const drained = await draining;
  assertEquals([model.open, clock.pendingTimers], [0, 0]);
  return { ...drained, all: chunks, signal: model.signal };
}

Deno.test("timeout() does not end a long stream whose chunks all arrive in time", async () => {
  const { chunks, all, error } = await play(new Array(50).fill(99), { chunk: 100 });
  assertEquals([chunks, error], [all, undefined]);
});

Deno.test("timeout() ends a stream that stalls between chunks, and aborts its signal", async () => {
  const { chunks, all, error, signal } = await play([10, 10, 100, 10], { chunk: 100 });
  assertEquals(chunks, all.slice(0, 2));
  assertInstanceOf(error, LLMTimeoutError);
  assertEquals(
    error.message,
    'Cannot wait longer for model "paced": expected the next chunk within 100 ms',
  );
  assertEquals(error.isRetryable, true);
  assertStrictEquals(signal?.reason, error);
});

Deno.test("timeout() applies chunk to the first chunk, unless firstChunk is set", async () => {
  const late = await play([100, 10], { chunk: 100 });
  assertEquals(
    (late.error as Error).message,
    'Cannot wait longer for model "paced": expected the first chunk within 100 ms',
  );
  const patient = await play([100, 10], { chunk: 100, firstChunk: 500 });
  assertEquals(patient.chunks, patient.all);
  const first = await play([100, 5_000], { firstChunk: 101 });
  assertEquals(first.chunks, first.all);
});

Deno.test("timeout() limits the total time spent waiting for a stream", async () => {
  const inTime = await play([300, 300, 399], { call: 1_000, chunk: 400 });
  assertEquals(inTime.chunks, inTime.all);
  const { chunks, all, error } = await play([300, 300, 400], { call: 1_000, chunk: 500 });
  assertEquals(chunks, all.slice(0, 2));
  assertInstanceOf(error, LLMTimeoutError);
  assertEquals(
    error.message,
    'Cannot wait longer for model "paced": expected the whole answer within 1000 ms',
  );
});

Deno.test("timeout() does not count the time of the consumer", async () => {
  const clock = new ManualClock();
  const { model, chunks } = paced(clock, [90, 90, 90]);
  const llm = timeout(model, { call: 300, chunk: 100, clock });
  const stream = llm.stream!(requestOf())[Symbol.asyncIterator]();
  for (const chunk of chunks) {
    const reading = stream.next();
    await clock.advance(90);
    assertEquals(await reading, { done: false, value: chunk });
    await clock.advance(1_000_000);
  }
  assertEquals((await stream.next()).done, true);
});

Deno.test("timeout() keeps the remaining time when the clock is set back", async () => {
  const clock = new ManualClock(1_000_000);
  const { model, chunks } = paced(clock, [90, 99, 101]);
  let back = 0;
  const setBack = {
    now: () => clock.now() - (back += 10_000),
    setTimer: (ms: number, callback: () => void) => clock.setTimer(ms, callback),
  };
  const draining = drain(timeout(model, { call: 100, clock: setBack }));
  await clock.advance(1_000);
  const drained = await draining;
  assertEquals(drained.chunks, chunks.slice(0, 2));
  assertInstanceOf(drained.error, LLMTimeoutError);
});

Deno.test("timeout() ends a stream that ignores its signal, once", async () => {
  const clock = new ManualClock();
  const { controller, listeners } = countedSignal();
  const model = deafModel();
  const llm = timeout(model, { chunk: 100, clock });
  const draining = drain(llm, requestOf({ signal: controller.signal }));
  await clock.advance(100);
  assertInstanceOf((await draining).error, LLMTimeoutError);
  assertEquals([model.returned, clock.pendingTimers, listeners()], [1, 0, 0]);
});

Deno.test("timeout() passes the caller's abort to the model while the consumer is busy", async () => {
  const clock = new ManualClock();
  const controller = new AbortController();
  const model = new PlayedModel({ streams: [[text("a"), "stall"]] });
  const stream = timeout(model, { chunk: 100, clock })
    .stream!(requestOf({ signal: controller.signal }))[Symbol.asyncIterator]();
  await stream.next();
  const reason = new Error("gone");
  controller.abort(reason);
  assertStrictEquals(model.requests[0]!.signal?.reason, reason);
  assertStrictEquals(await soon(stream.next()), reason);
  assertEquals(model.openStreams, 0);
});
