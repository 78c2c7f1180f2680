/**
 * Validation and defaults of the options of `openai()`.
 *
 * @module
 */
import { ConfigError, quote, reasonOf } from "../../errors.ts";
import { copyJson, isPlainObject, type JsonObject, omitUndefined } from "../../json/json.ts";
import { toWellFormedJson } from "../../json/text.ts";
import {
  ANYTHING,
  checkOptions,
  createOptionError,
  FLAG,
  FROM_ZERO,
  FUNCTION,
  type OptionRules,
  TEXT,
  WHOLE,
  wholeFrom,
} from "../../llm/option_rules.ts";
import type { SchemaProfile } from "../../schema/schema_profile.ts";
import { type ApiKey, checkKey } from "./api_key.ts";
import { findServer, type KnownServer } from "./known_servers.ts";
import {
  type OpenAIOptions,
  OUTPUT_MODES,
  type OutputMode,
  type ServerRules,
} from "./openai_options.ts";

/** Validated options of `openai()`, with defaults applied. */
export interface Settings extends Required<Pick<OpenAIOptions, "name" | "model" | "fetch">> {
  /** Base URL of requests. */
  readonly url: URL;
  /** Extra headers of each request. */
  readonly headers: Headers;
  readonly apiKey: ApiKey | undefined;
  /** Environment variable of the API key; undefined if none is read. */
  readonly apiKeyVariable: string | undefined;
  readonly rules: ServerRules;
  readonly output: OutputMode;
  readonly isStrict: boolean;
  readonly isStreaming: boolean;
  readonly schemaProfile: SchemaProfile;
  /** If true, requests carry a `prompt_cache_key`. */
  readonly hasCacheKey: boolean;
  /** If true, messages carry cache markers. */
  readonly hasCacheMarkers: boolean;
  /** Extra fields of each completion request: names and JSON texts. */
  readonly fields: Readonly<Record<string, string>>;
  readonly embedding: { readonly model: string; readonly dimensions?: number } | undefined;
}

const DOING = "call openai()";

const RULES: OptionRules<OpenAIOptions> = {
  model: TEXT,
  apiKey: ANYTHING,
  baseURL: ANYTHING,
  headers: ANYTHING,
  name: TEXT,
  output: {
    expected: `one of ${OUTPUT_MODES.join(", ")}`,
    accepts: (value) => OUTPUT_MODES.some((mode) => mode === value),
  },
  strict: FLAG,
  schemaProfile: ANYTHING,
  stream: FLAG,
  fetch: FUNCTION,
  temperature: FROM_ZERO,
  maxTokens: wholeFrom(1),
  seed: WHOLE,
  reasoningEffort: TEXT,
  body: ANYTHING,
  cache: FLAG,
  embeddingModel: TEXT,
  dimensions: wholeFrom(1),
  server: ANYTHING,
};

const SERVER_RULES: OptionRules<ServerRules> = {
  lateSystem: FLAG,
  adjacent: FLAG,
  apiKeyVariable: ANYTHING,
  maxTokensField: ANYTHING,
  seedField: ANYTHING,
  includeUsage: FLAG,
  promptCacheKey: FLAG,
};

/**
 * Validates options and applies defaults.
 *
 * @throws {ConfigError} if an option is invalid.
 */
export function readSettings(options: OpenAIOptions): Settings {
  checkOptions(DOING, options, RULES);
  const { model, baseURL = "https://api.openai.com/v1" } = options;
  if (model === undefined) throw createError("model", "undefined", TEXT.expected);
  const url = readURL(baseURL);
  const server = findServer(url, model);
  if (server.vendor !== undefined && server.rules.apiKeyVariable !== undefined) {
    if (url.protocol !== "https:") {
      throw createError(
        "baseURL",
        quote(baseURL),
        "https, because the API key would be sent unencrypted",
      );
    }
  }
  const { name = `${server.vendor ?? url.host}/${model}`, output = server.output } = options;
  const { schemaProfile = server.schemaProfile } = options;
  const { strict = true, stream = !server.unstreamedOutputs?.includes(output) } = options;
  const { apiKey, cache = true } = options;
  const { fetch = (url, init) => globalThis.fetch(url, init) } = options;
  if (options.server !== undefined) {
    checkOptions(`${DOING} with server`, options.server, SERVER_RULES);
  }
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
    hasCacheKey: cache && rules.promptCacheKey,
    hasCacheMarkers: cache && server.hasCacheMarkers === true,
    fields: writeFields(readFields(options, rules, server)),
    embedding: readEmbedding(options),
  };
}

function readURL(baseURL: string): URL {
  const url = URL.canParse(baseURL) ? new URL(baseURL) : undefined;
  if (url?.protocol !== "https:" && url?.protocol !== "http:") {
    throw createError("baseURL", quote(baseURL), "an http or https URL");
  }
  // URLs appear in logs and error messages.
  if (url.username !== "" || url.password !== "") {
    throw createError(
      "baseURL",
      "containing a user name or password",
      "credentials in apiKey or headers",
    );
  }
  for (const parameter of url.searchParams.keys()) {
    if (/key|token|secret|password|signature|^sig$/i.test(parameter)) {
      throw createError(
        "baseURL",
        `containing the parameter ${quote(parameter)}`,
        "credentials in apiKey or headers",
      );
    }
  }
  if (url.hash !== "") throw createError("baseURL", quote(baseURL), "a URL without a fragment");
  return url;
}

function readHeaders({ apiKey, headers = {} }: OpenAIOptions): Headers {
  if (apiKey !== undefined && typeof apiKey !== "function") checkKey(apiKey, "apiKey");
  const read = new Headers();
  for (const [name, value] of Object.entries(headers)) {
    // The message omits the value, which may be a key.
    if (typeof value !== "string" || !/^[\t\x20-\x7e]*$/.test(value)) {
      throw createError("header", quote(name), "a value of ASCII characters on one line");
    }
    try {
      read.set(name, value);
    } catch {
      throw createError("header", quote(name), "a valid header name");
    }
  }
  if (apiKey !== undefined && read.has("authorization")) {
    throw createError("header", '"authorization"', "either this header or apiKey, not both");
  }
  return read;
}

/** Fields that callers may not override: they carry the prompt, the schema and the response format. */
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
    throw new ConfigError(`Cannot call openai() with this body: ${reasonOf(cause)}`, { cause });
  }
  if (!isPlainObject(fields)) throw createError("body", quote(body), "an object");
  for (const field of Object.keys(fields)) {
    if (RESERVED.has(field)) {
      throw createError(
        "body field",
        quote(field),
        `a field other than ${[...RESERVED].join(", ")}`,
      );
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

function writeFields(fields: JsonObject): Settings["fields"] {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [name, toWellFormedJson(value)]),
  );
}

function readEmbedding({ embeddingModel, dimensions }: OpenAIOptions): Settings["embedding"] {
  if (embeddingModel !== undefined) {
    return { model: embeddingModel, ...omitUndefined({ dimensions }) };
  }
  if (dimensions === undefined) return undefined;
  throw createError("dimensions", quote(dimensions), "the option embeddingModel as well");
}

function createError(option: string, given: string, expected: string): ConfigError {
  return createOptionError(DOING, option, given, expected);
}
