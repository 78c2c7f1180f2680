/**
 * Vendors of models that agent files name.
 *
 * @module
 */
import type { ModelConfig } from "./agent_config.ts";
import { findVariable } from "./variables.ts";

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

/** Returns what calls of a model need. A host that only the environment names is not known. */
export function listNeeds({ provider, kwargs }: ModelConfig): ModelNeeds {
  const { baseURL = provider === "anthropic" ? ANTHROPIC_URL : undefined, keys, urlVariable } =
    PROVIDERS[provider];
  const url = kwargs.base_url ?? baseURL;
  const isKnown = typeof url === "string" && findVariable(url) === undefined && URL.canParse(url);
  return {
    hosts: isKnown ? [new URL(url).host] : [],
    variables: [
      ...kwargs.api_key === undefined ? keys : [],
      ...url === undefined && urlVariable !== undefined ? [urlVariable] : [],
      ...provider === "anthropic" && kwargs.base_url === undefined ? ["ANTHROPIC_BASE_URL"] : [],
    ],
  };
}
