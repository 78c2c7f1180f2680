/**
 * What is known of servers. The table in the documentation of the entry point says the same.
 *
 * @module
 */
import type { JsonObject } from "../../json/json.ts";
import type { OutputMode, ServerRules } from "./openai_options.ts";

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

/** A vendor's server, which takes what every server takes, but for what is said here. */
function server(
  vendor: string,
  apiKeyVariable?: string,
  rules: Partial<ServerRules> = {},
  rest: Partial<KnownServer> = {},
): KnownServer {
  return { ...unknown, ...rest, vendor, rules: { ...unknown.rules, apiKeyVariable, ...rules } };
}

const OPENAI_RULES: Partial<ServerRules> = {
  lateSystem: true,
  adjacent: true,
  maxTokensField: "max_completion_tokens",
  promptCacheKey: true,
};

const azure = server("azure", "AZURE_OPENAI_API_KEY", OPENAI_RULES);
// Mistral refuses the field `stream_options`, and tells the usage by itself.
const mistral = { seedField: "random_seed", includeUsage: false } as const;
const groq = { maxTokensField: "max_completion_tokens" } as const;

/** By host name: the name itself, and all below it. */
const hosts: readonly (readonly [host: string, server: KnownServer])[] = [
  ["api.openai.com", server("openai", "OPENAI_API_KEY", OPENAI_RULES)],
  ["openai.azure.com", azure],
  ["services.ai.azure.com", azure],
  ["cognitiveservices.azure.com", azure],
  // https://console.groq.com/docs/structured-outputs
  ["api.groq.com", server("groq", "GROQ_API_KEY", groq, { unstreamed: ["json_schema"] })],
  ["api.mistral.ai", server("mistral", "MISTRAL_API_KEY", mistral)],
  [
    "openrouter.ai",
    // Without the field a request may go to a provider that drops the schema without a word:
    // https://openrouter.ai/docs/features/structured-outputs
    server("openrouter", "OPENROUTER_API_KEY", {}, {
      body: { provider: { require_parameters: true } },
    }),
  ],
  ["api.deepseek.com", server("deepseek", "DEEPSEEK_API_KEY", {}, { output: "json_object" })],
  ["api.x.ai", server("xai", "XAI_API_KEY")],
  ["generativelanguage.googleapis.com", server("google", "GEMINI_API_KEY")],
];

const ollama = server("ollama");
const lmStudio = server("lmstudio");

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
