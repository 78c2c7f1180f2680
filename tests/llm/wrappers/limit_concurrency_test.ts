import { ConfigError, type LLM, type LLMRequest } from "@nomos/agent";
import type { LLMResult } from "@nomos/agent/llm";
import { limitConcurrency, LLMBusyError } from "@nomos/agent/llm";
import { assert, assertEquals, assertRejects, assertStrictEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { countedSignal } from "../../fixtures/counted_signal.ts";
import { drain, PlayedModel, requestOf, result, soon, text } from "./played_model.ts";

/** Model whose calls end when a test ends them. It ignores the signal. */
class HeldModel implements LLM {
  readonly name = "held";
  /** Session ids of the calls that began, in order. */
  readonly begun: (string | undefined)[] = [];
  readonly #held = new Map<string | undefined, PromiseWithResolvers<LLMResult>>();

  get running(): number {
    return this.#held.size;
  }

  decide({ sessionId }: LLMRequest): Promise<LLMResult> {
    const held = Promise.withResolvers<LLMResult>();
    this.begun.push(sessionId);
    this.#held.set(sessionId, held);
    return held.promise;
  }

  async embed(): Promise<number[][]> {
    await this.decide(requestOf({ sessionId: "embedding" }));
    return [];
  }

  /** Ends the call of a session: with an error if one is passed, otherwise with a result. */
  end(sessionId: string, error?: Error): void {
    const held = this.#held.get(sessionId)!;
    this.#held.delete(sessionId);
    if (error === undefined) held.resolve({ output: sessionId });
    else held.reject(error);
  }
}

function ask(llm: LLM, sessionId: string, signal?: AbortSignal): Promise<LLMResult> {
  const promise = llm.decide(requestOf({ sessionId, ...(signal && { signal }) }));
  promise.catch(() => {});
  return promise;
}

const runMicrotasks = () => soon(new Promise(() => {}));

Deno.test("limitConcurrency() queues calls beyond its limit, first come, first served", async () => {
  const model = new HeldModel();
  const llm = limitConcurrency(model, 2);
  const answers = ["a", "b", "c", "d"].map((id) => ask(llm, id));
  await runMicrotasks();
  assertEquals(model.begun, ["a", "b"]);
  model.end("b");
  await runMicrotasks();
  assertEquals(model.begun, ["a", "b", "c"]);
  model.end("a");
  model.end("c");
  await runMicrotasks();
  assertEquals(model.begun, ["a", "b", "c", "d"]);
  model.end("d");
  assertEquals((await Promise.all(answers)).map(({ output }) => output), ["a", "b", "c", "d"]);
});

Deno.test("limitConcurrency() releases the permit of a call that fails, even synchronously", async () => {
  const model = new HeldModel();
  let calls = 0;
  const llm = limitConcurrency({
    name: "sudden",
    decide: (request) => {
      if (++calls === 1) throw new Error("down");
      return model.decide(request);
    },
  }, 1);
  await assertRejects(() => ask(llm, "a"), Error, "down");
  const failing = ask(llm, "b");
  const last = ask(llm, "c");
  await runMicrotasks();
  model.end("b", new Error("down too"));
  await assertRejects(() => failing, Error, "down too");
  model.end("c");
  assertEquals(await last, { output: "c" });
});

Deno.test("limitConcurrency() removes an aborted call from the queue", async () => {
  const model = new HeldModel();
  const llm = limitConcurrency(model, 1);
  const { controller, listeners } = countedSignal();
  const first = ask(llm, "a");
  const given = ask(llm, "b", controller.signal);
  const last = ask(llm, "c");
  await runMicrotasks();
  assertEquals(listeners(), 1);
  const reason = new Error("gone");
  controller.abort(reason);
  assertStrictEquals(await soon(given), reason);
  assertEquals(listeners(), 0);
  model.end("a");
  await first;
  await runMicrotasks();
  assertEquals(model.begun, ["a", "c"]);
  model.end("c");
  await last;
});

Deno.test("limitConcurrency() leaves no listener on the signal of a call that waited", async () => {
  const model = new HeldModel();
  const llm = limitConcurrency(model, 1);
  const { controller, listeners } = countedSignal();
  const first = ask(llm, "a");
  const second = ask(llm, "b", controller.signal);
  await runMicrotasks();
  model.end("a");
  await first;
  await runMicrotasks();
  model.end("b");
  await second;
  assertEquals(listeners(), 0);
});

Deno.test("limitConcurrency() grants no permit to a call that aborts at the same time", async () => {
  const model = new HeldModel();
  const llm = limitConcurrency(model, 1);
  const controller = new AbortController();
  ask(llm, "a");
  const given = ask(llm, "b", controller.signal);
  const last = ask(llm, "c");
  await runMicrotasks();
  model.end("a");
  // Aborts between the end of one call and the start of the next, at each microtask.
  await null;
  while (model.running === 0 && !controller.signal.aborted) {
    controller.abort(new Error("gone"));
    await null;
  }
  await assertRejects(() => given, Error, "gone");
  await runMicrotasks();
  assertEquals(model.begun.at(-1), "c");
  model.end("c");
  await last;
});

Deno.test("limitConcurrency() keeps the permit of an aborted call until the model has finished it", async () => {
  const model = new HeldModel();
  const llm = limitConcurrency(model, 1);
  const controller = new AbortController();
  const given = ask(llm, "a", controller.signal);
  const last = ask(llm, "b");
  await runMicrotasks();
  controller.abort(new Error("gone"));
  assertEquals((await soon(given) as Error).message, "gone");
  await runMicrotasks();
  assertEquals(model.begun, ["a"]);
  model.end("a", new Error("late"));
  await runMicrotasks();
  assertEquals(model.begun, ["a", "b"]);
  model.end("b");
  await last;
});

Deno.test("limitConcurrency() counts embeddings and streams among its calls", async () => {
  const held = new HeldModel();
  const streaming = new PlayedModel({ streams: [[text("a"), result("a")]] });
  const llm = limitConcurrency({
    name: "both",
    decide: (request) => held.decide(request),
    embed: () => held.embed(),
    stream: (request) => streaming.stream!(request),
  }, 1);
  const vectors = llm.embed!(["a"]);
  const draining = drain(llm);
  const answer = ask(llm, "b");
  await runMicrotasks();
  assertEquals([held.begun, streaming.reads], [["embedding"], 0]);
  held.end("embedding");
  assertEquals(await vectors, []);
  assertEquals((await draining).chunks.length, 2);
  held.end("b");
  assertEquals(await answer, { output: "b" });
});

Deno.test("limitConcurrency() keeps the permit of a stream until it ends or is closed early", async () => {
  for (const breakAt of [1, 2, 3]) {
    const model = new PlayedModel({
      streams: [[text("a"), result("a")]],
      answers: [{ output: "unplayed" }, { output: "b" }],
    });
    const llm = limitConcurrency(model, 1);
    const unread = llm.stream!(requestOf());
    const stream = llm.stream!(requestOf())[Symbol.asyncIterator]();
    for (let read = 1; read <= breakAt; read++) {
      const { done } = await stream.next();
      assertEquals(done, read === 3);
      if (read === 1) {
        const waiting = llm.decide(requestOf());
        assertEquals(await soon(waiting), "pending");
        waiting.then(({ output }) => assertEquals(output, "b"));
      }
    }
    await stream.return!();
    await runMicrotasks();
    assertEquals([model.requests.length, model.openStreams, model.openCalls], [2, 0, 0]);
    void unread;
  }
});

Deno.test("limitConcurrency() releases the permit of a stream once, if it ends or fails", async () => {
  for (const last of [result("a"), new Error("down")]) {
    const model = new HeldModel();
    const streaming = new PlayedModel({ streams: [[text("a"), last]] });
    const llm = limitConcurrency({
      name: "both",
      decide: (request) => model.decide(request),
      stream: (request) => streaming.stream!(request),
    }, 1);
    await drain(llm);
    const answers = [ask(llm, "a"), ask(llm, "b")];
    await runMicrotasks();
    assertEquals(model.begun, ["a"]);
    model.end("a");
    await runMicrotasks();
    model.end("b");
    await Promise.all(answers);
  }
});

Deno.test("limitConcurrency() keeps the permit of an aborted stream until the model has finished it", async () => {
  const { promise: closing, resolve: close } = Promise.withResolvers<void>();
  const llm = limitConcurrency({
    name: "slow to close",
    decide: () => Promise.resolve({ output: "next" }),
    async *stream() {
      try {
        yield text("a");
      } finally {
        await closing;
      }
    },
  }, 1);
  const controller = new AbortController();
  const stream = llm.stream!(requestOf({ signal: controller.signal }))[Symbol.asyncIterator]();
  await stream.next();
  controller.abort(new Error("gone"));
  assertEquals((await soon(stream.next()) as Error).message, "gone");
  const waiting = llm.decide(requestOf());
  assertEquals(await soon(waiting), "pending");
  close();
  assertEquals(await waiting, { output: "next" });
});

Deno.test("limitConcurrency() throws a retryable error if the queue is full", async () => {
  const model = new HeldModel();
  const llm = limitConcurrency(model, 1, { maxQueue: 1 });
  const answers = [ask(llm, "a"), ask(llm, "b")];
  const error = await assertRejects(() => ask(llm, "c"), LLMBusyError);
  assertEquals(
    error.message,
    'Cannot queue another call of model "held": its queue is full (maxQueue 1). Increase maxQueue, or retry later',
  );
  assertEquals([error.code, error.isRetryable], ["LLM_BUSY", true]);
  model.end("a");
  await runMicrotasks();
  answers.push(ask(llm, "d"));
  model.end("b");
  await runMicrotasks();
  model.end("d");
  await Promise.all(answers);
  assertEquals(model.begun, ["a", "b", "d"]);
});

Deno.test("limitConcurrency() without a queue throws if no permit is available", async () => {
  const model = new HeldModel();
  const llm = limitConcurrency(model, 1, { maxQueue: 0 });
  const answer = ask(llm, "a");
  await assertRejects(() => ask(llm, "b"), LLMBusyError);
  model.end("a");
  await answer;
  const next = ask(llm, "c");
  await runMicrotasks();
  model.end("c");
  assertEquals(await next, { output: "c" });
});

Deno.test("limitConcurrency() is never exceeded, and loses no permit and no call", async () => {
  const action = fc.oneof(
    { weight: 4, arbitrary: fc.constant("call" as const) },
    { weight: 3, arbitrary: fc.record({ end: fc.nat() }) },
    { weight: 2, arbitrary: fc.record({ abort: fc.nat() }) },
    { weight: 1, arbitrary: fc.constant("pause" as const) },
  );
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 4 }), fc.array(action), async (limit, actions) => {
      const model = new PlayedModel({});
      const open: (() => void)[] = [];
      let [running, most] = [0, 0];
      model.decide = async () => {
        most = Math.max(most, ++running);
        await new Promise<void>((resolve) => open.push(resolve));
        running--;
        return { output: "done" };
      };
      const llm = limitConcurrency(model, limit);
      const calls: { readonly controller: AbortController; readonly answer: Promise<unknown> }[] =
        [];
      for (const action of actions) {
        if (action === "pause") await runMicrotasks();
        else if (action === "call") {
          const controller = new AbortController();
          calls.push({ controller, answer: ask(llm, "any", controller.signal) });
        } else if ("end" in action) open.splice(action.end % (open.length || 1), 1)[0]?.();
        else calls[action.abort % (calls.length || 1)]?.controller.abort();
      }
      for (let round = 0; round <= actions.length; round++) {
        await runMicrotasks();
        open.shift()?.();
      }
      await Promise.allSettled(calls.map(({ answer }) => answer));
      assert(most <= limit, `${most} at once`);
      assertEquals(running, 0);
      // All permits are free again.
      const answers = Array.from({ length: limit + 1 }, () => ask(llm, "any"));
      await runMicrotasks();
      assertEquals(running, limit);
      for (let round = 0; round <= limit; round++) {
        open.shift()?.();
        await runMicrotasks();
      }
      await Promise.all(answers);
    }),
    { numRuns: 100 },
  );
});

Deno.test("limitConcurrency() rejects an invalid limit", () => {
  const model = new PlayedModel({ name: "vendor/model" });
  for (const limit of [0, 1.5, Infinity]) {
    assertThrows(
      () => limitConcurrency(model, limit),
      ConfigError,
      `Cannot limit the concurrency of model "vendor/model" with limit ${limit}: expected a whole number from 1`,
    );
  }
  assertThrows(
    () => limitConcurrency(model, 1, { maxQueue: -1 }),
    ConfigError,
    "with maxQueue -1: expected a whole number from 0, or Infinity",
  );
});
