/**
 * Retry rules of HTTP: retryable statuses and the header `retry-after`.
 *
 * @module
 */
import { asString } from "./untrusted_values.ts";

/** True if a request that failed with this HTTP status may succeed later. */
export function isRetryableStatus(status: number): boolean {
  return status === 408 || status === 409 || status === 429 || status >= 500;
}

/**
 * Returns the delay that a server asks for in `retry-after-ms` or `retry-after`, in
 * milliseconds; undefined if neither header is valid. A date is compared with the
 * server's `date` header, because the clocks may differ.
 *
 * Source: https://www.rfc-editor.org/rfc/rfc9110#field.retry-after. OpenAI and Azure
 * send `retry-after-ms`, which is more precise and therefore comes first.
 */
export function readRetryAfter(
  headers: { get(name: string): unknown },
): number | undefined {
  const milliseconds = readNumber(headers.get("retry-after-ms"));
  if (milliseconds !== undefined) return milliseconds;
  const value = asString(headers.get("retry-after"));
  if (value === undefined) return undefined;
  const seconds = readNumber(value);
  if (seconds !== undefined) return Math.ceil(seconds * 1000);
  // `Date.parse()` accepts more than HTTP dates, for example "-1".
  const until = /^\s*[A-Z][a-z]+, /.test(value) ? Date.parse(value) : NaN;
  if (Number.isNaN(until)) return undefined;
  const from = Date.parse(asString(headers.get("date")) ?? "");
  return Math.max(0, until - (Number.isNaN(from) ? Date.now() : from));
}

function readNumber(value: unknown): number | undefined {
  const text = asString(value) ?? "";
  return /^\s*\d+(?:\.\d+)?\s*$/.test(text) ? Number(text) : undefined;
}
