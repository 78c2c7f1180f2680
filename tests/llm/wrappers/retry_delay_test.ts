import { LLMError } from "@nomos/agent";
import { retry, type RetryOptions } from "@nomos/agent/llm";
import { ManualClock } from "@nomos/agent/testing";
import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import fc from "fast-check";
import { PlayedModel, requestOf, soon } from "./played_model.ts";

/** Returns the delays of a call whose attempts fail with these errors. */
async function delaysOf(errors: readonly LLMError[], options: RetryOptions): Promise<number[]> {
  const clock = new ManualClock();
  const delays: number[] = [];
  const model = new PlayedModel({ answers: errors });
  const llm = retry(model, {
    attempts: errors.length,
    clock,
    onRetry: ({ delay }) => delays.push(delay),
    ...options,
  });
  const failed = soon(llm.decide(requestOf()));
  await clock.advance(1e9);
  await failed;
  return delays;
}

function busy(retryAfter?: number): LLMError {
  return new LLMError("busy", {
    isRetryable: true,
    ...(retryAfter !== undefined && { retryAfter }),
  });
}

// Whole numbers, because most random doubles are near 0.
const anyDelay = fc.nat(100_000);
const chance = fc.nat(999).map((thousandths) => thousandths / 1_000);

Deno.test("retry() waits between 0 and the ceiling of each attempt, never above maxDelay", async () => {
  const options = fc.record({
    firstDelay: anyDelay,
    maxDelay: anyDelay,
    factor: fc.integer({ min: 10, max: 100 }).map((tenths) => tenths / 10),
  });
  await fc.assert(
    fc.asyncProperty(
      options,
      fc.array(chance, { minLength: 8, maxLength: 8 }),
      async (o, rolls) => {
        const random = rolls.values();
        const errors = Array.from({ length: 9 }, () => busy());
        const delays = await delaysOf(errors, { ...o, random: () => random.next().value! });
        assertEquals(delays.length, 8);
        for (const [n, delay] of delays.entries()) {
          const ceiling = Math.min(o.firstDelay * o.factor ** n, o.maxDelay);
          // The order of multiplication may change the last digits.
          const expected = rolls[n]! * ceiling;
          assert(
            Math.abs(delay - expected) <= 1e-9 + expected * 1e-9,
            `${delay} is not ${expected}`,
          );
          assert(delay <= o.maxDelay);
        }
      },
    ),
    { numRuns: 100 },
  );
});

Deno.test("retry() waits at least as long as the vendor asks, and at most maxDelay", async () => {
  await fc.assert(
    fc.asyncProperty(anyDelay, anyDelay, anyDelay, chance, async (after, first, max, roll) => {
      const options = { firstDelay: first, maxDelay: max, random: () => roll };
      const delays = await delaysOf([busy(after), busy()], options);
      if (after > max) assertEquals(delays, []);
      else {
        const [delay] = delays;
        assert(delay! >= after && delay! <= max, `${delay} is not from ${after} to ${max}`);
        assertEquals(delay, Math.min(after + roll * Math.min(first, max), max));
      }
    }),
    { numRuns: 100 },
  );
});

Deno.test("retry() fails if the vendor asks for a delay above maxDelay", async () => {
  for (const retryAfter of [30_001, Infinity]) {
    const error = busy(retryAfter);
    const clock = new ManualClock();
    const model = new PlayedModel({ answers: [error, { output: "too early" }] });
    assertStrictEquals(await soon(retry(model, { clock }).decide(requestOf())), error);
    assertEquals([model.requests.length, clock.pendingTimers], [1, 0]);
  }
});

Deno.test("retry() ignores an invalid retryAfter", async () => {
  for (const retryAfter of [NaN, -5, 0]) {
    assertEquals(await delaysOf([busy(retryAfter), busy()], { random: () => 0.5 }), [250]);
  }
});

Deno.test("retry() with a first delay of 0 retries immediately, however large the factor", async () => {
  const errors = Array.from({ length: 400 }, () => busy());
  const options = { firstDelay: 0, factor: 1e300, budget: Infinity, random: () => 1 };
  assertEquals(await delaysOf(errors, options), new Array(399).fill(0));
});
