/**
 * Options of `openai()`.
 *
 * @module
 */
import type { SchemaProfile } from "../../schema/schema_profile.ts";
import type { MessageRules } from "../messages.ts";
import type { ApiKey } from "./api_key.ts";

/**
 * Way to request output that satisfies the schema:
 *
 * - `"json_schema"`: constrained decoding; the server enforces the schema.
 * - `"tool"`: the model must call one function, whose parameters are the schema.
 * - `"json_object"`: the server guarantees JSON only; the last message states the schema.
 */
export type OutputMode = "json_schema" | "tool" | "json_object";

/** All output modes. */
export const OUTPUT_MODES: readonly OutputMode[] = ["json_schema", "tool", "json_object"];

/**
 * Protocol features that differ between servers. Servers may reject unknown features, so a
 * feature is used only if the server is known to support it.
 */
export interface ServerRules extends MessageRules {
  /** Environment variable of the API key, read if `apiKey` is absent; undefined if the server needs no key. */
  readonly apiKeyVariable: string | undefined;
  /** Request field that carries `maxTokens`. */
  readonly maxTokensField: "max_completion_tokens" | "max_tokens";
  /** Request field that carries `seed`. */
  readonly seedField: "seed" | "random_seed";
  /** If true, streams request their usage with `stream_options.include_usage`. */
  readonly includeUsage: boolean;
  /**
   * If true, requests carry a `prompt_cache_key` per session. The vendor routes requests
   * with the same key to the machine that has cached their common prefix.
   */
  readonly promptCacheKey: boolean;
}

/** Options of `openai()`. The table of `@nomos/agent/openai` lists the defaults that depend on the server. */
export interface OpenAIOptions {
  /** Model name on the server; on Azure, the name of the deployment. */
  readonly model: string;
  /**
   * API key, sent as a bearer token. A function is called for each request, for tokens
   * that expire, such as those of Azure Entra. Default: the environment variable listed
   * in the table, read at each request. Without this option, no key is sent to
   * servers that are not in the table, or if `headers` contains credentials.
   */
  readonly apiKey?: ApiKey;
  /** URL of the API, without `/chat/completions`. `@default {"https://api.openai.com/v1"}` */
  readonly baseURL?: string;
  /** Extra headers of each request. Default: none. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Function that sends the requests. It should honour `signal`. Default: the global `fetch`. */
  readonly fetch?: (url: string, init: RequestInit) => Promise<Response>;
  /**
   * Name of the model in error messages, logs and cassettes. Default: vendor and model, for
   * example `"openai/gpt-5-mini"`; for a server that is not in the table, host and
   * model, for example `"llm.example:8000/qwen3"`.
   */
  readonly name?: string;
  /** Way to request output that satisfies the schema. Default: `"json_schema"` for most servers. */
  readonly output?: OutputMode;
  /**
   * If true, requests set `strict`, which makes the server enforce the schema exactly. Has
   * no effect if `output` is `"json_object"`. `@default {true}`
   */
  readonly strict?: boolean;
  /**
   * Subset of JSON Schema that the server accepts. Default: `localGrammar` for local servers
   * (Ollama, LM Studio, and any other on this machine or over plain http, such as vLLM), otherwise
   * `openaiStrict`; both are in `@nomos/agent/llm`.
   */
  readonly schemaProfile?: SchemaProfile;
  /** If true, the model streams. Default: true, unless the server cannot stream in this output mode. */
  readonly stream?: boolean;
  /** Sampling temperature, from 0. Default: the server's, the only one that reasoning models accept. */
  readonly temperature?: number;
  /** Maximum number of output tokens, including reasoning. Default: the server's. */
  readonly maxTokens?: number;
  /** Reasoning effort of reasoning models, for example `"low"`. Default: the server's. */
  readonly reasoningEffort?: string;
  /** Sampling seed, a whole number. Some servers then repeat their answer to the same request. Default: none. */
  readonly seed?: number;
  /**
   * Extra JSON fields of each completion request. They override fields set by other options;
   * objects are merged with the server's defaults. Fields that carry the request itself
   * (`model`, `messages`, `stream` and those of the schema) are rejected. Default: none.
   */
  readonly body?: Readonly<Record<string, unknown>>;
  /**
   * If true, requests carry hints for the prompt cache: a key per session for OpenAI and Azure,
   * markers for Claude behind OpenRouter. Other servers need none, or have no cache.
   * `@default {true}`
   */
  readonly cache?: boolean;
  /** Embedding model. Default: none, so that the model has no `embed()`. */
  readonly embeddingModel?: string;
  /** Length of the embedding vectors. Default: the embedding model's. */
  readonly dimensions?: number;
  /** Overrides of the protocol features in the table. Default: none. */
  readonly server?: Partial<ServerRules>;
}
