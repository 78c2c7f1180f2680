import { LLMError } from "@nomos/agent";
import { aiSdk } from "@nomos/agent/ai-sdk";
import { LLMContextError, LLMHttpError } from "@nomos/agent/llm";
import { openai } from "@nomos/agent/openai";
import { APICallError } from "ai";
import { assertEquals, assertRejects } from "@std/assert";
import { standIn } from "./ai_sdk/fixture.ts";
import { KEY, requestOf } from "./openai/fixture.ts";

/** Errors of servers whose model cannot take a prompt that long. */
const SERVERS: Readonly<Record<string, readonly [status: number, error: object]>> = {
  "OpenAI": [400, {
    message: "Your input exceeds the context window of this model.",
    code: "context_length_exceeded",
  }],
  "vLLM": [400, {
    message: "This model's maximum context length is 4096 tokens. However, you requested 5000.",
    type: "BadRequestError",
    code: 400,
  }],
  "Anthropic": [400, {
    message: "prompt is too long: 215000 tokens > 200000 maximum",
    type: "invalid_request_error",
  }],
  "Anthropic, by size": [413, { message: "Request too large", type: "request_too_large" }],
  "Gemini": [400, {
    message:
      "The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).",
    status: "INVALID_ARGUMENT",
    code: 400,
  }],
  "Ollama": [400, { message: "the input length exceeds the context length" }],
  "llama.cpp": [400, {
    message: "the request exceeds the available context size, try increasing it",
    type: "exceed_context_size_error",
    code: 400,
  }],
};

async function errorsOf(status: number, error: object): Promise<LLMError[]> {
  const fetch = () => Promise.resolve(Response.json({ error }, { status }));
  const thrown = new APICallError({
    message: (error as { message: string }).message,
    statusCode: status,
    url: "https://api.example/v1",
    requestBodyValues: {},
    data: { error },
  });
  const models = [
    openai({ model: "m", apiKey: KEY, fetch }),
    aiSdk(standIn({ generate: () => Promise.reject(thrown) })),
  ];
  return await Promise.all(
    models.map((llm) => assertRejects(() => llm.decide(requestOf()), LLMError)),
  );
}

for (const [server, [status, error]] of Object.entries(SERVERS)) {
  Deno.test(`a prompt that is too long for ${server} is an LLMContextError`, async () => {
    for (const thrown of await errorsOf(status, error)) {
      assertEquals([thrown.constructor, thrown.isRetryable], [LLMContextError, false]);
    }
  });
}

Deno.test("a rate limit or a missing model is no LLMContextError, whatever its message mentions", async () => {
  const message = "Limit reached; the maximum context length is 4096";
  for (const status of [401, 404, 429]) {
    for (const thrown of await errorsOf(status, { message })) {
      assertEquals(thrown.constructor, LLMHttpError);
    }
  }
});
