/**
 * Defaults and protocol differences of known servers, as in the table of the module
 * documentation.
 *
 * @module
 */
import type { JsonObject } from "../../json/json.ts";
import { openaiStrict } from "../../schema/profiles/openai_strict.ts";
import { localGrammar } from "../../schema/profiles/vendors.ts";
import type { SchemaProfile } from "../../schema/schema_profile.ts";
import type { OutputMode, ServerRules } from "./openai_options.ts";

/** Protocol differences and defaults of a vendor's servers. */
export interface KnownServer {
  /** Prefix of model names; undefined for an unknown server. */
  readonly vendor?: string;
  /** Protocol features that it supports. */
  readonly rules: ServerRules;
  /** Default output mode. */
  readonly output: OutputMode;
  /** Subset of JSON Schema that it accepts by default. */
  readonly schemaProfile: SchemaProfile;
  /** Output modes in which it cannot stream. */
  readonly unstreamedOutputs?: readonly OutputMode[];
  /** If true, messages carry cache markers. */
  readonly hasCacheMarkers?: boolean;
  /** Extra fields of each request. */
  readonly body?: JsonObject;
}

/**
 * The common denominator, used for unknown servers: one system message at the beginning
 * and alternating roles, because some chat templates reject anything else, and no
 * vendor-specific fields, because some servers reject unknown fields.
 */
const DEFAULT_SERVER: KnownServer = {
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
  schemaProfile: openaiStrict,
};

/** Differences of servers that a user runs: vLLM, SGLang, Ollama, LM Studio, llama.cpp. */
const LOCAL = { schemaProfile: localGrammar } as const;

/** Defines a server by its differences from {@linkcode DEFAULT_SERVER}. */
function defineServer(
  vendor: string,
  apiKeyVariable?: string,
  rules: Partial<ServerRules> = {},
  rest: Partial<KnownServer> = {},
): KnownServer {
  return {
    ...DEFAULT_SERVER,
    ...rest,
    vendor,
    rules: { ...DEFAULT_SERVER.rules, apiKeyVariable, ...rules },
  };
}

const OPENAI_RULES: Partial<ServerRules> = {
  lateSystem: true,
  adjacent: true,
  maxTokensField: "max_completion_tokens",
  promptCacheKey: true,
};

const azure = defineServer("azure", "AZURE_OPENAI_API_KEY", OPENAI_RULES);
// Mistral rejects the field `stream_options`, and reports usage in streams without it.
const mistral = { seedField: "random_seed", includeUsage: false } as const;
const groq = { maxTokensField: "max_completion_tokens" } as const;

const openRouter = defineServer("openrouter", "OPENROUTER_API_KEY", {}, {
  // Without this field, a request may be routed to a provider that silently drops the schema:
  // https://openrouter.ai/docs/features/structured-outputs
  body: { provider: { require_parameters: true } },
});
// Anthropic caches only what is marked; the other vendors behind OpenRouter need no marker.
const openRouterClaude: KnownServer = { ...openRouter, hasCacheMarkers: true };

/** Servers by host name; each entry also covers the subdomains. */
const hosts: readonly (readonly [host: string, server: KnownServer])[] = [
  ["api.openai.com", defineServer("openai", "OPENAI_API_KEY", OPENAI_RULES)],
  ["openai.azure.com", azure],
  ["services.ai.azure.com", azure],
  ["cognitiveservices.azure.com", azure],
  // https://console.groq.com/docs/structured-outputs
  [
    "api.groq.com",
    defineServer("groq", "GROQ_API_KEY", groq, { unstreamedOutputs: ["json_schema"] }),
  ],
  ["api.mistral.ai", defineServer("mistral", "MISTRAL_API_KEY", mistral)],
  ["openrouter.ai", openRouter],
  ["api.deepseek.com", defineServer("deepseek", "DEEPSEEK_API_KEY", {}, { output: "json_object" })],
  ["api.x.ai", defineServer("xai", "XAI_API_KEY")],
  ["generativelanguage.googleapis.com", defineServer("google", "GEMINI_API_KEY")],
];

const ollama = defineServer("ollama", undefined, {}, LOCAL);
const lmStudio = defineServer("lmstudio", undefined, {}, LOCAL);
const local: KnownServer = { ...DEFAULT_SERVER, ...LOCAL };

const LOOPBACK_REGEXP = /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/;

/**
 * Returns the server at a base URL. An unknown one is local if it is on this machine, or is
 * reached over plain http, as no vendor is; otherwise it is {@linkcode DEFAULT_SERVER}.
 */
export function findServer({ hostname, port, protocol }: URL, model: string): KnownServer {
  if (LOOPBACK_REGEXP.test(hostname)) {
    if (port === "11434") return ollama;
    return port === "1234" ? lmStudio : local;
  }
  const [, server = protocol === "http:" ? local : DEFAULT_SERVER] =
    hosts.find(([host]) => hostname === host || hostname.endsWith(`.${host}`)) ?? [];
  return server === openRouter && model.startsWith("anthropic/") ? openRouterClaude : server;
}
