/**
 * How much a turn and a session may spend.
 *
 * @module
 */
import type { LimitReason } from "../history/event.ts";
import type { Spent } from "./spending.ts";

/**
 * What may be spent. It is looked at before each call of a model or a tool, and
 * whenever a streamed answer goes on; a call that is running is not taken back.
 */
export interface Budget {
  /** Tokens of prompts and answers together, as models report them. Default: no limit. */
  readonly tokens?: number;
  /** Money, in the unit of the agent's `cost`. Default: no limit. */
  readonly cost?: number;
  /** Calls of a model. Default: no limit. */
  readonly modelCalls?: number;
  /** Calls of tools. Default: no limit. */
  readonly toolCalls?: number;
  /** Milliseconds since the turn, or the session, began. Default: no limit. */
  readonly time?: number;
}

/**
 * The limits of an agent or a session. Reaching one ends the turn, `limited`,
 * with the limit as its reason; nothing is lost. A new turn begins with the
 * whole budget of a turn; a session that has spent its own is limited at once.
 *
 * Tokens of a model that reports none are estimated: one for each four
 * characters. So are those of a streamed answer that has not ended.
 */
export interface Limits {
  /** What each turn may spend. A resumed turn is a new one. */
  readonly turn?: Budget;
  /** What all turns of a session may spend together. */
  readonly session?: Budget;
}

/** A limit that was reached. */
export interface ReachedLimit {
  /** What ran out. */
  readonly reason: Extract<LimitReason, keyof Budget>;
  /** Whose budget it was. */
  readonly scope: "turn" | "session" | "caller";
  /** The limit. */
  readonly limit: number;
  /** What had been spent. */
  readonly spent: number;
}

/** What is about to be done: a call of a model or of tools, or reading on in an answer. */
export type Spender = "model" | "stream" | "tools";

/** What matters to each. */
const CHECKED: Readonly<Record<Spender, readonly (keyof Budget)[]>> = {
  model: ["tokens", "cost", "modelCalls", "time"],
  stream: ["tokens", "cost", "time"],
  tools: ["toolCalls", "time"],
};

/** The first limit that leaves nothing for what is about to be done. */
export function findReached(
  limits: Limits,
  spent: Readonly<Record<"turn" | "session", Spent>>,
  spender: Spender,
): ReachedLimit | undefined {
  for (const scope of ["turn", "session"] as const) {
    const budget = limits[scope];
    if (budget === undefined) continue;
    for (const reason of CHECKED[spender]) {
      const limit = budget[reason];
      const amount = spent[scope][reason];
      // Calls of tools are committed together with their decision: they are counted already.
      const isReached = limit !== undefined &&
        (reason === "toolCalls" ? amount > limit : amount >= limit);
      if (isReached) return { reason, scope, limit, spent: amount };
    }
  }
  return undefined;
}
