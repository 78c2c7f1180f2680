/**
 * Vendors of models that agent files name.
 *
 * @module
 */
import type { ModelConfig } from "../format/agent_config.ts";
import { findVariable, type ReadVariable } from "../text/variables.ts";

/** Differences between vendors. */
export interface Provider {
  /** URL of the API; undefined if `aiSdk()` knows it, or the file or the environment must name it. */
  readonly baseURL?: string;
  /** Environment variables of the key, in order of preference. */
  readonly keys: readonly string[];
  /** Environment variable of the URL. */
  readonly urlVariable?: string;
  /** Path below the URL of the environment. */
  readonly urlPath?: string;
  /** Default embedding model. */
  readonly embedding?: string;
}

/** Vendors by name. All but `anthropic` are reached by the Chat Completions protocol. */
export const PROVIDERS: Readonly<Record<ModelConfig["provider"], Provider>> = {
  openai: {
    baseURL: "https://api.openai.com/v1",
    keys: ["OPENAI_API_KEY"],
    embedding: "text-embedding-3-small",
  },
  azure: {
    keys: ["AZURE_OPENAI_API_KEY"],
    urlVariable: "AZURE_OPENAI_ENDPOINT",
    urlPath: "/openai/v1",
    embedding: "text-embedding-3-small",
  },
  mistral: {
    baseURL: "https://api.mistral.ai/v1",
    keys: ["MISTRAL_API_KEY"],
    embedding: "mistral-embed",
  },
  google: {
    baseURL: "https://generativelanguage.googleapis.com/v1beta/openai",
    keys: ["GOOGLE_API_KEY", "GEMINI_API_KEY"],
  },
  groq: { baseURL: "https://api.groq.com/openai/v1", keys: ["GROQ_API_KEY"] },
  cohere: {
    baseURL: "https://api.cohere.ai/compatibility/v1",
    keys: ["CO_API_KEY", "COHERE_API_KEY"],
    embedding: "embed-v4.0",
  },
  huggingface: { baseURL: "https://router.huggingface.co/v1", keys: ["HF_TOKEN"] },
  ollama: { baseURL: "http://localhost:11434/v1", keys: [] },
  anthropic: { keys: ["ANTHROPIC_API_KEY"] },
};

/** Host of Anthropic, which has no entry in the table because its URL is the AI SDK's. */
const ANTHROPIC_URL = "https://api.anthropic.com";

/** Hosts and environment variables that calls of a model need. */
export interface ModelNeeds {
  /** Hosts, with a port unless it is that of the protocol. */
  readonly hosts: readonly string[];
  /** Environment variables. */
  readonly variables: readonly string[];
}

/**
 * Returns what calls of a model need.
 *
 * @param env Returns the value of an environment variable, for URLs that only the environment names.
 */
export function listNeeds({ provider, kwargs }: ModelConfig, env: ReadVariable): ModelNeeds {
  const { baseURL, keys, urlVariable } = PROVIDERS[provider];
  const given = findVariable(kwargs.base_url);
  const url = given !== undefined
    ? env(given)
    : kwargs.base_url ?? baseURL ?? (urlVariable && env(urlVariable));
  const isAnthropic = provider === "anthropic";
  const address = isAnthropic && kwargs.base_url === undefined ? ANTHROPIC_URL : url;
  return {
    hosts: typeof address === "string" && URL.canParse(address) ? [new URL(address).host] : [],
    variables: [
      ...kwargs.api_key === undefined ? keys : [],
      ...kwargs.base_url === undefined && urlVariable !== undefined ? [urlVariable] : [],
      // The vendor's package reads it when it is imported.
      ...isAnthropic ? ["ANTHROPIC_BASE_URL"] : [],
    ],
  };
}

/**
 * Returns the variables of the keys that calls of some models would miss, alternatives joined by "or".
 *
 * @param env Returns the value of an environment variable.
 */
export function listMissingKeys(models: readonly ModelConfig[], env: ReadVariable): string[] {
  const missing = models.flatMap(({ provider, kwargs: { api_key, base_url } }) => {
    const named = findVariable(api_key);
    // A key of the environment is sent to the vendor only.
    const isOwn = api_key === undefined && (base_url === undefined || provider === "anthropic");
    const keys = named !== undefined ? [named] : isOwn ? PROVIDERS[provider].keys : [];
    return keys.length === 0 || keys.some((key) => (env(key) ?? "") !== "")
      ? []
      : [keys.join(" or ")];
  });
  return [...new Set(missing)];
}
