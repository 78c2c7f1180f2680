import type { LLM, LLMRequest } from "@nomos/agent";
import { limitConcurrency, LLMTimeoutError, timeout, type TimeoutOptions } from "@nomos/agent/llm";
import { ManualClock } from "@nomos/agent/testing";
import { assertEquals, assertInstanceOf } from "@std/assert";
import { drain, result, text } from "./played_model.ts";

/** Something that arrives after a delay, in milliseconds. */
type Arrival = readonly [delay: number, what: "reasoning" | "comment" | "text" | "result"];

/** Creates a model to which these arrive one after another. */
function arriving(clock: ManualClock, arrivals: readonly Arrival[]): LLM {
  return {
    name: "thinker",
    decide: () => Promise.reject(new Error("not expected")),
    async *stream({ signal, onActivity }: LLMRequest) {
      for (const [delay, what] of arrivals) {
        await new Promise<void>((resolve, reject) => {
          const cancel = clock.setTimer(delay, resolve);
          signal?.addEventListener("abort", () => {
            cancel();
            reject(signal.reason);
          }, { once: true });
        });
        if (what === "text") yield text("a");
        else if (what === "result") yield result("done");
        else onActivity?.(what);
      }
    },
  };
}

/** Reads such a stream through a time limit. Returns its last chunk, or the message of its error. */
async function play(
  arrivals: readonly Arrival[],
  options: TimeoutOptions,
  wrap: (llm: LLM, options: TimeoutOptions) => LLM = timeout,
): Promise<unknown> {
  const clock = new ManualClock();
  const draining = drain(wrap(arriving(clock, arrivals), { ...options, clock }));
  for (let passed = 0; passed < 8_000; passed += 10) await clock.advance(10);
  const { chunks, error } = await draining;
  assertEquals(clock.pendingTimers, 0);
  if (error === undefined) return chunks.at(-1)?.type;
  assertInstanceOf(error, LLMTimeoutError);
  assertEquals(error.isRetryable, true);
  return error.message.replace('Cannot wait longer for model "thinker": ', "");
}

const many = (count: number, arrival: Arrival): Arrival[] => new Array(count).fill(arrival);

Deno.test("timeout() restarts the limit of a chunk with reasoning and comments", async () => {
  const end: Arrival[] = [[90, "text"], [90, "result"]];
  assertEquals(await play([...many(30, [90, "reasoning"]), ...end], { chunk: 100 }), "result");
  assertEquals(await play([...many(9, [90, "comment"]), ...end], { chunk: 100 }), "result");
  const middle: Arrival[] = [[90, "text"], ...many(9, [90, "comment"] as const), ...end];
  assertEquals(await play(middle, { chunk: 100 }), "result");
});

Deno.test("timeout() ends a stream that stops reasoning", async () => {
  const stopped = await play([[90, "reasoning"], [100, "text"]], { chunk: 100 });
  assertEquals(stopped, "expected the next chunk within 100 ms");
});

Deno.test("timeout() ends a stream that sends only comments for 10 times the limit of a chunk", async () => {
  const stalled = "it has stalled: expected more than comments within 1000 ms";
  const comments = many(40, [90, "comment"]);
  assertEquals(await play(comments, { chunk: 100 }), stalled);
  assertEquals(await play([[90, "text"], ...comments], { chunk: 100 }), stalled);
  // The limit of the first chunk allows a longer silence, or a shorter one.
  const patient = { chunk: 100, firstChunk: 2_000 };
  assertEquals(await play(comments, patient), stalled.replace("1", "2"));
  assertEquals(await play(comments, { chunk: 200, firstChunk: 100 }), stalled.replace("1", "2"));
  assertEquals(await play(comments, { firstChunk: 100 }), stalled);
  // Reasoning is progress.
  const both = new Array(6).fill([...many(9, [90, "comment"]), [90, "reasoning"]]).flat();
  assertEquals(await play([...both, [90, "result"]], { chunk: 100 }), "result");
});

Deno.test("timeout() limits the call, whatever keeps its stream alive", async () => {
  for (const what of ["reasoning", "comment"] as const) {
    const limited = await play(many(40, [90, what]), { call: 500, chunk: 100 });
    assertEquals(limited, "expected the whole answer within 500 ms");
  }
});

Deno.test("timeout() passes on what keeps a stream alive, to the time limit around it", async () => {
  const arrivals: Arrival[] = [...many(20, [90, "reasoning"]), [90, "result"]];
  const wrap = (llm: LLM, options: TimeoutOptions) =>
    timeout(limitConcurrency(timeout(llm, { ...options, chunk: 1_000 }), 1), options);
  assertEquals(await play(arrivals, { chunk: 100 }, wrap), "result");
});
