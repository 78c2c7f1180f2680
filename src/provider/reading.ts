/**
 * Reading what servers and vendors' packages send. Their types change in patches,
 * so nothing is taken to be what they say.
 *
 * @module
 */

/** The members of an object; none of anything else. */
export function membersOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? value as Record<string, unknown> : {};
}

/** A text, or undefined. */
export function textIn(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

/** The items of a list; none of anything else. */
export function itemsOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** The value of a JSON text; undefined if it is none. */
export function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** True if the same request may succeed later, by the status of its response. */
export function isPassingStatus(status: number): boolean {
  return status === 408 || status === 409 || status === 429 || status >= 500;
}

/**
 * Milliseconds that a server asks to wait, by `retry-after-ms` or `retry-after`;
 * undefined if it does not say. A date is compared with the server's own time,
 * because the clocks may differ.
 *
 * Source: https://www.rfc-editor.org/rfc/rfc9110#field.retry-after; the first
 * header is the one of OpenAI and Azure, which is more exact.
 */
export function readRetryAfter(
  headers: { get(name: string): unknown },
): number | undefined {
  const milliseconds = readNumber(headers.get("retry-after-ms"));
  if (milliseconds !== undefined) return milliseconds;
  const value = textIn(headers.get("retry-after"));
  if (value === undefined) return undefined;
  const seconds = readNumber(value);
  if (seconds !== undefined) return Math.ceil(seconds * 1000);
  // Other things are dates to JavaScript too.
  const until = /^\s*[A-Z][a-z]+, /.test(value) ? Date.parse(value) : NaN;
  if (Number.isNaN(until)) return undefined;
  const from = Date.parse(textIn(headers.get("date")) ?? "");
  return Math.max(0, until - (Number.isNaN(from) ? Date.now() : from));
}

function readNumber(value: unknown): number | undefined {
  const text = textIn(value) ?? "";
  return /^\s*\d+(?:\.\d+)?\s*$/.test(text) ? Number(text) : undefined;
}
