/**
 * Models behind servers of the Chat Completions protocol: OpenAI, Azure, Groq, Mistral, OpenRouter,
 * Ollama, vLLM, LM Studio and others. Requests use `fetch` and no SDK.
 *
 * In Deno, a call needs `--allow-net` with the host, such as `--allow-net=api.openai.com`, and, unless
 * `apiKey` is passed, `--allow-env` with the variable of the key. Importing this module and creating a
 * model need no permission.
 *
 * An agent on such a model, with a scripted server:
 *
 * ```ts
 * import { Agent } from "@nomos/agent";
 * import { openai } from "@nomos/agent/openai";
 * import { assertEquals } from "@std/assert";
 *
 * const llm = openai({
 *   model: "gpt-5-mini",
 *   apiKey: "sk-example", // Default: OPENAI_API_KEY of the environment.
 *   stream: false,
 *   fetch: () => { // Default: the global fetch, which calls the server.
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
 * ## Servers
 *
 * The host of `baseURL` selects the defaults below. Each has an option that overrides it, named in
 * the last row.
 *
 * | host of `baseURL` | name | key | late system | adjacent roles | `maxTokens` as | usage in streams | cache key |
 * | --- | --- | --- | --- | --- | --- | --- | --- |
 * | `api.openai.com`, `*.api.openai.com` | `openai/…` | `OPENAI_API_KEY` | yes | yes | `max_completion_tokens` | requested | sent |
 * | `*.openai.azure.com`, `*.services.ai.azure.com`, `*.cognitiveservices.azure.com` | `azure/…` | `AZURE_OPENAI_API_KEY` | yes | yes | `max_completion_tokens` | requested | sent |
 * | `api.groq.com` (1) | `groq/…` | `GROQ_API_KEY` | no | no | `max_completion_tokens` | requested | no |
 * | `api.mistral.ai` (2) | `mistral/…` | `MISTRAL_API_KEY` | no | no | `max_tokens` | always sent | no |
 * | `openrouter.ai` (3) | `openrouter/…` | `OPENROUTER_API_KEY` | no | no | `max_tokens` | requested | no |
 * | `api.deepseek.com` (4) | `deepseek/…` | `DEEPSEEK_API_KEY` | no | no | `max_tokens` | requested | no |
 * | `api.x.ai` | `xai/…` | `XAI_API_KEY` | no | no | `max_tokens` | requested | no |
 * | `generativelanguage.googleapis.com` | `google/…` | `GEMINI_API_KEY` | no | no | `max_tokens` | requested | no |
 * | loopback, port 11434 (5) | `ollama/…` | none | no | no | `max_tokens` | requested | no |
 * | loopback, port 1234 (5) | `lmstudio/…` | none | no | no | `max_tokens` | requested | no |
 * | any other, such as vLLM (5) | `host:port/…` | none | no | no | `max_tokens` | requested | no |
 * | option | `name` | `apiKey`, `server.apiKeyVariable` | `server.lateSystem` | `server.adjacent` | `server.maxTokensField` | `server.includeUsage` | `cache`, `server.promptCacheKey` |
 *
 * The other defaults are `output: "json_schema"`, `schemaProfile: openaiStrict`, `stream: true`, an
 * empty `body` and `server.seedField: "seed"`, with these exceptions:
 *
 * 1. Groq: `stream` is false if `output` is `"json_schema"`, which Groq cannot stream.
 * 2. Mistral: `server.seedField` is `"random_seed"`.
 * 3. OpenRouter: `body` is `{ provider: { require_parameters: true } }`. Without it, a
 *    request may be routed to a provider that drops the schema. For models named `anthropic/…`,
 *    the standing text, the last text that the next request repeats and two before it have a
 *    cache marker, unless `cache` is false.
 * 4. DeepSeek: `output` is `"json_object"`.
 * 5. Local servers, which are on a loopback address or are unknown and reached over plain http:
 *    `schemaProfile` is `localGrammar`. It has records and unknown values.
 *
 * Base URLs: `https://NAME.openai.azure.com/openai/v1`,
 * `https://api.groq.com/openai/v1`, `https://api.mistral.ai/v1`,
 * `https://openrouter.ai/api/v1`, `https://generativelanguage.googleapis.com/v1beta/openai`,
 * `http://localhost:11434/v1`.
 *
 * "Late system" is yes if the server accepts system messages anywhere. Otherwise, the current
 * step is sent as a user message inside a frame that users and tools cannot forge.
 * "Adjacent roles" is yes if the server accepts consecutive messages of one role.
 * Otherwise, they are joined.
 *
 * An API key from the environment is sent only to the hosts above, over https.
 *
 * ## Errors
 *
 * | cause | error | retryable |
 * | --- | --- | --- |
 * | invalid option; missing API key; missing permission | `ConfigError` | |
 * | server unreachable; connection lost during the answer | `LLMConnectionError` | yes |
 * | status 408, 409, 429 or 5xx, also as an error event of a stream | `LLMHttpError` | yes |
 * | code `insufficient_quota`; any other status; redirect (not followed) | `LLMHttpError` | no |
 * | Groq rejected the output of its own model | `LLMHttpError` | yes |
 * | schema rejected by the server | `LLMSchemaError` | no |
 * | refusal by the model | `LLMRefusalError` | no |
 * | answer cut off at `maxTokens` before it was a whole JSON object | `LLMLengthError` | no |
 * | any other ending before that, such as `network_error` | `LLMError` | yes |
 * | prompt rejected or answer withheld by a content filter | `LLMContentFilterError` | no |
 * | prompt longer than the context window, or answer that filled it | `LLMContextError` | no |
 * | malformed response; whole response, or text of a stream, larger than 32 MiB | `LLMError` | no |
 * | real models are forbidden | `RealModelError` | |
 *
 * `retryAfter` is the delay that the server asks for; `usage` is the usage of the failed
 * call. An aborted call throws the reason of its signal. Neither an error nor its cause
 * contains an API key.
 *
 * @module
 */
export { openai } from "./openai.ts";
export type { ApiKey } from "./api_key.ts";
export type { OpenAIOptions, OutputMode, ServerRules } from "./openai_options.ts";
export {
  LLMConnectionError,
  LLMContentFilterError,
  LLMContextError,
  LLMHttpError,
  LLMLengthError,
  LLMRefusalError,
  LLMSchemaError,
} from "../../llm/llm_failures.ts";
export type { MessageRules } from "../messages.ts";
