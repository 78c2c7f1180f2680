/**
 * Error responses of servers.
 *
 * @module
 */
import { quote } from "../../errors.ts";
import { oneLine } from "../../json/text.ts";
import { LLMError, type LLMErrorOptions } from "../../llm/llm_error.ts";
import {
  LLMContentFilterError,
  LLMContextError,
  LLMHttpError,
  LLMSchemaError,
} from "../../llm/llm_failures.ts";
import { isContextError } from "../context_error.ts";
import { isTransientReason, parseServerError, type ServerError } from "../error_body.ts";
import { isRetryableStatus, readRetryDelay } from "../http_retry.ts";
import { tryParseJson } from "../untrusted_values.ts";
import { type Exchange, readText } from "./connection.ts";
import { OUTPUT_MODES, type OutputMode } from "./openai_options.ts";

/** Maximum number of bytes read from the body of an error response. */
const MAX_ERROR_BYTES = 64 * 1024;

/** Reads an error response and returns the error for it. */
export async function readErrorResponse(
  exchange: Exchange,
  output: OutputMode | undefined,
): Promise<LLMError> {
  const { name, response } = exchange;
  const { status, headers } = response;
  if (response.type === "opaqueredirect" || status >= 300 && status < 400) {
    await response.body?.cancel();
    return new LLMHttpError(
      `Cannot call model ${quote(name)}: the server redirects${formatRedirectTarget(exchange)}: ` +
        "redirects are not followed, because the request may carry credentials. " +
        "Set baseURL to a server that answers directly",
      status,
    );
  }
  const text = await readText(exchange, MAX_ERROR_BYTES);
  const retryAfter = readRetryDelay(status, headers, tryParseJson(text));
  return toLLMError(exchange, { ...parseServerError(text), status }, output, { retryAfter });
}

/** Converts an error reported in a response or a stream. */
export function toLLMError(
  { name, response, hasCredentials, redact }: Exchange,
  { message, code, type, param, status, isText = false }: ServerError,
  output: OutputMode | undefined,
  options: LLMErrorOptions = {},
): LLMError {
  const request = response.headers.get("x-request-id");
  const reason = oneLine(redact(message.trim() || code || type), 500) || "no reason given";
  const detail = `${reason}${request ? ` (request ${oneLine(redact(request), 100)})` : ""}`;
  if (code === "content_filter") {
    return new LLMContentFilterError(
      `Cannot call model ${quote(name)}: the content filter rejected the prompt: ${detail}`,
      options,
    );
  }
  if (isContextError({ status, code, type, message })) {
    return new LLMContextError(
      `Cannot call model ${quote(name)}: the prompt exceeds the context window: ${detail}`,
      options,
    );
  }
  if (output !== undefined && isSchemaError({ message, code, param, status }, output)) {
    const others = OUTPUT_MODES.filter((mode) => mode !== output).map(quote).join(" or ");
    return new LLMSchemaError(
      `Cannot call model ${quote(name)}: the server rejected the schema: ${detail}. ` +
        `Set output to ${others}, set strict to false, or pass a schemaProfile that the server supports`,
      options,
    );
  }
  if (status === undefined) {
    return new LLMError(`Cannot call model ${quote(name)}: the server failed: ${detail}`, {
      ...options,
      isRetryable: isText || isTransientReason(message),
    });
  }
  const advice = status === 401 && !hasCredentials
    ? ". No API key was sent: set the option apiKey"
    : "";
  return new LLMHttpError(
    `Cannot call model ${quote(name)}: status ${status}: ${detail}${advice}`,
    status,
    { ...options, isRetryable: isRetryableFailure(status, code, type) },
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
/** OpenRouter's message if no provider supports all parameters of the request. */
const NO_ENDPOINT_REGEXP = /^no endpoints found that (?:can handle|support)/i;

/** True if the server rejected the request because of the schema or the output mode. */
function isSchemaError(
  { message, code, param, status }: Omit<ServerError, "type">,
  output: OutputMode,
): boolean {
  if (SCHEMA_CODES.has(code)) return true;
  if (status === 404) return NO_ENDPOINT_REGEXP.test(message);
  if (status !== 400 && status !== 422 || GENERATION_CODES.has(code)) return false;
  // Many servers report no field, and their messages may mention the schema for other reasons.
  if (param !== "") return PARAMETER_REGEXP.test(param);
  return (output === "tool" ? TOOLS_REGEXP : RESPONSE_FORMAT_REGEXP).test(message);
}

/**
 * Groq's codes for invalid output of its model, not for the schema that the message may mention.
 * Another attempt may succeed.
 */
const GENERATION_CODES: ReadonlySet<string> = new Set([
  "json_validate_failed",
  "tool_use_failed",
]);

/** True if the same request may succeed later. */
function isRetryableFailure(status: number, code: string, type: string): boolean {
  if ([code, type].includes("insufficient_quota")) return false;
  return isRetryableStatus(status) || GENERATION_CODES.has(code);
}

/** Formats the target of a redirect without its query, which may contain secrets. */
function formatRedirectTarget({ response, redact }: Exchange): string {
  const location = response.headers.get("location");
  if (location === null || !URL.canParse(location)) return "";
  const { origin, pathname } = new URL(location);
  return ` to ${quote(redact(`${origin}${pathname}`))}`;
}
