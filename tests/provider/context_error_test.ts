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
  "OpenAI, without a code": [400, {
    message: "Your input exceeds the context window of this model.",
  }],
  "vLLM": [400, {
    message: "This model's maximum context length is 4096 tokens. However, you requested 5000.",
    type: "BadRequestError",
    code: 400,
  }],
  "vLLM, by its own limit": [400, {
    message: "The decoder prompt (length 5000) is longer than the maximum model length of 4096.",
    type: "BadRequestError",
    code: 400,
  }],
  "vLLM, by the length of the prompt": [400, {
    message:
      "The prompt (total length 9000) is too long to fit into the model (context length 8192).",
  }],
  "SGLang": [400, {
    message: "The input (5000 tokens) is longer than the model's context length (4096 tokens).",
  }],
  "LM Studio": [400, {
    message: "The model is loaded with context length of only 4096 tokens, which is not enough.",
  }],
  "xAI": [400, {
    message: "This model's maximum prompt length is 131072 but it has 140000 tokens.",
  }],
  "Bedrock": [400, { message: "Input is too long for requested model." }],
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
  "Ollama, by its prompt": [400, {
    message: "prompt too long; exceeded max context length by 100 tokens",
  }],
  "Ollama, when it embeds": [400, { message: "input length exceeds maximum context length" }],
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
