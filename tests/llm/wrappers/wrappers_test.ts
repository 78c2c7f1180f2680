import type { LLM } from "@nomos/agent";
import type { LLMChunk, SchemaProfile } from "@nomos/agent/llm";
import { fallback, limitConcurrency, logged, openaiStrict, retry, timeout } from "@nomos/agent/llm";
import { ManualClock } from "@nomos/agent/testing";
import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { countedSignal } from "../../fixtures/counted_signal.ts";
import { deafModel, drain, PlayedModel, requestOf, result, soon, text } from "./played_model.ts";

/** Wrappers that must pass all tests of this file. */
const WRAPPERS: Readonly<Record<string, (llm: LLM, clock: ManualClock) => LLM>> = {
  "retry()": (llm, clock) => retry(llm, { clock }),
  "timeout()": (llm, clock) => timeout(llm, { call: 1_000, chunk: 100, clock }),
  "timeout() of chunks": (llm, clock) => timeout(llm, { chunk: 100, clock }),
  "limitConcurrency()": (llm) => limitConcurrency(llm, 2),
  "fallback()": (llm) => fallback([llm, profiled(new PlayedModel({}), llm.schemaProfile)]),
  "logged()": (llm) => logged(llm, { log: () => {} }),
  "all of them": (llm, clock) =>
    fallback([
      logged(retry(limitConcurrency(timeout(llm, { call: 1_000, clock }), 2), { clock }), {
        log: () => {},
      }),
      profiled(new PlayedModel({}), llm.schemaProfile),
    ]),
};

function profiled(llm: LLM, schemaProfile: SchemaProfile | undefined): LLM {
  return schemaProfile === undefined ? llm : Object.assign(llm, { schemaProfile });
}

/** Creates a model that answers every call immediately. */
function readyModel(): LLM & { openStreams: number } {
  const answer = { output: "done" };
  const model = {
    name: "ready",
    openStreams: 0,
    decide: () => Promise.resolve(answer),
    embed: () => Promise.resolve([[1]]),
    async *stream(): AsyncGenerator<LLMChunk, void, void> {
      model.openStreams++;
      try {
        for (const part of ["a", "b", "c"]) yield text(part);
        yield { type: "result", result: answer };
      } finally {
        model.openStreams--;
      }
    },
  };
  return model;
}

for (const [name, wrap] of Object.entries(WRAPPERS)) {
  Deno.test(`${name} keeps name and profile, and has no method that its model lacks`, () => {
    const clock = new ManualClock();
    const bare = wrap(new PlayedModel({ name: "vendor/model" }), clock);
    assertEquals(bare.name, "vendor/model");
    assertEquals(["schemaProfile", "stream", "embed"].filter((key) => key in bare), []);
    const schemaProfile = { ...openaiStrict, name: "house" };
    const full = profiled(new PlayedModel({ streams: [], embeddings: [] }), schemaProfile);
    const wrapped = wrap(full, clock);
    assertStrictEquals(wrapped.schemaProfile, schemaProfile);
    assert(wrapped.stream !== undefined && wrapped.embed !== undefined);
  });

  Deno.test(`${name} passes answers, chunks and vectors through`, async () => {
    const answer = { output: { a: 1 }, usage: { input: 1 }, model: "vendor/model-1" };
    const chunks = [text("{"), text("}"), result({}, { model: "vendor/model-1" })];
    const model = new PlayedModel({
      answers: [answer],
      streams: [[], chunks],
      embeddings: [[], [], [[1, 2], [3, 4]]],
    });
    const llm = wrap(model, new ManualClock());
    const request = requestOf({ step: "greet" });
    assertEquals(await llm.decide(request), answer);
    assertEquals(await drain(llm, request), { chunks });
    assertEquals(await llm.embed!(["a", "b"]), [[1, 2], [3, 4]]);
    assertEquals(model.requests.map(({ step }) => step), ["greet", "greet"]);
  });

  Deno.test(`${name} starts when the first chunk is requested, and does not read ahead`, async () => {
    const model = new PlayedModel({ streams: [[text("a"), text("b"), result("ab")]] });
    const stream = wrap(model, new ManualClock()).stream!(requestOf())[Symbol.asyncIterator]();
    await soon(Promise.resolve());
    assertEquals([model.requests.length, model.reads], [0, 0]);
    for (let reads = 1; reads <= 4; reads++) {
      const { done } = await stream.next();
      await soon(Promise.resolve());
      assertEquals([done, model.reads], [reads === 4, reads]);
    }
  });

  Deno.test(`${name} closes the model's stream wherever the consumer stops`, async () => {
    const clock = new ManualClock();
    const { controller, listeners } = countedSignal();
    const { signal } = controller;
    for (let breakAt = 0; breakAt <= 3; breakAt++) {
      const model = new PlayedModel({ streams: [[text("a"), text("b"), result("ab")]] });
      const stream = wrap(model, clock).stream!(requestOf({ signal }))[Symbol.asyncIterator]();
      for (let reads = 0; reads < breakAt; reads++) await stream.next();
      assertEquals(model.openStreams, breakAt === 0 ? 0 : 1);
      await stream.return!();
      assertEquals([model.openStreams, clock.pendingTimers, listeners()], [0, 0, 0]);
      assertEquals(await stream.next(), { done: true, value: undefined });
    }
  });

  Deno.test(`${name} waits until the model has closed its stream`, async () => {
    const { promise: closing, reject: fail } = Promise.withResolvers<void>();
    const llm = wrap({
      name: "slow to close",
      decide: () => Promise.resolve({ output: "done" }),
      async *stream() {
        try {
          yield text("a");
        } finally {
          await closing;
        }
      },
    }, new ManualClock());
    const stream = llm.stream!(requestOf())[Symbol.asyncIterator]();
    await stream.next();
    const returned = stream.return!();
    assertEquals(await soon(returned), "pending");
    const error = new Error("cannot close");
    fail(error);
    assertStrictEquals(await soon(returned), error);
  });

  Deno.test(`${name} settles immediately with the signal's reason, even if the model ignores it`, async () => {
    const clock = new ManualClock();
    const reason = new Error("gone");
    for (const call of ["decide", "embed", "stream"] as const) {
      const { controller, listeners } = countedSignal();
      const { signal } = controller;
      const model = deafModel();
      const llm = wrap(model, clock);
      const calls = {
        decide: () => llm.decide(requestOf({ signal })),
        embed: () => llm.embed!(["a"], { signal }),
        stream: () => drain(llm, requestOf({ signal })).then(({ error }) => error),
      };
      const waiting = calls[call]();
      assertEquals(await soon(waiting), "pending");
      controller.abort(reason);
      assertStrictEquals(await soon(waiting), reason);
      assertEquals([clock.pendingTimers, listeners()], [0, 0]);
      assertEquals(model.returned, call === "stream" ? 1 : 0);
    }
  });

  Deno.test(`${name} does not call the model if the signal has already aborted`, async () => {
    const clock = new ManualClock();
    const reason = new Error("gone");
    const signal = AbortSignal.abort(reason);
    let embeddings = 0;
    const model = Object.assign(new PlayedModel({ streams: [[]] }), {
      embed: () => Promise.resolve([[embeddings++]]),
    });
    const llm = wrap(model, clock);
    assertStrictEquals(await soon(llm.decide(requestOf({ signal }))), reason);
    assertStrictEquals(await soon(llm.embed!(["a"], { signal })), reason);
    assertStrictEquals((await drain(llm, requestOf({ signal }))).error, reason);
    assertEquals([model.requests.length, embeddings, clock.pendingTimers], [0, 0, 0]);
  });

  Deno.test(`${name} leaves no listeners, timers or streams after a thousand calls`, async () => {
    const clock = new ManualClock();
    const { controller, listeners } = countedSignal();
    const { signal } = controller;
    const model = readyModel();
    const llm = wrap(model, clock);
    let most = 0;
    for (let call = 0; call < 1_000; call++) {
      if (call % 10 === 0) {
        for await (const _ of llm.stream!(requestOf({ signal }))) if (call % 20 === 0) break;
      } else if (call % 10 === 1) await llm.embed!(["a"], { signal });
      else await llm.decide(requestOf({ signal }));
      most = Math.max(most, listeners());
    }
    await soon(Promise.resolve());
    assert(most < 10, `${most} listeners at once`);
    assertEquals([listeners(), clock.pendingTimers, model.openStreams], [0, 0, 0]);
  });
}
