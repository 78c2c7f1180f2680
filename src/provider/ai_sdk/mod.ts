/**
 * Models of the AI SDK, of every vendor that has a package for it.
 *
 * {@linkcode aiSdk} accepts a model of specification v2, v3 or v4. It recognizes the model by its
 * shape and imports no package, so you choose the vendor's package and its version.
 *
 * In Deno, a call needs only the permissions of that package: `--allow-net` with the vendor's host,
 * and `--allow-env` with the variable of the key. Some packages also read the variable of their base
 * URL (`OPENAI_BASE_URL`, `ANTHROPIC_BASE_URL`) when they are imported.
 *
 * ```ts
 * import { Agent } from "@nomos/agent";
 * import { aiSdk } from "@nomos/agent/ai-sdk";
 * import { assertEquals } from "@std/assert";
 *
 * // Scripted here; in your program, openai("gpt-5-mini") of npm:@ai-sdk/openai, or any other.
 * const answer = { reasoning: [], decision: { action: "RESPOND", response: "Hello!" } };
 * const model = {
 *   specificationVersion: "v4" as const,
 *   provider: "house",
 *   modelId: "small",
 *   doGenerate: () =>
 *     Promise.resolve({
 *       content: [{ type: "text", text: JSON.stringify(answer) }],
 *       finishReason: { unified: "stop", raw: "stop" },
 *       usage: { inputTokens: { total: 80 }, outputTokens: { total: 12 } },
 *     }),
 * };
 *
 * const agent = new Agent({
 *   name: "greeter",
 *   llm: aiSdk(model),
 *   start: "greet",
 *   steps: { greet: { description: "Greet the user" } },
 * });
 * assertEquals((await agent.createSession().next("Hi")).response, "Hello!");
 * ```
 *
 * | feature | support |
 * | --- | --- |
 * | schema | sent as `responseFormat` with every request; a model that ignores it fails with `LLM_SCHEMA` |
 * | prompt cache | Anthropic, on Vertex, Bedrock and OpenRouter too: markers after the standing text, the last message that the next request repeats and two before it; OpenAI: one cache key per session |
 * | usage | the same fields for every version; tokens of the cache are included in the input |
 * | failures | errors of `@nomos/agent` with `code`, `isRetryable` and `retryAfter`, without the request, its headers or keys |
 *
 * The model's `provider` determines the vendor; behind the gateway of the AI SDK, its `modelId` does:
 *
 * | provider | schema profile | message of the step | prompt cache |
 * | --- | --- | --- | --- |
 * | `openai.*`, `azure.*` | OpenAI strict, with `strictJsonSchema` | a system message | a key per session |
 * | `*anthropic*`, on Vertex and Bedrock too | Anthropic | end of the user's message | markers (`cacheControl`) |
 * | `amazon-bedrock` with a Claude model | Anthropic | end of the user's message | markers (`cachePoint`) |
 * | `google.*`, on Vertex too | Gemini | end of the user's message | automatic |
 * | `openrouter.*` with a model `anthropic/…` | OpenAI strict | end of the user's message | markers (`cacheControl`) |
 * | `mistral.*` | plain | end of the user's message | automatic |
 * | `ollama*`, `lmstudio*`, `vllm*`, `sglang*`, `llamacpp*` | local | end of the user's message | automatic |
 * | any other | OpenAI strict | end of the user's message | none; markers with `cacheMarkers: true` |
 *
 * Vendors cache a prompt together with the schema of the answer, and each step has its own schema. So
 * a session hits the cache within a step, and again when it returns to a step.
 *
 * @module
 */
export { aiSdk } from "./ai_sdk.ts";
export type { AiSdkOptions } from "./ai_sdk_options.ts";
export type {
  AiSdkCallOptions,
  AiSdkEmbeddingModel,
  AiSdkGenerated,
  AiSdkMessage,
  AiSdkModel,
  AiSdkStreamed,
  AiSdkVersion,
} from "./ai_sdk_model.ts";
