/**
 * The options of an `openai()`, checked, with their defaults.
 *
 * @module
 */
import { openaiStrict } from "../../schema/profiles/openai_strict.ts";
import type { SchemaProfile } from "../../schema/schema_profile.ts";
import { ConfigError, quote, reasonOf } from "../../errors.ts";
import { copyJson, isPlainObject, type JsonObject, omitUndefined } from "../../json/json.ts";
import {
  checkOptions,
  FROM_ZERO,
  FUNCTION,
  optionError,
  type OptionRule,
  TEXT,
  WHOLE,
  wholeFrom,
} from "../../llm/option_rules.ts";
import { type ApiKey, checkKey } from "./api_key.ts";
import { type KnownServer, serverAt } from "./known_servers.ts";
import {
  type OpenAIOptions,
  OUTPUT_MODES,
  type OutputMode,
  type ServerRules,
} from "./openai_options.ts";

/** Checked options of `openai()`, with their defaults. */
export interface Settings extends Required<Pick<OpenAIOptions, "name" | "model" | "fetch">> {
  /** URL before the path of a request. */
  readonly url: URL;
  /** Headers of each request. */
  readonly headers: Headers;
  readonly apiKey: ApiKey | undefined;
  /** The environment variable of the key; undefined if none is needed. */
  readonly apiKeyVariable: string | undefined;
  readonly rules: ServerRules;
  readonly output: OutputMode;
  readonly isStrict: boolean;
  readonly isStreaming: boolean;
  readonly schemaProfile: SchemaProfile;
  /** Fields that each request for an answer has. */
  readonly fields: JsonObject;
  readonly embedding: { readonly model: string; readonly dimensions?: number } | undefined;
}

const DOING = "call openai()";

const RULES = {
  model: TEXT,
  name: TEXT,
  output: {
    expected: `one of ${OUTPUT_MODES.join(", ")}`,
    accepts: (value) => OUTPUT_MODES.some((mode) => mode === value),
  },
  fetch: FUNCTION,
  temperature: FROM_ZERO,
  maxTokens: wholeFrom(1),
  seed: WHOLE,
  reasoningEffort: TEXT,
  embeddingModel: TEXT,
  dimensions: wholeFrom(1),
} satisfies Record<string, OptionRule>;

/**
 * Checks options.
 *
 * @throws {ConfigError} if one cannot be used.
 */
export function readSettings(options: OpenAIOptions): Settings {
  const { model, baseURL = "https://api.openai.com/v1", schemaProfile = openaiStrict } = options;
  if (model === undefined) throw refused("model", "undefined", TEXT.expected);
  checkOptions(DOING, options, RULES);
  const url = readURL(baseURL);
  const server = serverAt(url);
  if (server.vendor !== undefined && server.rules.apiKeyVariable !== undefined) {
    if (url.protocol !== "https:") {
      throw refused("baseURL", quote(baseURL), "https, for the key would travel in the clear");
    }
  }
  const { name = `${server.vendor ?? url.host}/${model}`, output = server.output } = options;
  const { strict = true, stream = !server.unstreamed?.includes(output), apiKey } = options;
  const { fetch = (url, init) => globalThis.fetch(url, init) } = options;
  const rules: ServerRules = { ...server.rules, ...options.server };
  const headers = readHeaders(options);
  const hasOwnKey = headers.has("authorization") || headers.has("api-key");
  return {
    name,
    model,
    fetch,
    url,
    headers,
    apiKey,
    apiKeyVariable: hasOwnKey ? undefined : rules.apiKeyVariable,
    rules,
    output,
    isStrict: strict,
    isStreaming: stream,
    schemaProfile,
    fields: readFields(options, rules, server),
    embedding: readEmbedding(options),
  };
}

function readURL(baseURL: string): URL {
  const url = URL.canParse(baseURL) ? new URL(baseURL) : undefined;
  if (url?.protocol !== "https:" && url?.protocol !== "http:") {
    throw refused("baseURL", quote(baseURL), "an http or https URL");
  }
  // What is in a URL stands in logs and messages.
  if (url.username !== "" || url.password !== "") {
    throw refused("baseURL", "one with a user or a password", "the key as apiKey or in headers");
  }
  for (const parameter of url.searchParams.keys()) {
    if (/key|token|secret|password|signature|^sig$/i.test(parameter)) {
      throw refused("baseURL", `one with ${quote(parameter)}`, "the key as apiKey or in headers");
    }
  }
  if (url.hash !== "") throw refused("baseURL", quote(baseURL), "a URL without a fragment");
  return url;
}

function readHeaders({ apiKey, headers = {} }: OpenAIOptions): Headers {
  if (apiKey !== undefined && typeof apiKey !== "function") checkKey(apiKey, "apiKey");
  const read = new Headers();
  for (const [name, value] of Object.entries(headers)) {
    // No message shows the value, which may be a key.
    if (typeof value !== "string" || !/^[\t\x20-\x7e]*$/.test(value)) {
      throw refused("headers", quote(name), "ASCII text on one line as its value");
    }
    try {
      read.set(name, value);
    } catch {
      throw refused("headers", quote(name), "the name of a header");
    }
  }
  if (apiKey !== undefined && read.has("authorization")) {
    throw refused("headers", '"authorization"', "it or apiKey, not both");
  }
  return read;
}

/** What makes the question: another value would be another question, or one without the schema. */
const RESERVED: ReadonlySet<string> = new Set([
  "model",
  "messages",
  "n",
  "stream",
  "stream_options",
  "response_format",
  "tools",
  "tool_choice",
  "functions",
  "function_call",
]);

function readFields(
  { temperature, maxTokens, reasoningEffort, seed, body = {} }: OpenAIOptions,
  rules: ServerRules,
  server: KnownServer,
): JsonObject {
  let fields: unknown;
  try {
    fields = copyJson(body);
  } catch (cause) {
    throw new ConfigError(`Cannot use body: ${reasonOf(cause)}`, { cause });
  }
  if (!isPlainObject(fields)) throw refused("body", quote(body), "an object");
  for (const field of Object.keys(fields)) {
    if (RESERVED.has(field)) {
      throw refused("body", quote(field), `none of ${[...RESERVED].join(", ")}`);
    }
  }
  const merged: Record<string, JsonObject[string]> = {
    ...temperature !== undefined && { temperature },
    ...maxTokens !== undefined && { [rules.maxTokensField]: maxTokens },
    ...reasoningEffort !== undefined && { reasoning_effort: reasoningEffort },
    ...seed !== undefined && { [rules.seedField]: seed },
    ...fields as JsonObject,
  };
  for (const [field, value] of Object.entries(server.body ?? {})) {
    const given = merged[field];
    if (given === undefined) merged[field] = value;
    else if (isPlainObject(given) && isPlainObject(value)) merged[field] = { ...value, ...given };
  }
  return merged;
}

function readEmbedding({ embeddingModel, dimensions }: OpenAIOptions): Settings["embedding"] {
  if (embeddingModel !== undefined) {
    return { model: embeddingModel, ...omitUndefined({ dimensions }) };
  }
  if (dimensions === undefined) return undefined;
  throw refused("dimensions", quote(dimensions), "an embeddingModel beside it");
}

function refused(option: string, given: string, expected: string): ConfigError {
  return optionError(DOING, option, given, expected);
}
