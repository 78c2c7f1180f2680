/**
 * The options of an `openai()`, checked, with their defaults.
 *
 * @module
 */
import { openaiStrict, type SchemaProfile } from "../../schema/schema_profile.ts";
import { ConfigError, quote, reasonOf } from "../../errors.ts";
import { copyJson, isPlainObject, type JsonObject } from "../../json/json.ts";
import { checkKey } from "./api_key.ts";
import type { Connection } from "./connection.ts";
import type { OpenAIOptions } from "./openai_options.ts";
import { type KnownServer, serverAt } from "./known_servers.ts";
import type { OutputMode, ServerRules } from "./server_rules.ts";

/** What `openai()` goes by. */
export interface Settings {
  readonly model: string;
  readonly connection: Connection;
  readonly rules: ServerRules;
  readonly output: OutputMode;
  readonly isStrict: boolean;
  readonly isStreaming: boolean;
  readonly schemaProfile: SchemaProfile;
  /** The fields of a request that are always the same. */
  readonly fields: JsonObject;
  readonly embedding: { readonly model: string; readonly dimensions?: number } | undefined;
}

const OUTPUT_MODES: readonly OutputMode[] = ["json_schema", "tool", "json_object"];

/**
 * Checks options.
 *
 * @throws {ConfigError} if one cannot be used.
 */
export function readSettings(options: OpenAIOptions): Settings {
  const { model, baseURL = "https://api.openai.com/v1", schemaProfile = openaiStrict } = options;
  checkName("model", model);
  const url = readURL(baseURL);
  const server = serverAt(url);
  if (server.vendor !== undefined && server.rules.apiKeyVariable !== undefined) {
    if (url.protocol !== "https:") {
      throw refused("baseURL", quote(baseURL), "https, for the key would travel in the clear");
    }
  }
  const { name = `${server.vendor ?? url.host}/${model}`, output = server.output } = options;
  const { strict = true, stream = !server.unstreamed?.includes(output) } = options;
  checkName("name", name);
  if (!OUTPUT_MODES.includes(output)) {
    throw refused("output", quote(output), `one of ${OUTPUT_MODES.join(", ")}`);
  }
  const rules: ServerRules = { ...server.rules, ...options.server };
  return {
    model,
    connection: readConnection(options, name, url, rules),
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

function readConnection(
  options: OpenAIOptions,
  name: string,
  url: URL,
  rules: ServerRules,
): Connection {
  const { apiKey, headers = {}, fetch = (url, init) => globalThis.fetch(url, init) } = options;
  if (apiKey !== undefined && typeof apiKey !== "function") checkKey(apiKey, "apiKey");
  if (typeof fetch !== "function") throw refused("fetch", quote(fetch), "a function");
  const own = readHeaders(headers);
  if (apiKey !== undefined && own.has("authorization")) {
    throw refused("headers", '"authorization"', "it or apiKey, not both");
  }
  const hasOwnKey = own.has("authorization") || own.has("api-key");
  return {
    name,
    url,
    headers: own,
    fetch,
    apiKey,
    apiKeyVariable: hasOwnKey ? undefined : rules.apiKeyVariable,
  };
}

function readHeaders(headers: Readonly<Record<string, string>>): Headers {
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
  if (temperature !== undefined && !(Number.isFinite(temperature) && temperature >= 0)) {
    throw refused("temperature", quote(temperature), "a number from 0");
  }
  if (maxTokens !== undefined) checkCount("maxTokens", maxTokens);
  if (seed !== undefined && !Number.isSafeInteger(seed)) {
    throw refused("seed", quote(seed), "a whole number");
  }
  if (reasoningEffort !== undefined) checkName("reasoningEffort", reasoningEffort);
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
  if (embeddingModel === undefined) {
    if (dimensions === undefined) return undefined;
    throw refused("dimensions", quote(dimensions), "an embeddingModel beside it");
  }
  checkName("embeddingModel", embeddingModel);
  if (dimensions === undefined) return { model: embeddingModel };
  checkCount("dimensions", dimensions);
  return { model: embeddingModel, dimensions };
}

function checkName(option: string, value: unknown): void {
  if (typeof value !== "string" || value.trim() === "") {
    throw refused(option, quote(value), "a text that is not empty");
  }
}

function checkCount(option: string, value: number): void {
  if (!Number.isSafeInteger(value) || value < 1) {
    throw refused(option, quote(value), "a whole number from 1");
  }
}

function refused(option: string, given: string, expected: string): ConfigError {
  return new ConfigError(`Cannot use ${given} as ${option}: expected ${expected}`);
}
