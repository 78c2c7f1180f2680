/**
 * Conversion of errors thrown by vendor packages, recognized by their shape.
 *
 * Vendor errors reference the request, its headers and the response. Converted errors
 * contain redacted text only.
 *
 * @module
 */
import { AgentError, ConfigError, quote, reasonOf } from "../../errors.ts";
import { redactSecrets } from "../../json/secret_patterns.ts";
import { oneLine } from "../../json/text.ts";
import { LLMError } from "../../llm/llm_error.ts";
import {
  LLMConnectionError,
  LLMContentFilterError,
  LLMContextError,
  LLMHttpError,
  LLMSchemaError,
  LLMTimeoutError,
} from "../../llm/llm_failures.ts";
import { readChatUsage } from "../chat_usage.ts";
import { isContextError } from "../context_error.ts";
import { formatBody, isTransientReason, readServerError, type ServerError } from "../error_body.ts";
import { createFinishError, findFinishFailure } from "../finish_error.ts";
import { isRetryableStatus, readRetryDelay, toHeaders } from "../http_retry.ts";
import { asArray, asRecord, asString, tryParseJson } from "../untrusted_values.ts";

/** Maximum length of a vendor's message, in characters. */
const MAX_REASON = 500;

/** Matches the reason of a package that does not send a picture or file. */
const MEDIA_REGEXP = /media type|\b(?:file|image|audio)\b/i;

/** Names of the schema in error codes, parameters and messages. */
const SCHEMA_REGEXP =
  /response_?format|text\.format|json_?schema|output_?(?:config|format)|response_?(?:json_?)?schema|structured[ _]outputs?/i;

/** Codes, types and messages for a prompt that a content filter rejected. */
const FILTER_REGEXP = /content_?filter|content_?policy|content filter|content management policy/i;

/**
 * Converts a value that an AI SDK model threw or sent as an error part.
 *
 * @param headers Headers of the response, if the error is a part of it.
 */
export function convertVendorError(thrown: unknown, name: string, headers?: unknown): Error {
  if (thrown instanceof AgentError) return thrown;
  const error = asRecord(thrown);
  const received = findReceived(thrown);
  const ending = findReceivedEnding(received, name);
  if (ending !== undefined) return ending;
  const reported = received === undefined ? undefined : readReceivedError(received);
  const detail = reported ?? readErrorDetail(error);
  const reason = reported !== undefined
    ? sanitize(reported.message || reported.code || reported.type || "no reason given")
    : received !== undefined
    ? `unreadable response: ${sanitize(formatBody(received))}`
    : describeFailure(thrown, error);
  const failed = `Cannot call model ${quote(name)}`;
  const options = { cause: sanitizeCause(thrown, reason) };
  const retryable = { ...options, isRetryable: true };
  // A package that cannot read an error calls it final.
  const declared = received === undefined && typeof error.isRetryable === "boolean"
    ? error.isRetryable
    : undefined;
  const status = reported?.status ?? readStatus(error.statusCode) ?? readStatus(detail.code);
  const isRejectedRequest = status === undefined || status === 400 || status === 422;

  if (error.name === "AI_LoadAPIKeyError" || error.name === "AI_LoadSettingError") {
    const code = error.name === "AI_LoadAPIKeyError" ? "API_KEY_MISSING" : undefined;
    return new ConfigError(`${failed}: ${reason}`, { ...options, code });
  }
  if (isRejectedRequest && FILTER_REGEXP.test(`${detail.code} ${detail.type} ${reason}`)) {
    const refused = `${failed}: the content filter rejected the prompt: ${reason}`;
    return new LLMContentFilterError(refused, options);
  }
  if (isContextError({ ...detail, status, message: reason })) {
    return new LLMContextError(
      `${failed}: the prompt exceeds the context window: ${reason}`,
      options,
    );
  }
  if (isRejectedRequest && SCHEMA_REGEXP.test(`${detail.code} ${detail.param} ${reason}`)) {
    return new LLMSchemaError(
      `${failed}: the vendor rejected the schema: ${reason}. ` +
        "Pass a schemaProfile that the model supports, or simplify the schema",
      options,
    );
  }
  const refusal = findMediaRefusal(thrown);
  if (refusal !== undefined) {
    return new LLMError(`${failed}: ${refusal}`, { ...options, usage: { input: 0, output: 0 } });
  }
  if (status !== undefined && (status < 200 || status > 299)) {
    const body = tryParseJson(asString(error.responseBody) ?? "") ?? received;
    const retryAfter = readRetryDelay(status, toHeaders(error.responseHeaders ?? headers), body);
    return new LLMHttpError(`${failed}: status ${status}: ${reason}`, status, {
      ...options,
      // An exhausted quota has status 429 as well, but waiting does not help.
      isRetryable: ![detail.code, detail.type].includes("insufficient_quota") &&
        (declared ?? isRetryableStatus(status)),
      retryAfter,
    });
  }
  if (error.name === "TimeoutError") return new LLMTimeoutError(`${failed}: ${reason}`, retryable);
  const isWithoutResponse = error.name === "AI_APICallError" && status === undefined;
  const failure = findNetworkFailure(thrown) ?? (isWithoutResponse ? "" : undefined);
  if (failure !== undefined) {
    const why = failure === "" ? reason : sanitize(failure);
    return new LLMConnectionError(`${failed}: the connection failed: ${why}`, retryable);
  }
  if (isPage(error.responseHeaders)) return createPageError(name, reason, options);
  // An error of the package itself, such as a TypeError, may be a mistake in the program.
  const words = thrown instanceof Error && received === undefined ? "" : reason;
  const isUnreadable = typeof received === "string" || asRecord(received).choices !== undefined ||
    error.name === "AI_InvalidResponseDataError";
  const isRetryable = declared ??
    (isUnreadable || isTransientReason(`${detail.code} ${detail.type} ${words}`));
  return new LLMError(`${failed}: ${reason}`, { ...options, isRetryable });
}

/**
 * Returns the reason why a package refused a picture or file before its request, and the way out;
 * undefined for another error.
 */
export function findMediaRefusal(thrown: unknown): string | undefined {
  const { name, message } = asRecord(thrown);
  const reason = asString(message) ?? "";
  if (name !== "AI_UnsupportedFunctionalityError" || !MEDIA_REGEXP.test(reason)) return undefined;
  return `${sanitize(reason).replace(/\.$/, "")}; convert the picture or file, send its text, or ` +
    "use a model that takes it";
}

/**
 * Finds what a server sent if a package could not read it: a parsed value, or a text that is not
 * JSON; undefined if there is none.
 */
function findReceived(thrown: unknown): unknown {
  for (const error of listCauses(thrown)) {
    const { name, value, text, responseBody } = error;
    if (name === "AI_TypeValidationError") return value;
    if (name === "AI_JSONParseError") return asString(text);
    // A body that is parsed already had no output.
    if (typeof responseBody === "object" && responseBody !== null) return responseBody;
  }
  return undefined;
}

/**
 * Returns the error of an abnormal ending that was received; undefined if there is none. Azure
 * leaves the message out if its filter withheld it, which packages cannot read.
 */
function findReceivedEnding(received: unknown, name: string): LLMError | undefined {
  const { choices, usage } = asRecord(received);
  const reason = asString(asRecord(asArray(choices)[0]).finish_reason);
  const failure = findFinishFailure(reason, () => true);
  return failure && createFinishError(name, failure, readChatUsage(usage));
}

function readReceivedError(received: unknown): ServerError | undefined {
  return typeof received === "string" ? undefined : readServerError(received);
}

/** Returns true if the headers of a response are those of a web page. */
export function isPage(headers: unknown): boolean {
  return /^text\/html\b/i.test(asString(toHeaders(headers).get("content-type")) ?? "");
}

/** Creates the error for a web page, which no other attempt turns into an answer. */
export function createPageError(name: string, reason: string, options?: ErrorOptions): LLMError {
  return new LLMError(
    `Cannot call model ${quote(name)}: ${reason}: is this the address of an API?`,
    options,
  );
}

/** Reads an HTTP status, a number or its digits; undefined for other values, such as 0. */
function readStatus(value: unknown): number | undefined {
  const status = Number(value);
  return status >= 100 && status <= 599 ? status : undefined;
}

/** Finds the vendor's `code`, `type` and `param` at any of the usual nesting levels. */
function readErrorDetail(
  error: Readonly<Record<string, unknown>>,
): Record<"code" | "type" | "param", string> {
  const data = asRecord(error.data);
  const sources = [asRecord(data.error), data, asRecord(error.error), error];
  const find = (member: string) =>
    sources.map((source) => source[member])
      .map((value) => typeof value === "number" ? `${value}` : asString(value))
      .find((text) => text !== undefined) ?? "";
  return { code: find("code"), type: find("type"), param: find("param") };
}

/** Returns the reason on one line, including the response body if the package could not parse it. */
function describeFailure(thrown: unknown, error: Readonly<Record<string, unknown>>): string {
  const message = reasonOf(asRecord(error.error).message !== undefined ? error.error : thrown);
  const body = error.data === undefined ? asString(error.responseBody) : undefined;
  const reason = body === undefined || body === "" ? message : `${message}: ${formatBody(body)}`;
  return sanitize(reason);
}

/** Redacts keys in a vendor's text, joins its lines and truncates it. */
function sanitize(text: string): string {
  return oneLine(redactSecrets(text), MAX_REASON);
}

/** Copies an error as redacted text: name, reason and stack frames. */
function sanitizeCause(thrown: unknown, reason: string): Error {
  const cause = new Error(reason);
  const { name, stack } = asRecord(thrown);
  cause.name = asString(name) ?? "Error";
  const frames = asString(stack)?.split("\n").filter((line) => /^\s+at /.test(line)) ?? [];
  cause.stack = [`${cause.name}: ${reason}`, ...frames].join("\n");
  return cause;
}

/** Codes of system and socket errors in Deno, Node and Bun. */
const CODE_REGEXP =
  /^(?:E[A-Z]{3,}|UND_ERR_\w+|Connection(?:Refused|Closed|Reset)|FailedToOpenSocket)$/;

/** Names of Deno's network error classes, and of the AI SDK's. */
const NAME_REGEXP =
  /^(?:Connection(?:Refused|Reset|Aborted)|NotConnected|BrokenPipe|UnexpectedEof|Http|AI_EmptyResponseBodyError)$/;

/** Messages of a TypeError that `fetch()` or reading a body throws on a network failure. */
const MESSAGE_REGEXP =
  /fetch failed|failed to fetch|load failed|network|error sending request|terminated|(?:reading|decoding) (?:a |response )?body|connection|socket/i;

/** Message of vendor packages for an incomplete body. */
const CUT_REGEXP = /stream ended without/i;

/** Maximum depth to which causes are followed, because they may be circular. */
const MAX_CAUSES = 5;

/** Returns the message of a network failure among an error and its causes, or undefined. */
function findNetworkFailure(thrown: unknown): string | undefined {
  let failure: string | undefined;
  for (const { name, code, message } of listCauses(thrown)) {
    const said = asString(message) ?? "";
    const isFailure = CODE_REGEXP.test(asString(code) ?? "") ||
      NAME_REGEXP.test(asString(name) ?? "") ||
      CUT_REGEXP.test(said) || name === "TypeError" && MESSAGE_REGEXP.test(said);
    // The innermost cause is the most specific.
    if (isFailure) failure = said;
  }
  return failure;
}

/** Returns an error and its causes. */
function listCauses(thrown: unknown): Readonly<Record<string, unknown>>[] {
  const causes: Readonly<Record<string, unknown>>[] = [];
  let current: unknown = thrown;
  for (let depth = 0; depth < MAX_CAUSES && current !== undefined; depth++) {
    const error = asRecord(current);
    causes.push(error);
    current = error.cause;
  }
  return causes;
}
