import { LLMError } from "@nomos/agent";
import { aiSdk, type AiSdkEmbeddingModel } from "@nomos/agent/ai-sdk";
import { assertEquals, assertRejects } from "@std/assert";
import { MockEmbeddingModelV3, MockEmbeddingModelV4 } from "ai/test";
import { MockEmbeddingModelV2 } from "ai-v5/test";
import { LLMHttpError } from "@nomos/agent/llm";
import { standIn } from "./fixture.ts";

const TEXTS = ["a", "bb", "ccc", "dddd", "eeeee", "ffffff", "ggggggg"];
const VECTORS = TEXTS.map(({ length }) => [length, 1]);

/** Creates a model whose vectors contain the length of each text, and a record of its batches. */
function embeddingModel(rest: Partial<AiSdkEmbeddingModel> = {}) {
  const seen = { batches: [] as number[], running: 0, mostRunning: 0 };
  const model: AiSdkEmbeddingModel = {
    specificationVersion: "v4",
    provider: "house.embedding",
    modelId: "tiny",
    maxEmbeddingsPerCall: 2,
    supportsParallelCalls: false,
    async doEmbed({ values }) {
      seen.batches.push(values.length);
      seen.mostRunning = Math.max(seen.mostRunning, ++seen.running);
      await Promise.resolve();
      seen.running--;
      return { embeddings: values.map(({ length }) => [length, 1]) };
    },
    ...rest,
  };
  return { llm: aiSdk(standIn(), { embedding: model }), seen };
}

Deno.test("aiSdk() embeds texts in order, in batches of the size that the model accepts", async () => {
  const { llm, seen } = embeddingModel();
  assertEquals(await llm.embed!(TEXTS), VECTORS);
  assertEquals([seen.batches, seen.mostRunning], [[2, 2, 2, 1], 1]);
  for (const maxEmbeddingsPerCall of [undefined, Infinity, Promise.resolve(100)]) {
    const unlimited = embeddingModel({ maxEmbeddingsPerCall });
    assertEquals(await unlimited.llm.embed!(TEXTS), VECTORS);
    assertEquals(unlimited.seen.batches, [7]);
  }
  assertEquals(await embeddingModel().llm.embed!([]), []);
});

Deno.test("aiSdk() makes a limited number of concurrent calls if the model allows them", async () => {
  const { llm, seen } = embeddingModel({
    maxEmbeddingsPerCall: 1,
    supportsParallelCalls: Promise.resolve(true),
  });
  assertEquals(await llm.embed!(TEXTS), VECTORS);
  assertEquals([seen.batches.length, seen.mostRunning], [7, 4]);
});

Deno.test("aiSdk() embeds with the models of all three versions", async () => {
  const doEmbed = () => Promise.resolve({ embeddings: [[1, 2]], warnings: [] });
  const models = [
    new MockEmbeddingModelV2<string>({ doEmbed }),
    new MockEmbeddingModelV3({ doEmbed }),
    new MockEmbeddingModelV4({ doEmbed }),
  ];
  for (const embedding of models) {
    assertEquals(await aiSdk(standIn(), { embedding }).embed!(["a"]), [[1, 2]]);
  }
});

Deno.test("aiSdk() rejects missing and malformed vectors", async () => {
  for (const embeddings of [[], [[1], [2]], [["a"]], [[]], [[NaN]], undefined]) {
    const { llm } = embeddingModel({ doEmbed: () => Promise.resolve({ embeddings } as never) });
    await assertRejects(
      () => llm.embed!(["a"]),
      LLMError,
      'Cannot embed with model "house.embedding/tiny": expected one vector of finite numbers for each text',
    );
  }
});

Deno.test("aiSdk() reports an embedding that failed or was aborted", async () => {
  const busy = { message: "Busy", statusCode: 429 };
  const { llm } = embeddingModel({ doEmbed: () => Promise.reject(busy) });
  await assertRejects(
    () => llm.embed!(["a"]),
    LLMHttpError,
    'Cannot call model "house.embedding/tiny"',
  );
  const controller = new AbortController();
  const signals: (AbortSignal | undefined)[] = [];
  const { llm: aborted } = embeddingModel({
    doEmbed: ({ abortSignal }) => {
      signals.push(abortSignal);
      controller.abort(new Error("enough"));
      return Promise.reject(busy);
    },
  });
  const { signal } = controller;
  await assertRejects(() => aborted.embed!(["a"], { signal }), Error, "enough");
  await assertRejects(() => aborted.embed!(["a"], { signal }), Error, "enough");
  assertEquals(signals, [signal]);
});

Deno.test("aiSdk() reports the tokens of embeddings, if the vendor does, and the model", async () => {
  const doEmbed: AiSdkEmbeddingModel["doEmbed"] = ({ values }) =>
    Promise.resolve({ embeddings: values.map(() => [1]), usage: { tokens: 4 } });
  const { usage, model } = await embeddingModel({ doEmbed }).llm.embed!(["a", "b", "c"]);
  assertEquals([usage, model], [{ input: 8 }, "tiny"]);
  assertEquals((await embeddingModel().llm.embed!(["a"])).usage, undefined);
});
