/**
 * Readers for untrusted values from servers and vendor packages, whose declared types
 * change between patch releases.
 *
 * @module
 */

/** Returns the value if it is an object, otherwise an empty object. */
export function asRecord(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? value as Record<string, unknown> : {};
}

/** Returns the value if it is a string, otherwise undefined. */
export function asString(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

/** Returns the value if it is an array, otherwise an empty array. */
export function asArray(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** Parses JSON. Returns undefined if the text is malformed. */
export function tryParseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

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
