/**
 * How long a server asks to wait.
 *
 * @module
 */
import { membersOf, textIn } from "./loose.ts";

/**
 * Milliseconds to wait, from the headers of a response, whose names may be in any
 * case: `retry-after-ms`, or `retry-after` in seconds or as a date, which counts
 * from the `date` of the response. Source: RFC 9110, section 10.2.3.
 */
export function retryAfterOf(headers: unknown, now: () => number = Date.now): number | undefined {
  const values = new Map(
    Object.entries(membersOf(headers)).map(([name, value]) => [name.toLowerCase(), textIn(value)]),
  );
  const milliseconds = numberOf(values.get("retry-after-ms"));
  if (milliseconds !== undefined) return milliseconds;
  const after = values.get("retry-after");
  const seconds = numberOf(after);
  if (seconds !== undefined) return seconds * 1000;
  const until = timeOf(after);
  return until === undefined
    ? undefined
    : Math.max(0, until - (timeOf(values.get("date")) ?? now()));
}

/** The time of a date as HTTP writes it; `Date.parse` alone takes nearly anything. */
function timeOf(date: string | undefined): number | undefined {
  const time = date?.endsWith(" GMT") ? Date.parse(date) : NaN;
  return Number.isNaN(time) ? undefined : time;
}

/** A number of 0 or more, written in digits. */
function numberOf(text: string | undefined): number | undefined {
  return text !== undefined && /^\s*\d{1,10}(?:\.\d+)?\s*$/.test(text) ? Number(text) : undefined;
}
