import { LLMError } from "@nomos/agent";
import { aiSdk, type AiSdkCallOptions } from "@nomos/agent/ai-sdk";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { MockLanguageModelV3, MockLanguageModelV4 } from "ai/test";
import { MockLanguageModelV2 } from "ai-v5/test";
import { LLMConnectionError, LLMHttpError, LLMLengthError } from "@nomos/agent/llm";
import { countedSignal } from "../../fixtures/counted_signal.ts";
import { drain, partsOf, requestOf, standIn } from "./fixture.ts";

const RESULT = {
  type: "result",
  result: { output: '{"a":1}', usage: { input: 80, output: 12 }, model: "small-2026" },
};

/** Creates a model whose streams have these parts; null is a part that never arrives. */
function streaming(parts: readonly unknown[]) {
  const seen = { pulled: 0, cancelled: 0, options: [] as AiSdkCallOptions[] };
  const model = standIn({
    parts: (options) => {
      seen.options.push(options);
      let index = 0;
      return new ReadableStream({
        async pull(controller) {
          if (index === parts.length) return controller.close();
          const part = parts[index++];
          if (part === null) await new Promise(() => {});
          seen.pulled++;
          controller.enqueue(part);
        },
        cancel: () => void seen.cancelled++,
      }, { highWaterMark: 0 });
    },
  });
  return { llm: aiSdk(model), seen };
}

Deno.test("aiSdk() streams the answers of all three versions alike", async () => {
  const stream = (finish: object) => ({
    stream: ReadableStream.from([
      ...partsOf(['{"a"', "", ":1}"], finish as Record<string, unknown>),
    ]) as never,
  });
  const flat = { inputTokens: 80, outputTokens: 12, totalTokens: 92 };
  const models = [
    new MockLanguageModelV2({ doStream: stream({ finishReason: "stop", usage: flat }) }),
    new MockLanguageModelV3({ doStream: stream({}) }),
    new MockLanguageModelV4({ doStream: stream({}) }),
  ];
  for (const model of models) {
    assertEquals(await drain(aiSdk(model)), [
      { type: "text", text: '{"a"' },
      { type: "text", text: ":1}" },
      RESULT,
    ] as never);
  }
});

Deno.test("aiSdk() emits no text that is not part of the answer", async () => {
  const [start, metadata, , ...rest] = partsOf(['{"a":1}']);
  const { llm } = streaming([
    start,
    { type: "ping" },
    metadata,
    { type: "reasoning-start", id: "r" },
    { type: "reasoning-delta", id: "r", delta: "Let me see" },
    { type: "hologram", delta: "?" },
    { type: "text-start", id: "c", providerMetadata: { openai: { phase: "commentary" } } },
    { type: "text-delta", id: "c", delta: "I will now answer" },
    { type: "text-delta", id: "0", delta: 5 },
    { type: "raw", rawValue: "x" },
    ...rest,
  ]);
  assertEquals(await drain(llm), [{ type: "text", text: '{"a":1}' }, RESULT] as never);
});

Deno.test("aiSdk() reads the answer from a streamed tool call if there is no text", async () => {
  const call = { type: "tool-call", toolCallId: "1", toolName: "json", input: '{"a":1}' };
  const parts = partsOf([]);
  const { llm } = streaming([...parts.slice(0, 2), call, parts.at(-1)]);
  assertEquals(await drain(llm), [RESULT] as never);
});

Deno.test("aiSdk() opens a stream when the first chunk is requested, and does not read ahead", async () => {
  const { llm, seen } = streaming(partsOf(["a", "b", "c"]));
  const chunks = llm.stream!(requestOf())[Symbol.asyncIterator]();
  await Promise.resolve();
  assertEquals(seen.options.length, 0);
  assertEquals((await chunks.next()).value, { type: "text", text: "a" });
  assertEquals([seen.options.length, seen.pulled], [1, 4]);
  assertEquals((await chunks.next()).value, { type: "text", text: "b" });
  assertEquals(seen.pulled, 5);
  await chunks.return!();
});

Deno.test("aiSdk() sends no request for a stream that is closed before it starts", async () => {
  const { llm, seen } = streaming(partsOf(["a"]));
  const chunks = llm.stream!(requestOf())[Symbol.asyncIterator]();
  assertEquals((await chunks.return!()).done, true);
  assertEquals((await chunks.next()).done, true);
  assertEquals(seen.options.length, 0);
});

Deno.test("aiSdk() cancels the request of a stream that is closed early", async () => {
  const { llm, seen } = streaming(partsOf(["a", "b"]));
  for await (const _ of llm.stream!(requestOf())) break;
  assertEquals(seen.cancelled, 1);
  assert(seen.options[0]!.abortSignal!.aborted);
});

Deno.test("aiSdk() cancels the request of a stalled stream that is closed", async () => {
  const { llm, seen } = streaming([...partsOf(["a"]).slice(0, 4), null]);
  const chunks = llm.stream!(requestOf())[Symbol.asyncIterator]();
  await chunks.next();
  const stalled = chunks.next();
  assertEquals((await chunks.return!()).done, true);
  assertEquals((await stalled).done, true);
  assertEquals(seen.cancelled, 1);
  assert(seen.options[0]!.abortSignal!.aborted);
});

Deno.test("aiSdk() ends a stalled stream with the reason of the signal, and leaves no listener", async () => {
  const { llm, seen } = streaming([...partsOf(["a"]).slice(0, 4), null]);
  const { controller, listeners } = countedSignal();
  const { signal } = controller;
  const chunks = llm.stream!(requestOf({ signal }))[Symbol.asyncIterator]();
  await chunks.next();
  const stalled = chunks.next();
  controller.abort(new Error("enough"));
  await assertRejects(() => stalled, Error, "enough");
  assertEquals([seen.cancelled, listeners()], [1, 0]);
  // A signal that has already aborted causes no request.
  await assertRejects(() => drain(llm, requestOf({ signal })), Error, "enough");
  assertEquals(seen.options.length, 1);
});

Deno.test("aiSdk() does not abort the request of a complete stream, and leaves no listener", async () => {
  const { llm, seen } = streaming(partsOf(['{"a":1}']));
  const { controller: { signal }, listeners } = countedSignal();
  const chunks = llm.stream!(requestOf({ signal }))[Symbol.asyncIterator]();
  await chunks.next();
  // Holds even if the consumer reads no further than the result.
  assertEquals((await chunks.next()).value, RESULT);
  assertEquals([seen.cancelled, listeners()], [1, 0]);
  assertEquals(seen.options[0]!.abortSignal!.aborted, false);
});

Deno.test("aiSdk() cancels a stream that opens after the abort", async () => {
  const opening = Promise.withResolvers<ReadableStream>();
  const cancelled = Promise.withResolvers<void>();
  const llm = aiSdk(standIn({ parts: () => opening.promise }));
  const chunks = llm.stream!(requestOf())[Symbol.asyncIterator]();
  const first = chunks.next();
  assertEquals((await chunks.return!()).done, true);
  assertEquals((await first).done, true);
  opening.resolve(new ReadableStream({ cancel: () => cancelled.resolve() }));
  await cancelled.promise;
});

Deno.test("aiSdk() throws for a stream that ends early, fails, or reaches the token limit", async () => {
  const { llm: cut } = streaming(partsOf(["{"]).slice(0, -1));
  const error = await assertRejects(() => drain(cut), LLMConnectionError, "ended before");
  assert(error.isRetryable);

  const overloaded = { message: "Overloaded", type: "overloaded_error", statusCode: 529 };
  const { llm: failing, seen } = streaming([
    ...partsOf(["{"]).slice(0, 4),
    { type: "error", error: { ...overloaded, isRetryable: true, data: {} } },
    partsOf([]).at(-1),
  ]);
  const failure = await assertRejects(() => drain(failing), LLMHttpError, "529: Overloaded");
  assertEquals([failure.status, failure.isRetryable, seen.cancelled], [529, true, 1]);

  const { llm: nameless } = streaming([{ type: "error" }]);
  await assertRejects(() => drain(nameless), LLMError, "undefined");

  const { llm: long } = streaming(partsOf(["{"], { finishReason: "length" }));
  const length = await assertRejects(() => drain(long), LLMLengthError);
  assertEquals(length.usage, { input: 80, output: 12 });

  const broken = new ReadableStream({ start: (controller) => controller.error(new Error("down")) });
  await assertRejects(() => drain(aiSdk(standIn({ parts: () => broken }))), LLMError, "down");
  const refused = aiSdk(standIn({ parts: () => Promise.reject(overloaded) }));
  await assertRejects(() => drain(refused), LLMHttpError, "529");
});
