import { ConfigError, LLMError } from "@nomos/agent";
import { RealModelError } from "@nomos/agent/llm";
import { LLMConnectionError, LLMHttpError, retry, type RetryOptions } from "@nomos/agent/llm";
import { ManualClock } from "@nomos/agent/testing";
import { assert, assertEquals, assertRejects, assertStrictEquals, assertThrows } from "@std/assert";
import { PlayedModel, requestOf, soon } from "./played_model.ts";

function busy(options: { retryAfter?: number; usage?: { input: number } } = {}): LLMHttpError {
  return new LLMHttpError("Too many requests", 429, { isRetryable: true, ...options });
}

/** Returns options with a manual clock, under which each delay has its maximum length. */
function longestDelays(options: RetryOptions = {}) {
  const clock = new ManualClock();
  return { clock, options: { clock, random: () => 1, ...options } };
}

Deno.test("retry() retries after a retryable error, three attempts in all", async () => {
  const { clock, options } = longestDelays();
  const model = new PlayedModel({ answers: [busy(), busy(), { output: "done" }] });
  const answer = retry(model, options).decide(requestOf());
  await clock.advance(499);
  assertEquals(model.requests.length, 1);
  await clock.advance(1);
  assertEquals(model.requests.length, 2);
  await clock.advance(999);
  assertEquals(model.requests.length, 2);
  await clock.advance(1);
  assertEquals(await answer, { output: "done" });
  assertEquals([model.requests.length, clock.pendingTimers], [3, 0]);
});

Deno.test("retry() throws the last error unchanged when the attempts are exhausted", async () => {
  const { clock, options } = longestDelays({ attempts: 2 });
  const last = busy();
  const model = new PlayedModel({ answers: [busy(), last] });
  const failed = assertRejects(() => retry(model, options).decide(requestOf()));
  await clock.advance(500);
  assertStrictEquals(await failed, last);
  assertEquals([model.requests.length, clock.pendingTimers], [2, 0]);
});

Deno.test("retry() sends the same request each time", async () => {
  const { clock, options } = longestDelays();
  const model = new PlayedModel({ answers: [busy(), { output: "done" }] });
  const request = requestOf({ signal: new AbortController().signal });
  const answer = retry(model, options).decide(request);
  await clock.advance(500);
  await answer;
  for (const sent of model.requests) assertStrictEquals(sent, request);
});

Deno.test("retry() does not retry after an error that is not retryable", async () => {
  const errors = [
    new LLMHttpError("Bad request", 400),
    new LLMError("It failed"),
    new TypeError("undefined is not a function"),
  ];
  for (const error of errors) {
    const model = new PlayedModel({ answers: [error] });
    const { clock, options } = longestDelays();
    assertStrictEquals(await soon(retry(model, options).decide(requestOf())), error);
    assertEquals([model.requests.length, clock.pendingTimers], [1, 0]);
  }
});

Deno.test("retry() retries errors that isRetryable accepts, but never an abort or a misuse", async () => {
  const asked: unknown[] = [];
  const { clock, options } = longestDelays({
    isRetryable: (error) => asked.push(error) > 0,
  });
  const passing = new TypeError("fetch failed");
  const model = new PlayedModel({ answers: [passing, { output: "done" }] });
  const answer = retry(model, options).decide(requestOf());
  await clock.advance(500);
  assertEquals(await answer, { output: "done" });
  assertEquals(asked, [passing]);
  const finals = [
    new DOMException("gone", "AbortError"),
    new ConfigError("wrong"),
    new RealModelError("vendor/model"),
  ];
  for (const error of finals) {
    const model = new PlayedModel({ answers: [error as Error] });
    assertStrictEquals(await soon(retry(model, options).decide(requestOf())), error);
  }
  assertEquals(asked.length, 1);
});

Deno.test("retry() retries a model that throws synchronously", async () => {
  const { clock, options } = longestDelays();
  let calls = 0;
  const llm = retry({
    name: "sudden",
    decide: () => {
      if (++calls === 1) throw busy();
      return Promise.resolve({ output: calls });
    },
  }, options);
  const answer = llm.decide(requestOf());
  await clock.advance(500);
  assertEquals(await answer, { output: 2 });
});

Deno.test("retry() calls onRetry before each delay, and ignores its errors", async () => {
  const retries: unknown[] = [];
  const errors = [busy(), new LLMConnectionError("Cannot connect", { isRetryable: true })];
  const model = new PlayedModel({ answers: [...errors, { output: "done" }] });
  const { clock, options } = longestDelays({
    onRetry: (retry) => {
      retries.push(retry);
      if (retries.length === 1) throw new Error("ignored");
      return Promise.reject(new Error("ignored too"));
    },
  });
  const answer = retry(model, options).decide(requestOf());
  await soon(answer);
  assertEquals(retries, [{ attempt: 1, delay: 500, error: errors[0] }]);
  await clock.advance(1_500);
  assertEquals(await answer, { output: "done" });
  assertEquals(retries[1], { attempt: 2, delay: 1_000, error: errors[1] });
});

Deno.test("retry() stops waiting when the signal aborts", async () => {
  const { clock, options } = longestDelays();
  const controller = new AbortController();
  const model = new PlayedModel({ answers: [busy(), { output: "too late" }] });
  const waiting = retry(model, options).decide(requestOf({ signal: controller.signal }));
  assertEquals([await soon(waiting), clock.pendingTimers], ["pending", 1]);
  const reason = new Error("gone");
  controller.abort(reason);
  assertStrictEquals(await soon(waiting), reason);
  assertEquals([model.requests.length, clock.pendingTimers], [1, 0]);
});

Deno.test("retry() does not retry when the signal aborts during an attempt", async () => {
  const { clock, options } = longestDelays({ isRetryable: () => true });
  const controller = new AbortController();
  const model = new PlayedModel({ answers: ["stall", { output: "too late" }] });
  const waiting = retry(model, options).decide(requestOf({ signal: controller.signal }));
  await soon(waiting);
  // A reason that would be retried if the model had thrown it.
  const reason = busy();
  controller.abort(reason);
  assertStrictEquals(await soon(waiting), reason);
  assertEquals([model.requests.length, model.openCalls, clock.pendingTimers], [1, 0, 0]);
});

Deno.test("retry() retries embeddings", async () => {
  const { clock, options } = longestDelays();
  const model = new PlayedModel({ embeddings: [busy(), [[1]]] });
  const vectors = retry(model, options).embed!(["a"]);
  await clock.advance(500);
  assertEquals(await vectors, [[1]]);
});

Deno.test("retry() adds the usage of failed attempts to that of the result", async () => {
  const { clock, options } = longestDelays();
  const answers = [busy({ usage: { input: 10 } }), busy(), {
    output: "done",
    usage: { input: 5, output: 2 },
  }];
  const answer = retry(new PlayedModel({ answers }), options).decide(requestOf());
  await clock.advance(1_500);
  assertEquals(await answer, { output: "done", usage: { input: 15, output: 2 } });
});

Deno.test("retry() reports the usage of failed attempts if the result has none", async () => {
  const { clock, options } = longestDelays();
  const answers = [busy({ usage: { input: 10 } }), { output: "done" }];
  const answer = retry(new PlayedModel({ answers }), options).decide(requestOf());
  await clock.advance(500);
  assertEquals(await answer, { output: "done", usage: { input: 10 } });
});

Deno.test("retry() throws a copy of the last error with the total usage, and modifies no error", async () => {
  const { clock, options } = longestDelays();
  const errors = [10, 20, 30].map((input) => Object.freeze(busy({ usage: { input } })));
  const last = errors[2]!;
  const failed = assertRejects(
    () => retry(new PlayedModel({ answers: errors }), options).decide(requestOf()),
    LLMHttpError,
  );
  await clock.advance(1_500);
  const error = await failed;
  assertEquals([error.usage, last.usage], [{ input: 60 }, { input: 30 }]);
  assert(error !== last && error instanceof LLMHttpError);
  const { code, message, name, stack, status, isRetryable } = error;
  assertEquals(
    { code, message, name, stack, status, isRetryable },
    {
      code: "LLM_HTTP",
      message: last.message,
      name: "LLMHttpError",
      stack: last.stack!,
      status: 429,
      isRetryable: true,
    },
  );
});

Deno.test("retry() throws the last error itself if only that one has usage", async () => {
  const { clock, options } = longestDelays({ attempts: 2 });
  const last = busy({ usage: { input: 3 } });
  const model = new PlayedModel({ answers: [busy(), last] });
  const failed = assertRejects(() => retry(model, options).decide(requestOf()));
  await clock.advance(500);
  assertStrictEquals(await failed, last);
});

Deno.test("retry() rejects options that are out of range", () => {
  const cases: [RetryOptions, string][] = [
    [{ attempts: 0 }, "attempts 0: expected a whole number from 1"],
    [{ attempts: 2.5 }, "attempts 2.5: expected a whole number from 1"],
    [{ firstDelay: -1 }, "firstDelay -1: expected a number of milliseconds from 0"],
    [{ maxDelay: Infinity }, "maxDelay Infinity: expected a number of milliseconds from 0"],
    [{ factor: 0.5 }, "factor 0.5: expected a finite number from 1"],
    [{ factor: Infinity }, "factor Infinity: expected a finite number from 1"],
    [{ budget: NaN }, "budget NaN: expected a whole number from 0, or Infinity"],
    [{ budget: "9" as never }, 'budget "9": expected a whole number from 0, or Infinity'],
  ];
  for (const [options, message] of cases) {
    assertThrows(
      () => retry(new PlayedModel({ name: "vendor/model" }), options),
      ConfigError,
      `Cannot retry model "vendor/model" with ${message}`,
    );
  }
});
