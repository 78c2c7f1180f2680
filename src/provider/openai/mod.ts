/**
 * Models behind servers of the Chat Completions protocol: OpenAI, Azure, Groq, Mistral, OpenRouter,
 * Ollama, vLLM, LM Studio and others. It uses `fetch` and no SDK.
 *
 * In Deno it needs `--allow-net` with the host, such as `--allow-net=api.openai.com`, and, unless
 * `apiKey` is passed, `--allow-env` with the variable of the key. Importing this module and making a
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
 * On every server `output` defaults to `"json_schema"`, `stream` to true, `body` to `{}` and
 * `server.seedField` to `"seed"`, except:
 *
 * 1. `stream` is false with `"json_schema"`, which Groq cannot stream.
 * 2. `server.seedField` is `"random_seed"`.
 * 3. `body` is `{ provider: { require_parameters: true } }`; otherwise OpenRouter may choose a
 *    provider that ignores the schema.
 * 4. `output` is `"json_object"`.
 *
 * Base URLs: `https://NAME.openai.azure.com/openai/v1`,
 * `https://api.groq.com/openai/v1`, `https://api.mistral.ai/v1`,
 * `https://openrouter.ai/api/v1`, `https://generativelanguage.googleapis.com/v1beta/openai`,
 * `http://localhost:11434/v1`.
 *
 * On a server without late system messages, the current step is sent as a message of the user, in a
 * frame that no other text can imitate. On a server without adjacent messages of one role, such
 * messages are joined. A key from the environment is sent only to the hosts above, and only over
 * https.
 *
 * ## Errors
 *
 * | cause | error | retryable |
 * | --- | --- | --- |
 * | an invalid option; a missing key or permission | `ConfigError` | |
 * | the server cannot be reached; the connection broke | `LLMConnectionError` | yes |
 * | status 408, 409, 429 or 5xx, also as an error within a stream | `LLMHttpError` | yes |
 * | code `insufficient_quota`; any other status; a redirect, which is not followed | `LLMHttpError` | no |
 * | Groq refused the output of its model | `LLMHttpError` | yes |
 * | the server refused the schema; the model did not call the function | `LLMSchemaError` | no |
 * | the model refused to answer | `LLMRefusalError` | no |
 * | the answer was cut off at `maxTokens` | `LLMLengthError` | no |
 * | a content filter blocked the prompt or the answer | `LLMContentFilterError` | no |
 * | the response is not of the protocol, or larger than 32 MB | `LLMError` | no |
 * | real models are forbidden | `RealModelError` | |
 *
 * `retryAfter` of an error is the delay that the server asks for, `usage` the tokens that the failed
 * call used. An aborted call throws the reason of its signal. No error and no `cause` contains a key.
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
