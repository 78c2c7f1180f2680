/**
 * Errors in the bodies and events of servers, in the forms of all known vendors.
 *
 * @module
 */
import { isPlainObject } from "../json/json.ts";
import { unwrapList } from "./http_retry.ts";
import { asArray, asRecord, tryParseJson } from "./untrusted_values.ts";

/** Error reported by a server. Missing texts are empty. */
export interface ServerError {
  /** Human-readable reason. */
  readonly message: string;
  /** Error code, for example `"insufficient_quota"`. */
  readonly code: string;
  /** Error type, for example `"invalid_request_error"`. */
  readonly type: string;
  /** Request field that caused the error, for example `"response_format"`. */
  readonly param: string;
  /** HTTP status; for an error within a response, the equivalent status. */
  readonly status: number | undefined;
  /** True if the server sent no JSON, as a proxy does whose server failed. */
  readonly isText?: boolean;
}

/**
 * Reads the error from a parsed response or event; undefined if there is none. Supports
 * `{ error: { message, … } }` of OpenAI, also in a list as Gemini sends it, `{ error: "…" }`,
 * `{ errors: […] }` of Cloudflare, `{ object: "error", … }` of vLLM, `{ type: "error", … }`,
 * `error` inside a choice of OpenRouter, `{ detail }` of FastAPI, and `{ message }` of gateways.
 */
export function readServerError(value: unknown): ServerError | undefined {
  const body = unwrapList(value);
  if (!isPlainObject(body)) return undefined;
  const { error, errors, object, type, choices } = body;
  const message = body.message ?? body.detail ?? body.msg;
  const reported = error || asArray(errors)[0] || asRecord(asArray(choices)[0]).error;
  if (isPlainObject(reported)) return parseErrorFields({ ...body, ...reported });
  if (reported) {
    // A flag, a number or a text, whose reason may be a field beside it.
    const reasons = [reported === true ? "" : toText(reported), toText(message)];
    const code = typeof reported === "number" ? reported : body.code;
    return parseErrorFields({ ...body, code, message: joinReasons(reasons) });
  }
  const isMarked = [object, type].some((mark) => /^error$/i.test(toText(mark)));
  const isBare = choices === undefined &&
    (toText(message) !== "" || readStatus(body) !== undefined);
  return isMarked || isBare ? parseErrorFields({ ...body, message }) : undefined;
}

/** Reads the error from a text that is known to be an error, in any form. */
export function parseServerError(text: string): ServerError {
  const value = tryParseJson(text);
  const body = unwrapList(value);
  return readServerError(body) ?? {
    ...parseErrorFields({ ...asRecord(body), message: formatBody(text) }),
    isText: value === undefined,
  };
}

/** Fields in which servers repeat a request, with its prompt. */
const ECHOES: ReadonlySet<string> = new Set(["input", "messages", "prompt", "request", "body"]);

/** Matches a repeated request to the end of a text that is more, or less, than its JSON. */
const ECHO_REGEXP = new RegExp(
  String.raw`"(?:${[...ECHOES].join("|")})\\*"\s*:\s*\\*["[{][^]*`,
);

/**
 * Returns the body of a response, as a value or as text, for an error message, without a repeated
 * request.
 */
export function formatBody(body: unknown): string {
  const value = typeof body === "string" ? tryParseJson(body) : body;
  return typeof value === "object" && value !== null ? toText(value) : toText(body);
}

/**
 * HTTP statuses by codes and types, in lower case and without separators, for errors that report
 * no status.
 */
const STATUSES: readonly (readonly [name: RegExp, status: number])[] = [
  [/ratelimit|toomanyrequests|resourceexhausted|throttl|insufficientquota/, 429],
  [/overloaded|unavailable/, 503],
  [/timeout|timedout|deadlineexceeded/, 504],
  [/^internal|servererror|^apierror/, 500],
  [/authentication|unauthenticated|unauthorized|invalidapikey/, 401],
  [/permission|forbidden/, 403],
  [/notfound/, 404],
  [/invalidrequest|badrequest|invalidargument/, 400],
];

function parseErrorFields(error: Readonly<Record<string, unknown>>): ServerError {
  const { code, type, param, status, metadata } = error;
  const names = [code, status, type].map((name) => toText(name).toLowerCase().replace(/\W|_/g, ""));
  const known = names.flatMap((name) => STATUSES.filter(([pattern]) => pattern.test(name)));
  return {
    // OpenRouter puts the message of the failed provider into `raw`.
    message: joinReasons([
      toText(error.message ?? error.detail ?? error.msg),
      toText(asRecord(metadata).raw),
    ]),
    code: toText(code),
    type: toText(type),
    param: toText(param),
    status: readStatus(error) ?? known[0]?.[1],
  };
}

/** Reads the HTTP status of a failure, a number or a text that begins with its digits. */
function readStatus(error: Readonly<Record<string, unknown>>): number | undefined {
  const { code, status, statusCode, status_code } = error;
  const digits = [code, status, statusCode, status_code]
    .map((value) => /^[45]\d\d(?!\d)/.exec(toText(value))?.[0])
    .find((text) => text !== undefined);
  return digits === undefined ? undefined : Number(digits);
}

/** Words for a temporary failure, in errors that report no status. */
const TRANSIENT_REGEXP = new RegExp(
  [
    "overloaded|rate[ _]?limit|too many requests|unavailable|time(?:d[ _])?out",
    "server[ _](?:had an )?error|internal error|api_?error|try again later|temporar|busy|bad gateway",
    String.raw`(?:^|status|code|error|http|response)\W{0,3}(?:429|5\d\d)\b`,
  ].join("|"),
  "i",
);

/** Returns true if the words of an error say that the same request may succeed later. */
export function isTransientReason(text: string): boolean {
  return TRANSIENT_REGEXP.test(text);
}

function joinReasons(reasons: readonly string[]): string {
  return reasons.filter((text) => text !== "").join(": ");
}

/** Converts a string, number or other JSON value to text, without a repeated request. */
function toText(value: unknown): string {
  if (typeof value === "string") return value.replace(ECHO_REGEXP, "…");
  if (value === undefined || value === null) return "";
  return JSON.stringify(value, (key, inner) => ECHOES.has(key) ? undefined : inner);
}
