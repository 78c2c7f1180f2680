/**
 * Calls, results, times, tokens and money as the command prints them.
 *
 * @module
 */
import { reasonOf } from "../../errors.ts";
import type { Usage } from "../../llm/llm.ts";
import { shownInLine } from "./shown.ts";

/** Maximum length of a text that shares its line with others, in characters. */
const MAX_LENGTH = 160;

/** Arguments of a call. */
type Arguments = Readonly<Record<string, unknown>>;

/** Formats a call in one line, cut if it is long: `add_drink(drink: "latte", size: "small")`. */
export function formatCall(tool: string, args: Arguments): string {
  return `${shownInLine(tool)}(${formatInLine(formatArguments(args))})`;
}

/** Formats all arguments of a call, with the characters that they have. */
export function formatArguments(args: Arguments): string {
  return Object.entries(args).map(([name, value]) => `${name}: ${toJson(value)}`).join(", ");
}

/** Formats a text in one line, cut if it is long. */
export function formatInLine(text: string): string {
  // A limit before escaping, so that a huge text is not read to its end.
  const line = shownInLine(text.slice(0, MAX_LENGTH + 1));
  return text.length > MAX_LENGTH ? `${line.slice(0, MAX_LENGTH - 1)}…` : line;
}

/** Formats a text as one word of a shell, for commands that the user may run. */
export function formatWord(text: string): string {
  const word = shownInLine(text);
  return /^[\w./:@~-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/** Formats a duration in milliseconds: `25 ms`, `1.4 s`. */
export function formatTime(ms: number): string {
  return ms < 100 ? `${Math.max(0, Math.round(ms))} ms` : `${(ms / 1000).toFixed(1)} s`;
}

/** Formats dollars with two significant digits, or to the cent: `$0.00041`, `$12.50`. */
export function formatMoney(dollars: number): string {
  const digits = dollars >= 1
    ? { minimumFractionDigits: 2, maximumFractionDigits: 2 }
    : { maximumSignificantDigits: 2 };
  return `$${dollars.toLocaleString("en-US", digits)}`;
}

/** Formats the number of all tokens; `~` marks an estimate. */
export function formatTokens({ input = 0, output = 0, isEstimated }: Usage): string {
  return `${isEstimated ? "~" : ""}${group(input + output)}`;
}

/** Formats what a turn or a session used: `1,304 tokens, $0.00041`; empty if nothing is known. */
export function formatUsage(usage: Usage, cost: number = 0): string {
  const { input = 0, output = 0 } = usage;
  return [
    ...input + output > 0 ? [`${formatTokens(usage)} tokens`] : [],
    // A mock costs nothing.
    ...cost > 0 ? [formatMoney(cost)] : [],
  ].join(", ");
}

/** Formats a response: text as it is, a structured answer as JSON. */
export function formatResponse(response: unknown): string {
  return typeof response === "string" ? response : toJson(response);
}

/** Formats a count: `1 step`, `2 steps`. */
export function count(number: number, noun: string): string {
  return `${group(number)} ${noun}${number === 1 ? "" : "s"}`;
}

/** Separates the thousands of a whole number. The locales of `toLocaleString()` take long to load. */
function group(number: number): string {
  return String(number).replace(/\B(?=(?:\d{3})+$)/g, ",");
}

function toJson(value: unknown): string {
  try {
    return JSON.stringify(value) ?? String(value);
  } catch (error) {
    return reasonOf(error);
  }
}
