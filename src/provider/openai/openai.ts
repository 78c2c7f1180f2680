/**
 * The Chat Completions provider.
 *
 * @module
 */
import { interruptible } from "../../abort.ts";
import type { LLM } from "../../llm/llm.ts";
import { requestAnswer, streamAnswer } from "./completion.ts";
import { embedTexts } from "./embeddings.ts";
import type { OpenAIOptions } from "./openai_options.ts";
import { readSettings } from "./settings.ts";

/**
 * Creates a model on a server that implements the Chat Completions protocol: OpenAI, Azure,
 * Groq, Mistral, OpenRouter, Ollama, vLLM, LM Studio and many others. The module
 * documentation of `@nomos/agent/openai` lists the defaults per server and the errors.
 *
 * Each call is one request. Retries and time limits come from wrappers, such as `retry()`
 * and `timeout()` of `@nomos/agent/llm`.
 *
 * @throws {ConfigError} if an option is invalid.
 *
 * @example A self-hosted server with expiring tokens
 * ```ts
 * import { openai } from "@nomos/agent/openai";
 * import { assertEquals } from "@std/assert";
 *
 * const llm = openai({
 *   model: "qwen3-32b",
 *   baseURL: "https://llm.example/v1",
 *   apiKey: () => Promise.resolve("a token that expires"),
 *   output: "tool",
 *   server: { lateSystem: true },
 * });
 * assertEquals(llm.name, "llm.example/qwen3-32b");
 * ```
 *
 * @example Embeddings, needed for examples chosen by similarity
 * ```ts
 * import { openai } from "@nomos/agent/openai";
 * import { assertEquals } from "@std/assert";
 *
 * const llm = openai({
 *   model: "gpt-5-mini",
 *   embeddingModel: "text-embedding-3-small",
 *   apiKey: "sk-example",
 *   fetch: () => {
 *     return Promise.resolve(Response.json({ data: [{ index: 0, embedding: [0.6, 0.8] }] }));
 *   },
 * });
 * assertEquals(await llm.embed?.(["Hello"]), [[0.6, 0.8]]);
 * ```
 */
export function openai(options: OpenAIOptions): LLM {
  const settings = readSettings(options);
  const { name, schemaProfile, isStreaming, embedding } = settings;
  // The settings stay in closures, so that printing or serializing the model cannot leak the key.
  const llm: LLM = {
    name,
    schemaProfile,
    decide: (request) => requestAnswer(settings, request),
    ...isStreaming && {
      stream: (request) =>
        interruptible((signal) => streamAnswer(settings, request, signal), request.signal),
    },
    ...embedding && {
      embed: async (texts, { signal } = {}) => await embedTexts(settings, embedding, texts, signal),
    },
  };
  return Object.freeze(llm);
}
