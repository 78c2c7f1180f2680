/**
 * Models behind servers of the Chat Completions protocol, by `fetch` alone.
 *
 * @example An answer, here from a server that is made up
 * ```ts
 * import { Agent } from "@nomos/agent";
 * import { openai } from "@nomos/agent/openai";
 * import { assertEquals } from "@std/assert";
 *
 * const llm = openai({
 *   model: "gpt-5-mini",
 *   apiKey: "sk-example", // without it, OPENAI_API_KEY of the environment
 *   stream: false,
 *   fetch: () => { // without it, the server is asked
 *     const content = '{"reasoning":[],"decision":{"action":"RESPOND","response":"Good morning"}}';
 *     const choices = [{ message: { content }, finish_reason: "stop" }];
 *     return Promise.resolve(Response.json({ choices }));
 *   },
 * });
 * const agent = new Agent({
 *   name: "barista",
 *   llm,
 *   start: "greet",
 *   steps: { greet: { description: "Greet the guest" } },
 * });
 * assertEquals((await agent.createSession().next("Hello")).response, "Good morning");
 * ```
 *
 * Deno needs `--allow-net` with the host, such as `--allow-net=api.openai.com`,
 * and `--allow-env` with the variable of the key where `apiKey` is not given.
 * Importing this module and making a model needs no permission.
 *
 * ## Servers
 *
 * A server is known by the host of `baseURL`. Whatever is known of it, options
 * say otherwise: `name`, `output`, `stream` and `body` by themselves, the rest in `server`.
 *
 * | host of `baseURL` | name | key | late system | adjacent roles | `maxTokens` as | usage of streams | cache key |
 * | --- | --- | --- | --- | --- | --- | --- | --- |
 * | `api.openai.com`, `*.api.openai.com` | `openai/…` | `OPENAI_API_KEY` | yes | yes | `max_completion_tokens` | asked for | sent |
 * | `*.openai.azure.com`, `*.services.ai.azure.com`, `*.cognitiveservices.azure.com` | `azure/…` | `AZURE_OPENAI_API_KEY` | yes | yes | `max_completion_tokens` | asked for | sent |
 * | `api.groq.com` (1) | `groq/…` | `GROQ_API_KEY` | no | no | `max_completion_tokens` | asked for | no |
 * | `api.mistral.ai` (2) | `mistral/…` | `MISTRAL_API_KEY` | no | no | `max_tokens` | comes unasked | no |
 * | `openrouter.ai` (3) | `openrouter/…` | `OPENROUTER_API_KEY` | no | no | `max_tokens` | asked for | no |
 * | `api.deepseek.com` (4) | `deepseek/…` | `DEEPSEEK_API_KEY` | no | no | `max_tokens` | asked for | no |
 * | `api.x.ai` | `xai/…` | `XAI_API_KEY` | no | no | `max_tokens` | asked for | no |
 * | `generativelanguage.googleapis.com` | `google/…` | `GEMINI_API_KEY` | no | no | `max_tokens` | asked for | no |
 * | loopback, port 11434 | `ollama/…` | none | no | no | `max_tokens` | asked for | no |
 * | loopback, port 1234 | `lmstudio/…` | none | no | no | `max_tokens` | asked for | no |
 * | any other, vLLM among them | `host:port/…` | none | no | no | `max_tokens` | asked for | no |
 * | option | `name` | `apiKey`, `server.apiKeyVariable` | `server.lateSystem` | `server.adjacent` | `server.maxTokensField` | `server.includeUsage` | `server.promptCacheKey` |
 *
 * Everywhere `output` is `"json_schema"`, `stream` is true, `body` is empty and
 * `server.seedField` is `"seed"`, but: (1) `stream` is false with that `output`,
 * for Groq does not stream it. (2) `server.seedField` is `"random_seed"`. (3) `body` is
 * `{ provider: { require_parameters: true } }`: without it the request may go to
 * a provider that drops the schema. (4) `output` is `"json_object"`.
 *
 * Base URLs: `https://NAME.openai.azure.com/openai/v1`,
 * `https://api.groq.com/openai/v1`, `https://api.mistral.ai/v1`,
 * `https://openrouter.ai/api/v1`, `https://generativelanguage.googleapis.com/v1beta/openai`,
 * `http://localhost:11434/v1`.
 *
 * Where late system messages are not allowed, the current step goes as a message
 * of the user, in a frame that nobody else can write; where roles must take
 * turns, messages of one role are joined. A key of the environment goes to the
 * hosts above only, and over https only.
 *
 * ## Errors
 *
 * | what happened | error | retryable |
 * | --- | --- | --- |
 * | an option cannot be used; no key; no permission | `ConfigError` | |
 * | the server cannot be reached; the answer broke off | `LLMConnectionError` | yes |
 * | status 408, 409, 429 or 5xx, also as an error within a stream | `LLMHttpError` | yes |
 * | code `insufficient_quota`; any other status; a redirect, which is not followed | `LLMHttpError` | no |
 * | a model of Groq wrote what its server refused | `LLMHttpError` | yes |
 * | the server does not take the schema; the model did not call the function | `LLMSchemaError` | no |
 * | the model refused | `LLMRefusalError` | no |
 * | the answer was cut off at `maxTokens` | `LLMLengthError` | no |
 * | a content filter refused the prompt or withheld the answer | `LLMContentFilterError` | no |
 * | the server answered with something else, or more than 32 MB | `LLMError` | no |
 * | real models are forbidden | `RealModelError` | |
 *
 * All of them are errors of `@nomos/agent`. `retryAfter` is what the server asks
 * for, `usage` what a failed call cost. An aborted call throws the reason of its
 * signal. No error, nor its cause, holds a key.
 *
 * @module
 */
export { openai } from "./openai.ts";
export type { ApiKey } from "./api_key.ts";
export type { OpenAIOptions, OutputMode, ServerRules } from "./openai_options.ts";
export {
  LLMConnectionError,
  LLMContentFilterError,
  LLMHttpError,
  LLMLengthError,
  LLMRefusalError,
  LLMSchemaError,
} from "../../llm/llm_errors.ts";
export type { MessageRules } from "../messages.ts";
