/**
 * The errors of vendor packages, told by their shape, as errors of the framework.
 *
 * Theirs hold the request, its headers and the response. Ours hold what went
 * wrong as text, without what looks like a key.
 *
 * @module
 */
import { oneLine } from "../../json/text.ts";
import { AgentError, ConfigError, quote, reasonOf } from "../../errors.ts";
import { LLMError } from "../../llm/llm_error.ts";
import {
  LLMConnectionError,
  LLMContentFilterError,
  LLMHttpError,
  LLMSchemaError,
  LLMTimeoutError,
} from "../../llm/llm_errors.ts";
import { redactKeys } from "../../json/secret_patterns.ts";
import { isPassingStatus, membersOf, readRetryAfter, textIn } from "../reading.ts";

/** How much of what a vendor says is kept, in characters. */
const MAX_REASON = 500;

/** What a vendor calls the schema of an answer, in the parameter or the text of its error. */
const SCHEMA_REGEXP =
  /response_?format|text\.format|json_?schema|output_?(?:config|format)|response_?(?:json_?)?schema|structured[ _]outputs?/i;

const FILTER_REGEXP = /content_?filter|content_?policy|content filter|content management policy/i;

/** Types and codes of errors in a stream that may be over soon. */
const PASSING_REGEXP = /overloaded|rate_?limit|server_?error|api_?error|unavailable|timeout/i;

/** An error of the framework for whatever a model of the AI SDK threw, or sent as an error. */
export function vendorError(thrown: unknown, name: string): Error {
  if (thrown instanceof AgentError) return thrown;
  const error = membersOf(thrown);
  const detail = detailOf(error);
  const reason = reasonIn(thrown, error);
  const failed = `Cannot ask ${quote(name)}`;
  const options = { cause: strippedCause(thrown, reason) };
  const passing = { ...options, isRetryable: true };
  const said = typeof error.isRetryable === "boolean" ? error.isRetryable : undefined;
  const status = typeof error.statusCode === "number" ? error.statusCode : undefined;
  const isRefusedRequest = status === undefined || status === 400 || status === 422;

  if (error.name === "AI_LoadAPIKeyError" || error.name === "AI_LoadSettingError") {
    return new ConfigError(`${failed}: ${reason}`, options);
  }
  if (isRefusedRequest && FILTER_REGEXP.test(`${detail.code} ${detail.type} ${reason}`)) {
    const refused = `${failed}: the content filter refused the prompt: ${reason}`;
    return new LLMContentFilterError(refused, options);
  }
  if (isRefusedRequest && SCHEMA_REGEXP.test(`${detail.code} ${detail.param} ${reason}`)) {
    return new LLMSchemaError(
      `${failed}: it does not take the schema: ${reason}: expected the schemaProfile of a subset ` +
        "that it takes, or a simpler schema",
      options,
    );
  }
  if (status !== undefined && (status < 200 || status > 299)) {
    const retryAfter = readRetryAfter(headersIn(error.responseHeaders));
    return new LLMHttpError(`${failed}: status ${status}: ${reason}`, status, {
      ...options,
      // A used-up quota is answered as too many requests, but waiting does not mend it.
      isRetryable: ![detail.code, detail.type].includes("insufficient_quota") &&
        (said ?? isPassingStatus(status)),
      retryAfter,
    });
  }
  if (error.name === "TimeoutError") return new LLMTimeoutError(`${failed}: ${reason}`, passing);
  const isWithoutResponse = error.name === "AI_APICallError" && status === undefined;
  const failure = networkFailureIn(thrown) ?? (isWithoutResponse ? "" : undefined);
  if (failure !== undefined) {
    const why = failure === "" ? reason : safe(failure);
    return new LLMConnectionError(`${failed}: the connection failed: ${why}`, passing);
  }
  const isRetryable = said ?? PASSING_REGEXP.test(`${detail.code} ${detail.type}`);
  return new LLMError(`${failed}: ${reason}`, { ...options, isRetryable });
}

/** The vendor's `{ error: { code, type, param } }`, at whichever level it is. */
function detailOf(
  error: Readonly<Record<string, unknown>>,
): Record<"code" | "type" | "param", string> {
  const data = membersOf(error.data);
  const sources = [membersOf(data.error), data, membersOf(error.error), error];
  const find = (member: string) =>
    sources.map((source) => textIn(source[member])).find((text) => text !== undefined) ?? "";
  return { code: find("code"), type: find("type"), param: find("param") };
}

/** The headers of a response, by their names in lower case. */
function headersIn(given: unknown): ReadonlyMap<string, unknown> {
  const headers = Object.entries(membersOf(given));
  return new Map(headers.map(([name, value]) => [name.toLowerCase(), value]));
}

/** What went wrong, on one line. Where the package could not read the body, the body says it. */
function reasonIn(thrown: unknown, error: Readonly<Record<string, unknown>>): string {
  const message = reasonOf(membersOf(error.error).message !== undefined ? error.error : thrown);
  const body = error.data === undefined ? textIn(error.responseBody) : undefined;
  const reason = body === undefined || body === "" ? message : `${message}: ${body}`;
  return safe(reason);
}

/** A text of a vendor on one line, cut, without what looks like a key. */
function safe(text: string): string {
  return oneLine(redactKeys(text), MAX_REASON);
}

/** The same error as text: its message, and the stack without it. */
function strippedCause(thrown: unknown, reason: string): Error {
  const cause = new Error(reason);
  const { name, stack } = membersOf(thrown);
  cause.name = textIn(name) ?? "Error";
  const frames = textIn(stack)?.split("\n").filter((line) => /^\s+at /.test(line)) ?? [];
  cause.stack = [`${cause.name}: ${reason}`, ...frames].join("\n");
  return cause;
}

/** System and socket errors of Deno, Node and Bun, by `code`. */
const CODE_REGEXP =
  /^(?:E[A-Z]{3,}|UND_ERR_\w+|Connection(?:Refused|Closed|Reset)|FailedToOpenSocket)$/;

/** The classes of Deno. */
const NAME_REGEXP =
  /^(?:Connection(?:Refused|Reset|Aborted)|NotConnected|BrokenPipe|UnexpectedEof|Http|AI_EmptyResponseBodyError)$/;

/** How `fetch` and the body it gives say it, in a TypeError. */
const MESSAGE_REGEXP =
  /fetch failed|failed to fetch|load failed|network|error sending request|terminated|(?:reading|decoding) (?:a |response )?body|connection|socket/i;

/** How packages say that a body was not whole. */
const CUT_REGEXP = /stream ended without/i;

/** How many causes are looked through: they may lead in a circle. */
const MAX_CAUSES = 5;

/** What an error or one of its causes says of a connection that failed; undefined if none does. */
function networkFailureIn(thrown: unknown): string | undefined {
  let current: unknown = thrown;
  let failure: string | undefined;
  for (let depth = 0; depth < MAX_CAUSES && current !== undefined; depth++) {
    const { name, code, message, cause } = membersOf(current);
    const said = textIn(message) ?? "";
    const isFailure = CODE_REGEXP.test(textIn(code) ?? "") ||
      NAME_REGEXP.test(textIn(name) ?? "") ||
      CUT_REGEXP.test(said) || name === "TypeError" && MESSAGE_REGEXP.test(said);
    // The innermost says most.
    if (isFailure) failure = said;
    current = cause;
  }
  return failure;
}
