/**
 * Retry rules of servers: retryable statuses, and the delays that headers and bodies ask for.
 *
 * @module
 */
import { asArray, asRecord, asString } from "./untrusted_values.ts";

/** Headers of a response, by lower-case name. */
interface Headers extends Iterable<readonly [name: string, value: unknown]> {
  get(name: string): unknown;
}

/** Returns the members of an object as headers. */
export function toHeaders(members: unknown): Headers {
  return new Map(
    Object.entries(asRecord(members)).map(([name, value]) => [name.toLowerCase(), value]),
  );
}

/** True if a request that failed with this HTTP status may succeed later. */
export function isRetryableStatus(status: number): boolean {
  return status === 408 || status === 409 || status === 429 || status >= 500;
}

/**
 * Returns the delay that a server asks for, in milliseconds: in its headers, or in the body;
 * undefined if it asks for none.
 */
export function readRetryDelay(
  status: number,
  headers: Headers,
  body: unknown,
): number | undefined {
  const delay = readRetryAfter(headers) ?? readRetryInfo(body);
  if (delay !== undefined || status !== 429) return delay;
  // OpenRouter repeats the headers of the provider in the body.
  const { metadata } = asRecord(asRecord(unwrapList(body)).error);
  return readRateLimitReset(headers) ??
    readRateLimitReset(toHeaders(asRecord(metadata).headers));
}

/**
 * Returns the delay that a server asks for in `retry-after-ms` or `retry-after`, in
 * milliseconds; undefined if neither header is valid.
 *
 * Source: https://www.rfc-editor.org/rfc/rfc9110#field.retry-after. OpenAI and Azure
 * send `retry-after-ms`, which is more precise and therefore comes first.
 */
function readRetryAfter(headers: Headers): number | undefined {
  return readNumber(headers.get("retry-after-ms")) ??
    parseDelay(headers.get("retry-after"), headers);
}

/** Returns the time of the server, in milliseconds since 1970; the local time if it sends none. */
function readTime(headers: Headers): number {
  const time = Date.parse(asString(headers.get("date")) ?? "");
  return Number.isNaN(time) ? Date.now() : time;
}

/** Start of the names of the headers for each rate limit, such as `x-ratelimit-reset-tokens`. */
const RESET = "x-ratelimit-reset";

/**
 * Returns the delay until the rate limits that are used up are reset, in milliseconds;
 * undefined if no header reports one. For responses with status 429 only: other responses
 * report the same headers, but need no delay.
 */
function readRateLimitReset(headers: Headers): number | undefined {
  const delays = [...headers].filter(([name]) =>
    name.startsWith(RESET) &&
    readNumber(headers.get(name.replace("reset", "remaining"))) === 0
  ).map(([, reset]) => parseDelay(reset, headers)).filter((delay) => delay !== undefined);
  return delays.length > 0 ? Math.max(...delays) : undefined;
}

const DURATION_REGEXP =
  /^(?=\d)(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m(?!s))?(?:(\d+(?:\.\d+)?)s)?(?:(\d+(?:\.\d+)?)ms)?$/;

/** Matches a date of HTTP or ISO 8601. `Date.parse()` accepts more, for example "-1". */
const DATE_REGEXP = /^(?:[A-Z][a-z]+, |\d{4}-\d\d-\d\dT)/;

/**
 * Returns a delay in milliseconds; undefined if it is not valid. Servers send a duration such as
 * `6m0s`, seconds, a time in seconds or milliseconds since 1970, or a date. A time is compared with
 * the clock of the server, because the clocks may differ.
 */
function parseDelay(value: unknown, headers: Headers): number | undefined {
  const text = (asString(value) ?? "").trim();
  const until = (time: number) => Math.max(0, time - readTime(headers));
  const number = readNumber(text);
  if (number !== undefined) {
    if (number > 1e11) return until(number);
    return number > 1e9 ? until(number * 1000) : Math.ceil(number * 1000);
  }
  if (DATE_REGEXP.test(text)) {
    const time = Date.parse(text);
    return Number.isNaN(time) ? undefined : until(time);
  }
  const match = DURATION_REGEXP.exec(text);
  if (match === null) return undefined;
  const [days, hours, minutes, seconds, milliseconds] = match.slice(1)
    .map((part) => Number(part ?? 0));
  return Math.ceil(
    (((days! * 24 + hours!) * 60 + minutes!) * 60 + seconds!) * 1000 + milliseconds!,
  );
}

/**
 * Returns the delay that a body asks for, in milliseconds; undefined if there is none. Gemini
 * sends no header, but a `google.rpc.RetryInfo` among the details of the error.
 *
 * Source: https://cloud.google.com/apis/design/errors#error_details
 */
export function readRetryInfo(body: unknown): number | undefined {
  const { error } = asRecord(unwrapList(body));
  for (const detail of asArray(asRecord(error).details)) {
    const { retryDelay } = asRecord(detail);
    const seconds = /^(\d+(?:\.\d+)?)s$/.exec(asString(retryDelay) ?? "")?.[1];
    if (seconds !== undefined) return Math.ceil(Number(seconds) * 1000);
  }
  return undefined;
}

/**
 * Returns the first element of a list, because Gemini sends errors as a list; other values
 * unchanged.
 */
export function unwrapList(value: unknown): unknown {
  return Array.isArray(value) ? value[0] : value;
}

function readNumber(value: unknown): number | undefined {
  const text = asString(value) ?? "";
  return /^\s*\d+(?:\.\d+)?\s*$/.test(text) ? Number(text) : undefined;
}
