import { createAnthropic } from "@ai-sdk/anthropic";
import { createGoogle } from "@ai-sdk/google";
import { createMistral } from "@ai-sdk/mistral";
import { createOpenAI } from "@ai-sdk/openai";
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { aiSdk } from "@nomos/agent/ai-sdk";
import { assertEquals } from "@std/assert";
import { createGateway, wrapLanguageModel } from "ai";
import {
  MockEmbeddingModelV3,
  MockEmbeddingModelV4,
  MockLanguageModelV3,
  MockLanguageModelV4,
} from "ai/test";
import { MockEmbeddingModelV2, MockLanguageModelV2 } from "ai-v5/test";

const apiKey = "none";

// Also a test of the types: no vendor's model needs a cast.
Deno.test("aiSdk() accepts the models of every vendor package, and derives their names", () => {
  const openai = createOpenAI({ apiKey });
  const compatible = createOpenAICompatible({
    name: "lmstudio",
    baseURL: "http://localhost:1234/v1",
    supportsStructuredOutputs: true,
  });
  const models = [
    aiSdk(openai("gpt-5-mini")),
    aiSdk(openai.chat("gpt-5-mini")),
    aiSdk(openai("gpt-5"), { embedding: openai.embedding("text-embedding-3-small") }),
    aiSdk(createAnthropic({ apiKey })("claude-sonnet-5")),
    aiSdk(createGoogle({ apiKey })("gemini-3-flash")),
    aiSdk(createMistral({ apiKey })("mistral-large-latest")),
    aiSdk(compatible("qwen3"), { embedding: compatible.embeddingModel("nomic") }),
    aiSdk(createGateway({ apiKey })("openai/gpt-5-mini")),
    aiSdk(wrapLanguageModel({ model: openai("gpt-5"), middleware: {} })),
  ];
  assertEquals(models.map(({ name }) => name), [
    "openai/gpt-5-mini",
    "openai/gpt-5-mini",
    "openai/gpt-5",
    "anthropic/claude-sonnet-5",
    "google/gemini-3-flash",
    "mistral/mistral-large-latest",
    "lmstudio/qwen3",
    "gateway/openai/gpt-5-mini",
    "openai/gpt-5",
  ]);
});

Deno.test("aiSdk() accepts the mock models of all three versions", () => {
  const models = [
    aiSdk(new MockLanguageModelV2(), { embedding: new MockEmbeddingModelV2<string>() }),
    aiSdk(new MockLanguageModelV3(), { embedding: new MockEmbeddingModelV3() }),
    aiSdk(new MockLanguageModelV4(), { embedding: new MockEmbeddingModelV4() }),
  ];
  for (const { name, stream, embed } of models) {
    assertEquals([name, typeof stream, typeof embed], [
      "mock-provider/mock-model-id",
      "function",
      "function",
    ]);
  }
});
