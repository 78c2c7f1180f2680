/**
 * Models of the AI SDK: one adapter for the packages of every vendor.
 *
 * It takes any object of specification v2, v3 or v4 by its shape, and imports no
 * package: the vendor's is your choice, and so is its version. It needs no permission
 * beyond what the vendor's package needs: `--allow-net` of its host, and
 * `--allow-env` of its key and, for some at import, of its base URL
 * (`OPENAI_BASE_URL`, `ANTHROPIC_BASE_URL`).
 *
 * | what | how |
 * | --- | --- |
 * | schema | as `responseFormat` with every request; a model that drops it fails with `LLM_SCHEMA` |
 * | prompt cache | Anthropic (Vertex and Bedrock too): marks on the standing text and on the last message that stays; OpenAI: one cache key per session |
 * | cost | tokens of all versions in one form, those of the cache included in the input |
 * | failures | errors of the framework with code, `isRetryable` and `retryAfter`; no request, header or key in them |
 *
 * By the model's `provider` it knows the vendor, also behind the gateway of the AI SDK:
 *
 * | provider | schema profile | step message | cache |
 * | --- | --- | --- | --- |
 * | `openai.*`, `azure.*` | OpenAI strict; asked for with `strictJsonSchema` | system | a key per session |
 * | `*anthropic*` (Vertex and Bedrock too) | Anthropic | end of the user's | marks (`cacheControl`) |
 * | `amazon-bedrock` with a Claude model | Anthropic | end of the user's | marks (`cachePoint`) |
 * | `google.*` (Vertex too) | Gemini | end of the user's | by itself |
 * | `mistral.*` | plain | end of the user's | by itself |
 * | any other | OpenAI strict | end of the user's | none, marks with `cacheMarkers: true` |
 *
 * What a vendor caches begins with the schema of the answer, and each step has
 * its own: a session hits the cache within a step, and again when it is back in it.
 *
 * @example
 * ```ts
 * import { Agent } from "@nomos/agent";
 * import { aiSdk } from "@nomos/agent/ai-sdk";
 * import { assertEquals } from "@std/assert";
 *
 * // In your program: openai("gpt-5-mini") of npm:@ai-sdk/openai, or any other.
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
