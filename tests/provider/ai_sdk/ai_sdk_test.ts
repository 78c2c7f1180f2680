import { ConfigError } from "@nomos/agent";
import { RealModelError } from "@nomos/agent/llm";
import { localGrammar, openaiStrict } from "@nomos/agent/llm";
import { aiSdk, type AiSdkModel, type AiSdkOptions } from "@nomos/agent/ai-sdk";
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { allowRealModels, forbidRealModels } from "@nomos/agent/testing";
import { drain, requestOf, standIn } from "./fixture.ts";

Deno.test("aiSdk() rejects a value that is not a model of the AI SDK, and names the expected one", () => {
  const v1 = { ...standIn(), specificationVersion: "v1" };
  const cases: readonly [given: unknown, message: string][] = [
    [
      "openai/gpt-5",
      'Cannot use "openai/gpt-5" as a model: expected a model object, for example ' +
      'openai("gpt-5-mini") from npm:@ai-sdk/openai, or gateway(…) from npm:ai',
    ],
    [undefined, "Cannot use undefined as a model: expected a language model of the AI SDK"],
    [{ doEmbed() {}, provider: "a", modelId: "b" }, "Cannot use an object as a model"],
    [{ doGenerate() {}, modelId: "b" }, "with provider, modelId and doGenerate()"],
    [
      v1,
      'Cannot use model "small" of "house": its specification version is "v1": expected "v2", "v3" or "v4"',
    ],
  ];
  for (const [given, message] of cases) {
    assertThrows(() => aiSdk(given as AiSdkModel), ConfigError, message);
  }
});

Deno.test("aiSdk() rejects a model that is known to drop the schema", () => {
  assertThrows(
    () => aiSdk(Object.assign(standIn(), { supportsStructuredOutputs: false })),
    ConfigError,
    "Create its provider with supportsStructuredOutputs: true",
  );
  aiSdk(Object.assign(standIn(), { supportsStructuredOutputs: true }));
  assertThrows(
    () => aiSdk(standIn(), { providerOptions: { google: { structuredOutputs: false } } }),
    ConfigError,
    "Cannot call aiSdk() with providerOptions.google.structuredOutputs false: expected true, because otherwise the schema is not sent",
  );
});

Deno.test("aiSdk() rejects invalid options", () => {
  const cases: readonly [options: AiSdkOptions, message: string][] = [
    [{ name: " " }, 'name " ": expected a non-empty string'],
    [{ temperature: -1 }, "temperature -1: expected a number from 0"],
    [{ temperature: NaN }, "temperature NaN"],
    [{ maxOutputTokens: 0 }, "maxOutputTokens 0: expected a whole number from 1"],
    [{ maxOutputTokens: 1.5 }, "maxOutputTokens 1.5"],
    [{ seed: 0.1 }, "seed 0.1: expected a whole number"],
    [{ stream: true }, "stream true: expected a model with doStream()"],
    [{ embedding: standIn() as never }, "embedding an object: expected an embedding model"],
  ];
  for (const [options, message] of cases) {
    assertThrows(
      () => aiSdk(standIn(), options),
      ConfigError,
      `Cannot call aiSdk() with ${message}`,
    );
  }
  assertThrows(
    () => aiSdk(standIn({ version: "v3" }), { reasoning: "low" }),
    ConfigError,
    'Cannot call aiSdk() with reasoning "low": expected a model of specification v4. Use providerOptions instead',
  );
});

Deno.test("aiSdk() streams if the model can, unless stream is false", () => {
  const parts = () => new ReadableStream();
  assertEquals("stream" in aiSdk(standIn()), false);
  assertEquals("stream" in aiSdk(standIn({ parts })), true);
  assertEquals("stream" in aiSdk(standIn({ parts }), { stream: false }), false);
  assertEquals("embed" in aiSdk(standIn()), false);
});

Deno.test("aiSdk() passes every option that is set, and no other", async () => {
  const model = standIn();
  const options = {
    temperature: 0,
    maxOutputTokens: 100,
    seed: 7,
    reasoning: "low",
    headers: { "x-team": "a", "x-none": undefined },
    providerOptions: { house: { tier: 1 } },
  };
  const { signal } = new AbortController();
  await aiSdk(model, options).decide(requestOf({ signal }));
  const { prompt: _, responseFormat, ...rest } = model.calls[0]!;
  assertEquals(rest, { ...options, includeRawChunks: false, abortSignal: signal });
  const { schema, schemaName: name } = requestOf();
  assertEquals(responseFormat, { type: "json", schema, name });

  await aiSdk(model).decide(requestOf());
  assertEquals(Object.keys(model.calls[1]!), ["prompt", "responseFormat", "includeRawChunks"]);
});

Deno.test("aiSdk() does not expose headers and vendor options", () => {
  const secret = "s3cret-header";
  const llm = aiSdk(standIn(), {
    headers: { authorization: secret },
    providerOptions: { house: { key: secret } },
  });
  assert(!`${JSON.stringify(llm)}${Deno.inspect(llm, { depth: 9 })}`.includes(secret));
});

Deno.test("aiSdk() has the schema profile of its vendor, unless the option is set", () => {
  assertEquals(aiSdk(standIn({ provider: "openai.responses" })).schemaProfile, openaiStrict);
  for (const provider of ["ollama", "lmstudio.chat", "vllm", "sglang.chat", "llama.cpp.chat"]) {
    assertEquals(aiSdk(standIn({ provider })).schemaProfile, localGrammar, provider);
  }
  const schemaProfile = { ...openaiStrict, name: "mine" };
  assertEquals(aiSdk(standIn(), { schemaProfile }).schemaProfile, schemaProfile);
});

Deno.test("aiSdk() calls no model if real models are forbidden", async () => {
  const model = standIn({ parts: () => new ReadableStream() });
  const embedding = { ...model, doEmbed: () => Promise.resolve({ embeddings: [] }) };
  const llm = aiSdk(model, {
    embedding: { ...embedding, maxEmbeddingsPerCall: 1, supportsParallelCalls: false },
  });
  forbidRealModels();
  try {
    await assertRejects(() => llm.decide(requestOf()), RealModelError, "house/small");
    await assertRejects(() => drain(llm), RealModelError, "house/small");
    await assertRejects(() => llm.embed!(["a"]), RealModelError, "house/small");
  } finally {
    allowRealModels();
  }
  assertEquals(model.calls, []);
});
