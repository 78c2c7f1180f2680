/**
 * What servers of the Chat Completions protocol do differently.
 *
 * @module
 */
import type { JsonObject } from "../../json.ts";
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

/** A server, or all servers of a vendor. */
export interface KnownServer {
  /** Begins the names of its models; undefined for a server that is not known. */
  readonly vendor?: string;
  /** What it takes. */
  readonly rules: ServerRules;
  /** How it is asked for the schema. */
  readonly output: OutputMode;
  /** The ways of asking for the schema in which it does not stream. */
  readonly unstreamed?: readonly OutputMode[];
  /** Fields that each request has. */
  readonly body?: JsonObject;
}

/** What every server takes: system messages at the beginning, roles by turns, no fields of one vendor. */
const unknown: KnownServer = {
  rules: {
    lateSystem: false,
    adjacent: false,
    apiKeyVariable: undefined,
    maxTokensField: "max_tokens",
    seedField: "seed",
    includeUsage: true,
    promptCacheKey: false,
  },
  output: "json_schema",
};

const openai: KnownServer = {
  vendor: "openai",
  rules: {
    lateSystem: true,
    adjacent: true,
    apiKeyVariable: "OPENAI_API_KEY",
    maxTokensField: "max_completion_tokens",
    seedField: "seed",
    includeUsage: true,
    promptCacheKey: true,
  },
  output: "json_schema",
};

const azure: KnownServer = {
  ...openai,
  vendor: "azure",
  rules: { ...openai.rules, apiKeyVariable: "AZURE_OPENAI_API_KEY" },
};

const ollama: KnownServer = { ...unknown, vendor: "ollama" };
const lmStudio: KnownServer = { ...unknown, vendor: "lmstudio" };

/** By host name: the name itself, and all below it. */
const hosts: readonly (readonly [host: string, server: KnownServer])[] = [
  ["api.openai.com", openai],
  ["openai.azure.com", azure],
  ["services.ai.azure.com", azure],
  ["cognitiveservices.azure.com", azure],
  ["api.groq.com", {
    vendor: "groq",
    rules: {
      ...openai.rules,
      apiKeyVariable: "GROQ_API_KEY",
      promptCacheKey: false,
    },
    output: "json_schema",
    // https://console.groq.com/docs/structured-outputs
    unstreamed: ["json_schema"],
  }],
  ["api.mistral.ai", {
    ...unknown,
    vendor: "mistral",
    rules: {
      ...unknown.rules,
      apiKeyVariable: "MISTRAL_API_KEY",
      seedField: "random_seed",
      // It refuses the field, and tells the usage by itself.
      includeUsage: false,
    },
  }],
  ["openrouter.ai", {
    ...unknown,
    vendor: "openrouter",
    rules: { ...unknown.rules, apiKeyVariable: "OPENROUTER_API_KEY" },
    // Without it a request may go to a provider that drops the schema without a word:
    // https://openrouter.ai/docs/features/structured-outputs
    body: { provider: { require_parameters: true } },
  }],
  ["api.deepseek.com", {
    ...unknown,
    vendor: "deepseek",
    rules: { ...unknown.rules, apiKeyVariable: "DEEPSEEK_API_KEY" },
    output: "json_object",
  }],
  ["api.x.ai", {
    ...unknown,
    vendor: "xai",
    rules: { ...unknown.rules, apiKeyVariable: "XAI_API_KEY" },
  }],
  ["generativelanguage.googleapis.com", {
    ...unknown,
    vendor: "google",
    rules: { ...unknown.rules, apiKeyVariable: "GEMINI_API_KEY" },
  }],
];

const LOOPBACK_REGEXP = /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/;

/** The server at a base URL; for one that is not known, what every server takes. */
export function serverAt({ hostname, port }: URL): KnownServer {
  if (LOOPBACK_REGEXP.test(hostname)) {
    if (port === "11434") return ollama;
    return port === "1234" ? lmStudio : unknown;
  }
  const found = hosts.find(([host]) => hostname === host || hostname.endsWith(`.${host}`));
  return found?.[1] ?? unknown;
}
