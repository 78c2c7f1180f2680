/**
 * The errors of vendor packages, told by their shape, as errors of the framework.
 *
 * Theirs hold the request, its headers and the response. Ours hold what went
 * wrong as text, without what looks like a key.
 *
 * @module
 */
import { oneLine } from "../../json/one_line.ts";
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
import { readRetryAfter } from "../retry_after.ts";
import { membersOf, textIn } from "./loose.ts";
import { networkFailureIn } from "./network_failure.ts";

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
  const failed = `Cannot call model ${quote(name)}`;
  const cause = strippedCause(thrown, reason);
  const status = typeof error.statusCode === "number" ? error.statusCode : undefined;
  const isRefusedRequest = status === undefined || status === 400 || status === 422;

  if (error.name === "AI_LoadAPIKeyError" || error.name === "AI_LoadSettingError") {
    return new ConfigError(`${failed}: ${reason}`, { cause });
  }
  if (isRefusedRequest && FILTER_REGEXP.test(`${detail.code} ${detail.type} ${reason}`)) {
    return new LLMContentFilterError(`${failed}: its filter refused the prompt: ${reason}`, {
      cause,
    });
  }
  if (isRefusedRequest && SCHEMA_REGEXP.test(`${detail.code} ${detail.param} ${reason}`)) {
    return new LLMSchemaError(
      `${failed}: it does not take the schema: ${reason}: expected the schemaProfile of a subset ` +
        "that it takes, or a simpler schema",
      { cause },
    );
  }
  if (status !== undefined && (status < 200 || status > 299)) {
    const retryAfter = readRetryAfter(headersIn(error.responseHeaders), Date.now());
    return new LLMHttpError(`${failed}: the server answered ${status}: ${reason}`, status, {
      cause,
      isRetryable: !isQuota(detail) && (booleanIn(error.isRetryable) ?? isPassing(status)),
      ...(retryAfter !== undefined && { retryAfter }),
    });
  }
  if (error.name === "TimeoutError") {
    return new LLMTimeoutError(`${failed}: ${reason}`, { cause, isRetryable: true });
  }
  const isWithoutResponse = error.name === "AI_APICallError" && status === undefined;
  const failure = networkFailureIn(thrown) ?? (isWithoutResponse ? "" : undefined);
  if (failure !== undefined) {
    const said = failure === "" ? reason : safe(failure);
    return new LLMConnectionError(`${failed}: the connection failed: ${said}`, {
      cause,
      isRetryable: true,
    });
  }
  const isRetryable = booleanIn(error.isRetryable) ??
    PASSING_REGEXP.test(`${detail.code} ${detail.type}`);
  return new LLMError(`${failed}: ${reason}`, { cause, isRetryable });
}

/** What a vendor says of an error as data. */
interface ErrorDetail {
  readonly code: string;
  readonly type: string;
  readonly param: string;
}

/** The vendor's `{ error: { code, type, param } }`, at whichever level it is. */
function detailOf(error: Readonly<Record<string, unknown>>): ErrorDetail {
  const data = membersOf(error.data);
  const sources = [membersOf(data.error), data, membersOf(error.error), error];
  const find = (member: string) =>
    sources.map((source) => textIn(source[member])).find((text) => text !== undefined) ?? "";
  return { code: find("code"), type: find("type"), param: find("param") };
}

/** The headers of a response, as far as they are some. */
function headersIn(given: unknown): Headers {
  const headers = new Headers();
  for (const [name, value] of Object.entries(membersOf(given))) {
    try {
      if (typeof value === "string") headers.set(name, value);
    } catch {
      // It is none.
    }
  }
  return headers;
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

/** A used-up quota is answered as too many requests, but waiting does not mend it. */
function isQuota({ code, type }: ErrorDetail): boolean {
  return code === "insufficient_quota" || type === "insufficient_quota";
}

function isPassing(status: number): boolean {
  return status === 408 || status === 409 || status === 429 || status >= 500;
}

function booleanIn(value: unknown): boolean | undefined {
  return typeof value === "boolean" ? value : undefined;
}
