/**
 * What is known of servers. The table in the documentation of the entry point says the same.
 *
 * @module
 */
import type { JsonObject } from "../../json/json.ts";
import type { OutputMode, ServerRules } from "./server_rules.ts";

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

/**
 * What every server takes: one system message, at the beginning, then roles by
 * turns, for there are chat templates that refuse all else; no fields of one
 * vendor, for there are servers that refuse what they do not know.
 */
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
    ...unknown,
    vendor: "groq",
    rules: {
      ...unknown.rules,
      apiKeyVariable: "GROQ_API_KEY",
      maxTokensField: "max_completion_tokens",
    },
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
