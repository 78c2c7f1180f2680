/**
 * What an `openai()` is made of.
 *
 * @module
 */
import type { SchemaProfile } from "../../schema/schema_profile.ts";
import type { ApiKey } from "./api_key.ts";
import type { MessageRules } from "../messages.ts";

/**
 * Ways to ask for the schema of the answer:
 *
 * - `"json_schema"`: the server holds the model to it while it writes.
 * - `"tool"`: the model must call one function, whose parameters are the schema.
 * - `"json_object"`: the server holds the model to JSON; the schema goes in words in the last message.
 */
export type OutputMode = "json_schema" | "tool" | "json_object";

/** All ways to ask for the schema. */
export const OUTPUT_MODES: readonly OutputMode[] = ["json_schema", "tool", "json_object"];

/**
 * The parts of the protocol that servers differ in. What a server does not know it may
 * refuse, so it is sent only where it is known to be taken.
 */
export interface ServerRules extends MessageRules {
  /** The environment variable of the key, used without `apiKey`. Undefined if no key is needed. */
  readonly apiKeyVariable: string | undefined;
  /** The field of `maxTokens`. */
  readonly maxTokensField: "max_completion_tokens" | "max_tokens";
  /** The field of `seed`. */
  readonly seedField: "seed" | "random_seed";
  /** If true, a stream is asked for its usage, by `stream_options.include_usage`. */
  readonly includeUsage: boolean;
  /**
   * If true, requests say by `prompt_cache_key` which of them begin alike: a vendor of
   * many machines sends those to the one that has the beginning cached.
   */
  readonly promptCacheKey: boolean;
}

/** Options of `openai()`. Those with a default that depends on the server: see the table of `@nomos/agent/openai`. */
export interface OpenAIOptions {
  /** The model, as the server names it; on Azure, the name of the deployment. */
  readonly model: string;
  /**
   * The key, sent as a bearer token: text, or a function that gives the one to
   * use now, called for each request, as for the tokens of Azure Entra. Default:
   * the variable of the environment that the table names, read at each request.
   * A server that is not in the table is sent none, and neither is one for which
   * `headers` has `authorization` or `api-key`.
   */
  readonly apiKey?: ApiKey;
  /** Where the server is: what stands before `/chat/completions`. Default: `"https://api.openai.com/v1"`. */
  readonly baseURL?: string;
  /** Headers of each request. Default: none. */
  readonly headers?: Readonly<Record<string, string>>;
  /** What makes the requests. It should honour `signal`. Default: the global `fetch`. */
  readonly fetch?: (url: string, init: RequestInit) => Promise<Response>;
  /**
   * The name of the model in messages, logs and cassettes. Default: the vendor in
   * the table and the model, `"openai/gpt-5-mini"`; for a server that is not in
   * it, its host and the model, `"llm.example:8000/qwen3"`.
   */
  readonly name?: string;
  /** How the schema is asked for. It is always sent. Default: by the server; most take `"json_schema"`. */
  readonly output?: OutputMode;
  /**
   * Whether the server is to hold the model to the schema exactly, where
   * `output` is `"json_schema"` or `"tool"`. Default: true.
   */
  readonly strict?: boolean;
  /** Which subset of JSON Schema the server takes. Default: OpenAI's strict subset. */
  readonly schemaProfile?: SchemaProfile;
  /** Whether the model streams. Default: true, unless the server cannot in this `output`. */
  readonly stream?: boolean;
  /** From 0, the likeliest answer. Default: the server's; models that reason take no other. */
  readonly temperature?: number;
  /** The most tokens of an answer, reasoning included. Default: the server's. */
  readonly maxTokens?: number;
  /** How much a model reasons that does so by itself: `"low"`, `"medium"`, `"high"`, … Default: the server's. */
  readonly reasoningEffort?: string;
  /** A whole number: with the same one, some servers answer the same request alike. Default: none. */
  readonly seed?: number;
  /**
   * Other fields of each request for an answer, as JSON, and other values for those that
   * options make. An object is added to the one that the table has under its
   * name. Not those that carry the question: `model`, `messages`, `stream` and
   * what belongs to the schema. Default: none.
   */
  readonly body?: Readonly<Record<string, unknown>>;
  /** The model that turns texts into vectors. Default: none, and `embed()` is absent. */
  readonly embeddingModel?: string;
  /** How long the vectors are. Default: the model's. */
  readonly dimensions?: number;
  /** What the server takes, where that is not what the table says. */
  readonly server?: Partial<ServerRules>;
}
