/**
 * A model behind a server of the Chat Completions protocol.
 *
 * @module
 */
import { interruptible } from "../../abort.ts";
import type { LLM } from "../../llm/llm.ts";
import { streamAnswer, wholeAnswer } from "./completion.ts";
import { embedTexts } from "./embeddings.ts";
import type { OpenAIOptions } from "./openai_options.ts";
import { readSettings } from "./settings.ts";

/**
 * A model behind a server of the Chat Completions protocol: OpenAI, Azure, Groq,
 * Mistral, OpenRouter, Ollama, vLLM, LM Studio and many others. What is known of
 * servers, and how calls fail, is in the tables of `@nomos/agent/openai`.
 *
 * It makes one request for each call, and none again: give it to a wrapper that
 * retries. It has no time limit of its own; `request.signal` ends a call.
 *
 * @throws {ConfigError} if an option cannot be used.
 *
 * @example A server of one's own, with a key of its own
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
 * @example Examples chosen by likeness need an embedding model
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
  // Functions only, which hold the key where no print, copy or JSON of the model shows it.
  const llm: LLM = {
    name,
    schemaProfile,
    decide: (request) => wholeAnswer(settings, request),
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
