/**
 * Retry rules of servers: retryable statuses, and the delays that headers and bodies ask for.
 *
 * @module
 */
import { asArray, asRecord, asString } from "./untrusted_values.ts";

/** Headers of a response, by lower-case name. */
interface Headers {
  get(name: string): unknown;
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
  return readRetryAfter(headers) ?? readRetryInfo(body) ??
    (status === 429 ? readRateLimitReset(headers) : undefined);
}

/**
 * Returns the delay that a server asks for in `retry-after-ms` or `retry-after`, in
 * milliseconds; undefined if neither header is valid. A date is compared with the
 * server's `date` header, because the clocks may differ.
 *
 * Source: https://www.rfc-editor.org/rfc/rfc9110#field.retry-after. OpenAI and Azure
 * send `retry-after-ms`, which is more precise and therefore comes first.
 */
function readRetryAfter(headers: Headers): number | undefined {
  const milliseconds = readNumber(headers.get("retry-after-ms"));
  if (milliseconds !== undefined) return milliseconds;
  const value = asString(headers.get("retry-after"));
  if (value === undefined) return undefined;
  const seconds = readNumber(value);
  if (seconds !== undefined) return Math.ceil(seconds * 1000);
  // `Date.parse()` accepts more than HTTP dates, for example "-1".
  const until = /^\s*[A-Z][a-z]+, /.test(value) ? Date.parse(value) : NaN;
  if (Number.isNaN(until)) return undefined;
  return Math.max(0, until - readTime(headers));
}

/** Returns the time of the server, in milliseconds since 1970; the local time if it sends none. */
function readTime(headers: Headers): number {
  const time = Date.parse(asString(headers.get("date")) ?? "");
  return Number.isNaN(time) ? Date.now() : time;
}

/** Rate limits whose headers have these suffixes. OpenRouter's have none. */
const RATE_LIMITS = ["", "-requests", "-tokens"];

/**
 * Returns the delay until the rate limits that are used up are reset, in milliseconds;
 * undefined if no header reports one. For responses with status 429 only: other responses
 * report the same headers, but need no delay.
 */
function readRateLimitReset(headers: Headers): number | undefined {
  const delays = RATE_LIMITS.map((suffix) => {
    const isUsedUp = readNumber(headers.get(`x-ratelimit-remaining${suffix}`)) === 0;
    const reset = asString(headers.get(`x-ratelimit-reset${suffix}`));
    return isUsedUp && reset !== undefined ? parseReset(reset, readTime(headers)) : undefined;
  }).filter((delay) => delay !== undefined);
  return delays.length > 0 ? Math.max(...delays) : undefined;
}

const DURATION_REGEXP =
  /^(?=\d)(?:(\d+)h)?(?:(\d+)m(?!s))?(?:(\d+(?:\.\d+)?)s)?(?:(\d+(?:\.\d+)?)ms)?$/;

/**
 * Returns the delay of a reset in milliseconds. Servers send a duration such as `6m0s`, seconds,
 * or a time in seconds or milliseconds since 1970.
 */
function parseReset(reset: string, now: number): number | undefined {
  const number = readNumber(reset);
  if (number !== undefined) {
    if (number > 1e11) return Math.max(0, number - now);
    return number > 1e9 ? Math.max(0, number * 1000 - now) : Math.ceil(number * 1000);
  }
  const match = DURATION_REGEXP.exec(reset.trim());
  if (match === null) return undefined;
  const [hours, minutes, seconds, milliseconds] = match.slice(1).map((part) => Number(part ?? 0));
  return Math.ceil((hours! * 3600 + minutes! * 60 + seconds!) * 1000 + milliseconds!);
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

/** Returns the first element of a list, as which Gemini sends errors; other values unchanged. */
export function unwrapList(value: unknown): unknown {
  return Array.isArray(value) ? value[0] : value;
}

function readNumber(value: unknown): number | undefined {
  const text = asString(value) ?? "";
  return /^\s*\d+(?:\.\d+)?\s*$/.test(text) ? Number(text) : undefined;
}
