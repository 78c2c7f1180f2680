/**
 * What a server says when it fails.
 *
 * @module
 */
import { oneLine } from "../../json/text.ts";
import { quote } from "../../errors.ts";
import { LLMError, type LLMErrorOptions } from "../../llm/llm_error.ts";
import { isPlainObject } from "../../json/json.ts";
import { LLMContentFilterError, LLMHttpError, LLMSchemaError } from "../../llm/llm_errors.ts";
import { isPassingStatus, itemsOf, jsonIn, membersOf, readRetryAfter } from "../reading.ts";
import { type Exchange, readText } from "./connection.ts";
import { OUTPUT_MODES, type OutputMode } from "./openai_options.ts";

/** What is known of a failure. Every server has some of it, in forms of its own. */
export interface ServerError {
  /** The reason in words. */
  readonly message: string;
  /** The reason for programs, for example `"insufficient_quota"`. */
  readonly code: string;
  /** Its kind, for example `"invalid_request_error"`. */
  readonly type: string;
  /** The field of the request that is at fault, for example `"response_format"`. */
  readonly param: string;
  /** The status it has, or would have had, if it had come before the response began. */
  readonly status: number | undefined;
}

/**
 * Reads the error in a parsed response or event; undefined if there is none.
 * Known are `{ error: { message, … } }`, which is OpenAI's, `{ error: "…" }`,
 * `{ object: "error", message }` of vLLM and Mistral, and `error` in a choice of OpenRouter.
 */
export function readServerError(value: unknown): ServerError | undefined {
  if (!isPlainObject(value)) return undefined;
  const { error, object, choices } = value;
  if (typeof error === "string" && error !== "") return describe({ message: error });
  if (isPlainObject(error)) return describe(error);
  if (typeof object === "string" && object.toLowerCase() === "error") return describe(value);
  const failed = membersOf(itemsOf(choices)[0]).error;
  return isPlainObject(failed) ? describe(failed) : undefined;
}

/** How much of the body of an error is read, in bytes. */
const MAX_ERROR_BYTES = 64 * 1024;

/** The error for a response whose status is not one of success. Reads its body. */
export async function errorOfResponse(
  exchange: Exchange,
  output: OutputMode | undefined,
): Promise<LLMError> {
  const { name, response } = exchange;
  const { status, headers } = response;
  if (response.type === "opaqueredirect" || status >= 300 && status < 400) {
    await response.body?.cancel();
    return new LLMHttpError(
      `Cannot ask ${quote(name)}: the server sends it elsewhere${placeOf(exchange)}: ` +
        "expected a baseURL that answers by itself, for the key goes nowhere else",
      status,
    );
  }
  const text = await readText(exchange, MAX_ERROR_BYTES);
  const value = jsonIn(text);
  const error = readServerError(value) ?? looseError(value) ?? describe({ message: text });
  const retryAfter = readRetryAfter(headers);
  return errorOf(exchange, { ...error, status }, output, { retryAfter });
}

/** The error for what a server said, in a response or within a stream. */
export function errorOf(
  { name, response, hasKey, redact }: Exchange,
  { message, code, type, param, status }: ServerError,
  output: OutputMode | undefined,
  options: LLMErrorOptions = {},
): LLMError {
  const request = response.headers.get("x-request-id");
  const reason = oneLine(redact(message.trim() || code || type), 500) || "it does not say why";
  const said = `${reason}${request ? ` (request ${oneLine(redact(request), 100)})` : ""}`;
  if (code === "content_filter") {
    const told = `Cannot ask ${quote(name)}: the content filter refused the prompt: ${said}`;
    return new LLMContentFilterError(told, options);
  }
  if (output !== undefined && isAboutSchema({ message, code, param, status }, output)) {
    const others = OUTPUT_MODES.filter((mode) => mode !== output).map(quote).join(" or ");
    return new LLMSchemaError(
      `Cannot ask ${quote(name)}: the server does not take the schema: ${said}: ` +
        `expected a server and a model that take it: output ${others} sends it in ` +
        "another way, strict false asks for less, and schemaProfile says what it may contain",
      options,
    );
  }
  if (status === undefined) {
    return new LLMError(`Cannot ask ${quote(name)}: the server failed: ${said}`, options);
  }
  const advice = status === 401 && !hasKey ? ": no key was sent: expected the option apiKey" : "";
  return new LLMHttpError(
    `Cannot ask ${quote(name)}: status ${status}: ${said}${advice}`,
    status,
    { ...options, isRetryable: isPassing(status, code) },
  );
}

const SCHEMA_CODES: ReadonlySet<string> = new Set([
  "invalid_json_schema",
  "invalid_function_parameters",
  "unsupported_response_format",
]);

const PARAMETER_REGEXP = /^(?:response_format|tools|tool_choice)\b/;
const RESPONSE_FORMAT_REGEXP = /response[ _]format|json[ _]schema|json[ _]mode|structured output/i;
const TOOLS_REGEXP =
  /tool[ _](?:choice|use|call)|function[ _]call|support\w* tools?\b|tools?\W+(?:is|are) not\b/i;
/** OpenRouter has no provider that takes all the request has. */
const NO_ENDPOINT_REGEXP = /^no endpoints found that (?:can handle|support)/i;

/** Whether a server refused a request for the way in which it asks for the schema. */
function isAboutSchema(
  { message, code, param, status }: Omit<ServerError, "type">,
  output: OutputMode,
): boolean {
  if (SCHEMA_CODES.has(code)) return true;
  if (status === 404) return NO_ENDPOINT_REGEXP.test(message);
  if (status !== 400 && status !== 422 || OTHER_CODES.has(code)) return false;
  // Many servers do not say which field it is, and some errors about others name this one.
  if (param !== "") return PARAMETER_REGEXP.test(param);
  return (output === "tool" ? TOOLS_REGEXP : RESPONSE_FORMAT_REGEXP).test(message);
}

/** A model of Groq wrote what was not valid: another answer may be. */
const GENERATION_CODES: ReadonlySet<string> = new Set([
  "json_validate_failed",
  "tool_use_failed",
]);

/** Errors whose messages may speak of the schema, and that are about something else. */
const OTHER_CODES: ReadonlySet<string> = new Set([
  ...GENERATION_CODES,
  "context_length_exceeded",
]);

/** Whether the same request may succeed later. */
function isPassing(status: number, code: string): boolean {
  if (code === "insufficient_quota") return false;
  return isPassingStatus(status) || GENERATION_CODES.has(code);
}

/** The statuses of errors that come within a stream and have none, by their code or their type. */
const STATUSES: Readonly<Record<string, number>> = {
  authentication_error: 401,
  insufficient_quota: 429,
  internal_error: 500,
  internal_server_error: 500,
  invalid_request_error: 400,
  overloaded: 503,
  overloaded_error: 503,
  permission_error: 403,
  rate_limit_error: 429,
  rate_limit_exceeded: 429,
  server_error: 500,
  service_unavailable: 503,
  timeout: 504,
};

function describe(error: Readonly<Record<string, unknown>>): ServerError {
  const { message, code, type, param, status, metadata } = error;
  // OpenRouter says that a provider failed, and here what that provider said.
  const raw = textOf(membersOf(metadata).raw);
  const names = [textOf(code), textOf(type)] as const;
  const number = [code, status].map(textOf).find((text) => /^[45]\d\d$/.test(text));
  const known = names.find((name) => Object.hasOwn(STATUSES, name));
  return {
    message: [textOf(message), raw].filter((text) => text !== "").join(": "),
    code: names[0],
    type: names[1],
    param: textOf(param),
    status: number !== undefined ? Number(number) : STATUSES[known ?? ""],
  };
}

/** The error in a body that is one altogether: `{ detail }` of FastAPI, `{ message }` of gateways. */
function looseError(value: unknown): ServerError | undefined {
  if (!isPlainObject(value)) return undefined;
  const { message = value.detail } = value;
  return message === undefined ? undefined : describe({ ...value, message });
}

/** Text, a number, or whatever else a server has there, as text. */
function textOf(value: unknown): string {
  if (typeof value === "string") return value;
  return value === undefined || value === null ? "" : JSON.stringify(value);
}

/** Where a redirect leads, without its query, which may hold secrets. */
function placeOf({ response, redact }: Exchange): string {
  const location = response.headers.get("location");
  if (location === null || !URL.canParse(location)) return "";
  const { origin, pathname } = new URL(location);
  return `, to ${quote(redact(`${origin}${pathname}`))}`;
}
