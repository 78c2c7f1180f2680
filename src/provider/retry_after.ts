/**
 * How long a server asks to wait.
 *
 * @module
 */

/**
 * The wait before the next request in milliseconds, by `retry-after-ms` or
 * `retry-after`; undefined if the server does not say. A date is compared with
 * the server's own time, for the clocks may differ.
 *
 * Source: https://www.rfc-editor.org/rfc/rfc9110#field.retry-after; the first
 * header is the one of OpenAI and Azure, which is more exact.
 */
export function readRetryAfter(headers: Headers, now: number): number | undefined {
  const milliseconds = readNumber(headers.get("retry-after-ms"));
  if (milliseconds !== undefined) return milliseconds;
  const value = headers.get("retry-after");
  if (value === null) return undefined;
  const seconds = readNumber(value);
  if (seconds !== undefined) return Math.ceil(seconds * 1000);
  // Other things are dates to JavaScript too.
  const until = /^\s*[A-Z][a-z]+, /.test(value) ? Date.parse(value) : NaN;
  if (Number.isNaN(until)) return undefined;
  const from = Date.parse(headers.get("date") ?? "");
  return Math.max(0, until - (Number.isNaN(from) ? now : from));
}

function readNumber(value: string | null): number | undefined {
  if (value === null || !/^\s*\d+(?:\.\d+)?\s*$/.test(value)) return undefined;
  return Number(value);
}
