/**
 * Limits of the usage of a turn and of a session.
 *
 * @module
 */
import * as v from "valibot";
import { ConfigError, quote } from "../errors.ts";
import type { LimitReason } from "../history/event.ts";
import type { LLM } from "../llm/llm.ts";
import type { CostOf } from "./call_usage.ts";

/**
 * The most that may be used. Checked before each call of a model or a tool, and
 * while a streamed answer arrives; a call that is running is not stopped.
 */
export interface Limit {
  /** Tokens of prompts and answers together, as models report them. Default: no limit. */
  readonly tokens?: number;
  /** Money, in the unit of the agent's `cost`. Default: no limit. */
  readonly cost?: number;
  /** Number of model calls. Default: no limit. */
  readonly modelCalls?: number;
  /** Number of tool calls. Default: no limit. */
  readonly toolCalls?: number;
  /** Milliseconds since the turn, or the session, began. Default: no limit. */
  readonly time?: number;
}

/**
 * Limits of an agent or a session. Reaching one ends the turn, `limited`, with the
 * limit as its reason; nothing is lost. A new turn begins with the whole limit of
 * a turn; a session that has used up its own is limited at once.
 *
 * Tokens of a model that reports none are estimated: one for each four
 * characters. So are those of a streamed answer that has not ended.
 */
export interface Limits {
  /** Limit of each turn. A resumed turn is a new one. */
  readonly turn?: Limit;
  /** Limit of all turns of a session together. */
  readonly session?: Limit;
}

/** Amounts that limits are compared with. */
export type Amounts = Readonly<Required<Limit>>;

/** Limit that was reached, as its event records it. */
export interface ReachedLimit {
  /** Name of the limit. */
  readonly reason: Extract<LimitReason, keyof Limit>;
  /** Owner of the limit. */
  readonly scope: "turn" | "session" | "caller";
  /** Value of the limit. */
  readonly limit: number;
  /** Usage when it was reached. */
  readonly used: number;
}

/** Kinds of work that limits hold back: a model call, reading on in an answer, tool calls. */
export type Work = "model" | "stream" | "tools";

/** Limits that matter for each kind of work. */
const CHECKED: Readonly<Record<Work, readonly (keyof Limit)[]>> = {
  model: ["tokens", "cost", "modelCalls", "time"],
  stream: ["tokens", "cost", "time"],
  tools: ["toolCalls", "time"],
};

/** Returns the first limit that leaves nothing for the work that is due. */
export function findReached(
  limits: Limits,
  used: Readonly<Record<"turn" | "session", Amounts>>,
  work: Work,
): ReachedLimit | undefined {
  for (const scope of ["turn", "session"] as const) {
    for (const reason of CHECKED[work]) {
      const limit = limits[scope]?.[reason];
      const amount = used[scope][reason];
      // Tool calls are committed together with their decision: they are counted already.
      const isReached = limit !== undefined &&
        (reason === "toolCalls" ? amount > limit : amount >= limit);
      if (isReached) return { reason, scope, limit, used: amount };
    }
  }
  return undefined;
}

const COUNT = "expected a whole number from 0";
const NUMBER = "expected a number from 0";
const count = v.optional(v.pipe(v.number(COUNT), v.safeInteger(COUNT), v.minValue(0, COUNT)));
const number = v.optional(v.pipe(v.number(NUMBER), v.finite(NUMBER), v.minValue(0, NUMBER)));
const limitShape = v.optional(
  v.strictObject({
    tokens: count,
    cost: number,
    modelCalls: count,
    toolCalls: count,
    time: number,
  }, 'expected "tokens", "cost", "modelCalls", "toolCalls" or "time"'),
);
const limitsShape = v.strictObject(
  { turn: limitShape, session: limitShape },
  'expected limits for "turn" or "session"',
);

/**
 * Validates limits; `models` are those whose price must be known if money is limited.
 *
 * @throws {ConfigError} saying what cannot be done, where the fault is, and what was expected.
 */
export function checkLimits(
  limits: Limits,
  cost: CostOf | undefined,
  what: string,
  models: Iterable<LLM> = [],
): void {
  const result = v.safeParse(limitsShape, limits);
  if (!result.success) {
    const issue: v.BaseIssue<unknown> = result.issues[0];
    const path = ["limits", v.getDotPath(issue)].filter((part) => part !== null).join(".");
    const given = issue.expected === "never" ? "unknown" : quote(issue.input);
    throw new ConfigError(`${what}: ${path} is ${given}: ${issue.message}`);
  }
  if (limits.turn?.cost === undefined && limits.session?.cost === undefined) return;
  if (cost === undefined) {
    throw new ConfigError(`${what}: a limit of cost needs prices: expected the agent's "cost"`);
  }
  for (const { name } of models) {
    const price: unknown = cost({ input: 1, output: 1 }, { llm: name });
    if (typeof price === "number" && Number.isFinite(price) && price >= 0) continue;
    throw new ConfigError(
      `${what}: a limit of cost needs the price of model ${quote(name)}: ` +
        `expected "cost" to return a number from 0, but it returned ${quote(price)}`,
    );
  }
}
