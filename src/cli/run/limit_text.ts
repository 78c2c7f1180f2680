/**
 * Limits of turns in words.
 *
 * @module
 */
import type { SessionEvent } from "../../history/event.ts";
import type { Turn } from "../../turn/turn.ts";
import { formatMoney, formatTime } from "../terminal/format.ts";

/** Reasons that are not usage limits. */
const REASONS: Readonly<Record<string, string>> = {
  errors: "too many outputs of the model were refused in a row",
  iterations: "the model made too many decisions",
  loop: "the model made the same calls with the same results again and again",
  stuck: "no action is possible, because guards refused all of them",
};

/** Returns the limit that ended a turn, in words. */
export function describeLimit(turn: Turn): string {
  const event = turn.events.at(-1);
  return event?.type === "limit" ? describe(event) : "a limit was reached";
}

function describe({ reason, limit, used, option }: SessionEvent<"limit">): string {
  const words = REASONS[reason];
  if (words !== undefined) return words;
  const format = (value: number) => {
    if (reason === "cost") return formatMoney(value);
    return reason === "time" ? formatTime(value) : value.toLocaleString("en-US");
  };
  const values = used === undefined || limit === undefined
    ? ""
    : ` ${format(used)} of ${format(limit)}`;
  return `${reason}${values}${option === undefined ? "" : ` (${option})`}`;
}
