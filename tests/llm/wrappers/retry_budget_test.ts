import { LLMError } from "@nomos/agent";
import { retry, type RetryOptions } from "@nomos/agent/llm";
import { ManualClock } from "@nomos/agent/testing";
import { assertEquals } from "@std/assert";
import { immediateClock } from "../../fixtures/immediate_clock.ts";
import { requestOf } from "./played_model.ts";

/** Creates a model that a test can take down, with retries whose delays end immediately. */
function unsteady(options: RetryOptions = {}) {
  const state = { isDown: false, failNext: 0, calls: 0 };
  const llm = retry({
    name: "unsteady",
    decide: () => {
      state.calls++;
      return state.isDown || state.failNext-- > 0
        ? Promise.reject(new LLMError("down", { isRetryable: true }))
        : Promise.resolve({ output: "up" });
    },
  }, {
    clock: immediateClock,
    ...options,
  });
  const ask = async (times: number, signal?: AbortSignal) => {
    const before = state.calls;
    const request = requestOf(signal && { signal });
    for (let i = 0; i < times; i++) await llm.decide(request).catch(() => {});
    return state.calls - before;
  };
  return { state, ask };
}

Deno.test("retry() causes no retry storm while a model is down", async () => {
  const { state, ask } = unsteady();
  state.isDown = true;
  assertEquals(await ask(1_000), 1_100);
  assertEquals(await ask(1_000), 1_000);
});

Deno.test("retry() of many concurrent calls makes no more retries than its budget", async () => {
  const { state, ask } = unsteady({ budget: 7 });
  state.isDown = true;
  await Promise.all(Array.from({ length: 500 }, () => ask(1)));
  assertEquals(state.calls, 507);
});

Deno.test("retry() regains one retry per ten calls that succeed", async () => {
  const { state, ask } = unsteady({ budget: 5 });
  state.isDown = true;
  await ask(10);
  state.isDown = false;
  assertEquals(await ask(19), 19);
  state.isDown = true;
  assertEquals(await ask(5), 6);
});

Deno.test("retry() does not exhaust its budget if retries succeed", async () => {
  const { state, ask } = unsteady({ budget: 2 });
  for (let call = 0; call < 100; call++) {
    state.failNext = 2;
    // The retry that failed is not refunded; ten calls that succeed refund it.
    assertEquals(await ask(1), 3);
    assertEquals(await ask(10), 10);
  }
});

Deno.test("retry() refunds a retry that is aborted during its delay", async () => {
  const clock = new ManualClock();
  const { state, ask } = unsteady({ budget: 1, clock });
  state.isDown = true;
  for (let call = 0; call < 10; call++) {
    const controller = new AbortController();
    const asking = ask(1, controller.signal);
    await clock.advance(0);
    assertEquals(clock.pendingTimers, 1);
    controller.abort();
    await asking;
  }
});

Deno.test("retry() with a budget of 0 never retries, with Infinity always", async () => {
  for (const [budget, calls] of [[0, 50], [Infinity, 150]] as const) {
    const { state, ask } = unsteady({ budget });
    state.isDown = true;
    assertEquals(await ask(50), calls);
  }
});

Deno.test("retry() never has more retries than its budget, however many calls succeeded", async () => {
  const { state, ask } = unsteady({ budget: 2 });
  await ask(100);
  state.isDown = true;
  assertEquals(await ask(5), 7);
});

Deno.test("retry() regains a retry after exactly ten calls that succeeded", async () => {
  for (const [calls, asked] of [[9, 1], [10, 2]] as const) {
    const { state, ask } = unsteady({ budget: 1 });
    state.isDown = true;
    await ask(1);
    state.isDown = false;
    await ask(calls);
    state.isDown = true;
    assertEquals(await ask(1), asked);
  }
});
