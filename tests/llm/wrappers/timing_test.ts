/** The course of a call, as wrappers report it in the `timing` of results and errors. */
import { assertEquals, assertInstanceOf } from "@std/assert";
import { type LLM, LLMError, type LLMRequest } from "@nomos/agent";
import {
  AllModelsFailedError,
  type CallTiming,
  fallback,
  limitConcurrency,
  type LLMResult,
  retry,
} from "@nomos/agent/llm";
import { ManualClock } from "@nomos/agent/testing";
import { requestOf } from "./played_model.ts";

const REQUEST: LLMRequest = { ...requestOf(), timings: true };

/** Model whose calls take a time each, and then return or throw. */
function taking(
  clock: ManualClock,
  name: string,
  ...calls: readonly (readonly [milliseconds: number, end: Partial<LLMResult> | Error])[]
): LLM {
  let call = 0;
  return {
    name,
    async decide() {
      const [milliseconds, end] = calls[call++]!;
      await new Promise<void>((resolve) => clock.setTimer(milliseconds, resolve));
      if (end instanceof Error) throw end;
      return { output: name, ...end };
    },
  };
}

const busy = new LLMError("busy", { isRetryable: true });
const down = new LLMError("down");

/** Lets time pass until a call has ended, and returns its timing. */
async function timingOf(
  clock: ManualClock,
  calling: Promise<LLMResult>,
): Promise<CallTiming | undefined> {
  const ended = calling.then((result) => result.timing, (error: LLMError) => error.timing);
  await clock.advance(100_000);
  return await ended;
}

Deno.test("the timing of a retried call has each attempt with its error and the delay after it", async () => {
  const clock = new ManualClock();
  const llm = taking(clock, "a", [30, busy], [40, busy], [500, {}]);
  const timing = await timingOf(clock, retry(llm, { clock, random: () => 1 }).decide(REQUEST));
  assertEquals(timing, {
    attempts: [
      { llm: "a", took: 30, error: "LLM_FAILED", waited: 500 },
      { llm: "a", took: 40, error: "LLM_FAILED", waited: 1_000 },
      { llm: "a", took: 500 },
    ],
  });
});

Deno.test("a call without a failed attempt has no timing, and none is measured unless it is asked for", async () => {
  const clock = new ManualClock();
  assertEquals(
    await timingOf(clock, retry(taking(clock, "a", [30, {}]), { clock }).decide(REQUEST)),
    undefined,
  );
  const llm = retry(taking(clock, "a", [30, busy], [30, {}]), { clock });
  assertEquals(await timingOf(clock, llm.decide(requestOf())), undefined);
});

Deno.test("the timing of a fallback of retried and queued models is one list of all requests", async () => {
  const clock = new ManualClock();
  const first = retry(taking(clock, "a", [10, busy], [20, down]), { clock, random: () => 1 });
  const queue = limitConcurrency(taking(clock, "b", [1_000, {}], [70, {}]), 1, { clock });
  const occupied = queue.decide(REQUEST);
  const llm = fallback([first, queue], { clock });
  assertEquals(await timingOf(clock, llm.decide(REQUEST)), {
    queued: 470,
    attempts: [
      { llm: "a", took: 10, error: "LLM_FAILED", waited: 500 },
      { llm: "a", took: 20, error: "LLM_FAILED" },
      { llm: "b", took: 70, queued: 470 },
    ],
  });
  assertEquals((await occupied).timing, undefined);
});

Deno.test("the timing of a queue is that of its call, and outside of retries that of the first attempt", async () => {
  const clock = new ManualClock();
  const llm = taking(clock, "a", [100, {}], [10, busy], [20, {}]);
  const queue = limitConcurrency(retry(llm, { clock, random: () => 0 }), 1, { clock });
  const occupied = queue.decide(REQUEST);
  assertEquals(await timingOf(clock, queue.decide(REQUEST)), {
    queued: 100,
    attempts: [
      { llm: "a", took: 10, queued: 100, error: "LLM_FAILED" },
      { llm: "a", took: 20 },
    ],
  });
  await occupied;
});

Deno.test("the error of a call that failed for good has the timing of all its attempts", async () => {
  const clock = new ManualClock();
  const llm = fallback([
    retry(taking(clock, "a", [10, busy], [10, busy]), { clock, attempts: 2, random: () => 1 }),
    taking(clock, "b", [30, down]),
  ], { clock });
  const failed = llm.decide(REQUEST).catch((error) => error);
  await clock.advance(10_000);
  const error = await failed;
  assertInstanceOf(error, AllModelsFailedError);
  assertEquals(error.timing?.attempts?.map(({ llm, took }) => [llm, took]), [
    ["a", 10],
    ["a", 10],
    ["b", 30],
  ]);
  assertEquals(busy.timing, undefined, "the error that was thrown is not changed");
});
