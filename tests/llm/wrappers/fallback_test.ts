import { ConfigError, type LLM, LLMError, MockLLM } from "@nomos/agent";
import { RealModelError } from "@nomos/agent/llm";
import {
  AllModelsFailedError,
  fallback,
  LLMConnectionError,
  LLMContentFilterError,
  LLMHttpError,
  LLMLengthError,
  LLMRefusalError,
  LLMSchemaError,
  openaiStrict,
} from "@nomos/agent/llm";
import { assert, assertEquals, assertRejects, assertStrictEquals, assertThrows } from "@std/assert";
import { drain, PlayedModel, requestOf, RESTART, result, soon, text } from "./played_model.ts";

const down = new LLMConnectionError("Cannot connect", { isRetryable: true });

function answering(name: string, output: unknown = name): PlayedModel {
  return new PlayedModel({ name, answers: [{ output }], streams: [[text(name), result(output)]] });
}

Deno.test("fallback() calls only the first model as long as it answers", async () => {
  const [a, b] = [answering("a"), answering("b")];
  const llm = fallback([a, b]);
  assertEquals(await llm.decide(requestOf()), { output: "a", model: "a" });
  assertEquals([llm.name, b.requests.length], ["a", 0]);
});

Deno.test("fallback() calls one model after another, and names the one that answered", async () => {
  const models = [
    new PlayedModel({ name: "a", answers: [down] }),
    new PlayedModel({ name: "b", answers: [new LLMError("b failed")] }),
    answering("c"),
    answering("d"),
  ];
  assertEquals(await fallback(models).decide(requestOf()), { output: "c", model: "c" });
  assertEquals(models.map(({ requests }) => requests.length), [1, 1, 1, 0]);
});

Deno.test("fallback() starts each call with the first model", async () => {
  const a = new PlayedModel({ name: "a", answers: [down, { output: "a", model: "a-2026" }] });
  const llm = fallback([a, answering("b")]);
  assertEquals((await llm.decide(requestOf())).model, "b");
  assertEquals(await llm.decide(requestOf()), { output: "a", model: "a-2026" });
});

Deno.test("fallback() calls another model after every kind of LLMError", async () => {
  const errors = [
    new LLMRefusalError("It will not"),
    new LLMLengthError("It is cut off"),
    new LLMContentFilterError("It is filtered"),
    new LLMSchemaError("It does not take the schema"),
    new LLMHttpError("Bad request", 400),
    down,
    new LLMError("It failed"),
  ];
  for (const error of errors) {
    const llm = fallback([new PlayedModel({ answers: [error] }), answering("b")]);
    assertEquals((await llm.decide(requestOf())).output, "b");
  }
});

Deno.test("fallback() throws other errors unchanged", async () => {
  const errors = [
    new DOMException("gone", "AbortError"),
    new ConfigError("wrong"),
    new RealModelError("a"),
    new TypeError("undefined is not a function"),
  ];
  for (const error of errors) {
    const b = answering("b");
    const llm = fallback([new PlayedModel({ answers: [error as Error] }), b]);
    assertStrictEquals(await soon(llm.decide(requestOf())), error);
    assertEquals(b.requests.length, 0);
  }
});

Deno.test("fallback() does not fall back if a mock's script does not match", async () => {
  const llm = fallback([new MockLLM(), answering("b")]);
  await assertRejects(() => llm.decide(requestOf()), LLMError, "the script has 0 entries");
});

Deno.test("fallback() calls the next model if shouldFallBack accepts the error, never after an abort or a misuse", async () => {
  const asked: unknown[] = [];
  const refused = new LLMRefusalError("It will not");
  const broken = new TypeError("fetch failed");
  const shouldFallBack = (error: unknown) => asked.push(error) > 0 && error === broken;
  const models = (error: Error) => [new PlayedModel({ answers: [error] }), answering("b")];
  const ask = (error: Error) =>
    soon(fallback(models(error), { shouldFallBack }).decide(requestOf()));
  assertEquals(await ask(broken), { output: "b", model: "b" });
  assertStrictEquals(await ask(refused), refused);
  await ask(new DOMException("gone", "AbortError"));
  await ask(new ConfigError("wrong"));
  assertEquals(asked, [broken, refused]);
});

Deno.test("fallback() calls no other model when the signal aborts", async () => {
  const controller = new AbortController();
  const b = answering("b");
  const llm = fallback([new PlayedModel({ answers: ["stall"] }), b]);
  const waiting = llm.decide(requestOf({ signal: controller.signal }));
  await soon(waiting);
  controller.abort(down);
  assertStrictEquals(await soon(waiting), down);
  assertEquals(b.requests.length, 0);
});

Deno.test("fallback() reports every model when all fail", async () => {
  const busy = new LLMHttpError("Too many requests", 429, {
    isRetryable: true,
    retryAfter: 2_000,
    usage: { input: 4 },
  });
  const refused = new LLMRefusalError("It will not", { usage: { input: 3, output: 1 } });
  const slow = new LLMHttpError("Overloaded", 529, { isRetryable: true, retryAfter: 900 });
  const models = [busy, refused, slow].map((error, index) =>
    new PlayedModel({ name: `model ${index}`, answers: [error] })
  );
  const error = await assertRejects(
    () => fallback(models).decide(requestOf()),
    AllModelsFailedError,
  );
  assertEquals(
    error.message,
    "Cannot get an answer from any of 3 models:\n" +
      '- "model 0": Too many requests\n- "model 1": It will not\n- "model 2": Overloaded',
  );
  assertEquals([error.code, error.isRetryable, error.retryAfter], ["LLM_ALL_FAILED", true, 900]);
  assertEquals(error.usage, { input: 7, output: 1 });
  assertEquals(error.failures.map(({ model }) => model), ["model 0", "model 1", "model 2"]);
  assert(error.cause instanceof AggregateError);
  assertEquals(error.cause.errors, [busy, refused, slow]);
});

Deno.test("fallback() is retryable if one error is, after the shortest delay", async () => {
  const failing = (...errors: LLMError[]) =>
    assertRejects(
      () =>
        fallback(errors.map((error) => new PlayedModel({ answers: [error] }))).decide(requestOf()),
      AllModelsFailedError,
    );
  const stays = await failing(new LLMError("a"), new LLMError("b", { retryAfter: 5 }));
  assertEquals([stays.isRetryable, stays.retryAfter, stays.usage], [false, undefined, undefined]);
  const passes = await failing(down, new LLMError("b", { isRetryable: true, retryAfter: 5 }));
  assertEquals([passes.isRetryable, passes.retryAfter], [true, undefined]);
});

Deno.test("fallback() adds the usage of failed models to that of the result or error", async () => {
  const costly = new LLMError("filtered", { usage: { input: 10 } });
  const a = () => new PlayedModel({ name: "a", answers: [costly] });
  const b = new PlayedModel({ name: "b", answers: [{ output: "b", usage: { input: 5 } }] });
  assertEquals((await fallback([a(), b]).decide(requestOf())).usage, { input: 15 });
  const unplayed = new LLMError("last", { usage: { input: 1 } });
  const last = new PlayedModel({ name: "b", answers: [unplayed] });
  const shouldFallBack = (error: unknown) => error === costly;
  const error = await assertRejects(
    () => fallback([a(), last], { shouldFallBack }).decide(requestOf()),
    LLMError,
    "last",
  );
  assertEquals([error.usage, unplayed.usage], [{ input: 11 }, { input: 1 }]);
});

Deno.test("fallback() continues with the next stream after a restart", async () => {
  const failing = (chunks: readonly (typeof RESTART)[]) =>
    new PlayedModel({ name: "a", streams: [[...chunks, down]] });
  const expected = [text("b"), result("b", { model: "b" })];
  const silent = fallback([failing([]), answering("b")]);
  assertEquals(await drain(silent), { chunks: expected });
  const a = failing([text("a")]);
  assertEquals(await drain(fallback([a, answering("b")])), {
    chunks: [text("a"), RESTART, ...expected],
  });
  assertEquals(a.openStreams, 0);
});

Deno.test("fallback() streams if one of its models does; others become a stream of one result", async () => {
  const whole = new PlayedModel({ name: "whole", answers: [down] });
  assertEquals(await drain(fallback([whole, answering("b")])), {
    chunks: [text("b"), result("b", { model: "b" })],
  });
  const broken = new PlayedModel({ name: "a", streams: [[text("a"), down]] });
  const spare = new PlayedModel({ name: "spare", answers: [{ output: "spare" }] });
  assertEquals(await drain(fallback([broken, spare])), {
    chunks: [text("a"), RESTART, result("spare", { model: "spare" })],
  });
  assertEquals("stream" in fallback([spare, spare]), false);
});

Deno.test("fallback() takes embeddings from one model only", async () => {
  const none = new PlayedModel({ name: "none" });
  const first = new PlayedModel({ name: "first", embeddings: [[[1]], down] });
  const second = new PlayedModel({ name: "second", embeddings: [[[2]]] });
  const llm = fallback([none, first, second]);
  assertEquals(await llm.embed!(["a"]), [[1]]);
  assertStrictEquals(await soon(llm.embed!(["a"])), down);
});

Deno.test("fallback() rejects fewer than two models", () => {
  for (const models of [[], [answering("a")]]) {
    assertThrows(
      () => fallback(models),
      ConfigError,
      `Cannot fall back with ${models.length} models: expected at least 2`,
    );
  }
});

Deno.test("fallback() rejects models with different schema profiles", () => {
  const house = { ...openaiStrict, name: "house", maxDepth: 3 };
  const a: LLM = answering("a");
  const same: LLM = Object.assign(answering("b"), { schemaProfile: { ...openaiStrict } });
  const other: LLM = Object.assign(answering("c"), { schemaProfile: house });
  fallback([a, same]);
  fallback([other, Object.assign(answering("d"), { schemaProfile: { ...house } })]);
  assertThrows(
    () => fallback([a, same, other]),
    ConfigError,
    'Cannot fall back from "a" (profile "openai-strict") to "c" (profile "house"): ' +
      "expected equal schema profiles, because both receive the same schema. " +
      "Create both with one schemaProfile that both support",
  );
});

Deno.test("fallback() copies its list of models", async () => {
  const models = [new PlayedModel({ name: "a", answers: [down] }), answering("b")];
  const llm = fallback(models);
  models.length = 0;
  assertEquals((await llm.decide(requestOf())).output, "b");
});
