/**
 * What servers of the Chat Completions protocol do differently.
 *
 * @module
 */
import type { MessageRules } from "../messages.ts";

/**
 * How the schema of the answer is asked for:
 *
 * - `"json_schema"`: the server holds the model to it while it writes.
 * - `"tool"`: the model must call one function, whose parameters are the schema.
 * - `"json_object"`: the server holds the model to JSON; the schema goes in words in the last message.
 */
export type OutputMode = "json_schema" | "tool" | "json_object";

/** What a server takes. What it does not know it may refuse, so it is not sent where it is not known to be taken. */
export interface ServerRules extends MessageRules {
  /** The variable of the environment that has the key, where `apiKey` is not given. Undefined: no key is needed. */
  readonly apiKeyVariable: string | undefined;
  /** The field of `maxTokens`. */
  readonly maxTokensField: "max_completion_tokens" | "max_tokens";
  /** The field of `seed`. */
  readonly seedField: "seed" | "random_seed";
  /** Whether a stream is asked for its usage, by `stream_options.include_usage`. */
  readonly includeUsage: boolean;
  /**
   * Whether requests say by `prompt_cache_key` which of them begin alike: a
   * vendor of many machines sends those to the one that has the beginning cached.
   */
  readonly promptCacheKey: boolean;
}
