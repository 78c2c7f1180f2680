import { ConfigError, type LLM, type LLMRequest } from "@nomos/agent";
import { LLMTimeoutError, timeout, type TimeoutOptions } from "@nomos/agent/llm";
import { ManualClock } from "@nomos/agent/testing";
import { assert, assertEquals, assertRejects, assertStrictEquals, assertThrows } from "@std/assert";
import { countedSignal } from "../../fixtures/counted_signal.ts";
import { deafModel, PlayedModel, requestOf, soon } from "./played_model.ts";

Deno.test("timeout() ends a call that takes longer, and aborts its signal", async () => {
  const clock = new ManualClock();
  const model = new PlayedModel({ name: "vendor/model", answers: ["stall"] });
  const waiting = timeout(model, { call: 1_000, clock }).decide(requestOf());
  const failed = assertRejects(
    () => waiting,
    LLMTimeoutError,
    'Cannot wait longer for model "vendor/model": expected an answer within 1000 ms',
  );
  await clock.advance(999);
  assertEquals(await soon(waiting), "pending");
  await clock.advance(1);
  const error = await failed;
  assertEquals([error.code, error.isRetryable], ["LLM_TIMEOUT", true]);
  assertStrictEquals(model.requests[0]!.signal?.reason, error);
  assertEquals([model.openCalls, clock.pendingTimers], [0, 0]);
});

Deno.test("timeout() ends a call of a model that ignores its signal, and drops the late answer", async () => {
  const late: ((outcome: "resolved" | "rejected") => void)[] = [];
  const clock = new ManualClock();
  const llm = timeout({
    name: "late",
    decide: () =>
      new Promise((resolve, reject) =>
        late.push((outcome) =>
          outcome === "resolved" ? resolve({ output: "late" }) : reject(new Error("late"))
        )
      ),
  }, { call: 10, clock });
  for (const outcome of ["resolved", "rejected"] as const) {
    const failed = assertRejects(() => llm.decide(requestOf()), LLMTimeoutError);
    await clock.advance(10);
    await failed;
    late.pop()!(outcome);
    await clock.advance(0);
  }
});

Deno.test("timeout() passes an answer in time through, and leaves no timer", async () => {
  const clock = new ManualClock();
  const model = new PlayedModel({ answers: [{ output: "done" }] });
  assertEquals(await timeout(model, { call: 1, clock }).decide(requestOf()), { output: "done" });
  assertEquals(clock.pendingTimers, 0);
});

Deno.test("timeout() passes an error through, even a synchronous one, and leaves no timer", async () => {
  const clock = new ManualClock();
  const { controller, listeners } = countedSignal();
  const { signal } = controller;
  const down = new Error("down");
  const models: LLM[] = [new PlayedModel({ answers: [down] }), {
    name: "sudden",
    decide: () => {
      throw down;
    },
  }];
  for (const model of models) {
    const waiting = timeout(model, { call: 1, clock }).decide(requestOf({ signal }));
    assertStrictEquals(await soon(waiting), down);
    assertEquals([clock.pendingTimers, listeners()], [0, 0]);
  }
});

Deno.test("timeout() changes nothing of the request but its signal", async () => {
  let seen: LLMRequest | undefined;
  const llm = timeout({
    name: "seeing",
    decide: (request) => {
      seen = request;
      return Promise.resolve({ output: "done" });
    },
  }, { call: 1, clock: new ManualClock() });
  const controller = new AbortController();
  const request = requestOf({ signal: controller.signal, step: "greet", sessionId: "s" });
  await llm.decide(request);
  assert(seen !== undefined && seen.signal !== request.signal);
  assertStrictEquals(seen.messages, request.messages);
  assertEquals([seen.step, seen.sessionId, seen.schemaName], ["greet", "s", "answer"]);
  // After the call, an abort of the caller's signal has no effect on it.
  controller.abort();
  assertEquals(seen.signal?.aborted, false);
});

Deno.test("timeout() passes the caller's abort reason to the model", async () => {
  const clock = new ManualClock();
  const controller = new AbortController();
  const model = new PlayedModel({ answers: ["stall"] });
  const waiting = timeout(model, { call: 10, clock })
    .decide(requestOf({ signal: controller.signal }));
  await soon(waiting);
  const reason = new Error("gone");
  controller.abort(reason);
  assertStrictEquals(await soon(waiting), reason);
  assertStrictEquals(model.requests[0]!.signal?.reason, reason);
});

Deno.test("timeout() limits the time of embeddings too", async () => {
  const clock = new ManualClock();
  const failed = assertRejects(
    () => timeout(deafModel(), { call: 10, clock }).embed!(["a"]),
    LLMTimeoutError,
    "an answer within 10 ms",
  );
  await clock.advance(10);
  await failed;
});

Deno.test("timeout() of chunks sets no timer for calls without chunks", async () => {
  const clock = new ManualClock();
  const model = new PlayedModel({ answers: ["stall"], embeddings: [] });
  const llm = timeout(model, { chunk: 10, firstChunk: 10, clock });
  const controller = new AbortController();
  const waiting = llm.decide(requestOf({ signal: controller.signal }));
  assertEquals([await soon(waiting), clock.pendingTimers], ["pending", 0]);
  controller.abort();
  await soon(waiting);
});

Deno.test("timeout() rejects a missing or invalid limit", () => {
  const cases: [TimeoutOptions, string][] = [
    [{}, ": expected at least one of call, chunk and firstChunk"],
    [{ call: 0 }, " with call 0: expected a number of milliseconds above 0"],
    [{ chunk: -1 }, " with chunk -1: expected a number of milliseconds above 0"],
    [
      { firstChunk: Infinity },
      " with firstChunk Infinity: expected a number of milliseconds above 0",
    ],
  ];
  for (const [options, message] of cases) {
    assertThrows(
      () => timeout(new PlayedModel({ name: "vendor/model" }), options),
      ConfigError,
      `Cannot limit the time of model "vendor/model"${message}`,
    );
  }
});
