/**
 * Usage limits of turns and sessions.
 *
 * @module
 */
import * as v from "valibot";
import { ConfigError, quote, reasonOf } from "../errors.ts";
import type { LLM } from "../llm/llm.ts";
import * as option from "../schema/option_shape.ts";
import type { CostOf } from "./call_usage.ts";

/**
 * Maximum usage. Checked before each call of a model or a tool, and while a streamed
 * answer arrives. Tool calls that are running are not stopped.
 */
export interface Limit {
  /** Tokens of prompts and answers together, as models report them. Default: no limit. */
  readonly tokens?: number;
  /** Price of model calls, in the unit of the agent's `cost`. Default: no limit. */
  readonly cost?: number;
  /** Number of model calls, failed ones included. Default: 100 for a turn; `Infinity` lifts it. */
  readonly modelCalls?: number;
  /** Number of tool calls. Default: no limit. */
  readonly toolCalls?: number;
  /** Time since the turn or the session began, in milliseconds. Default: no limit. */
  readonly time?: number;
}

/**
 * Limits of an agent or a session. When one is reached, the turn ends `limited` with the
 * limit as its `reason`; committed events are kept. Each turn has the whole limit of a
 * turn. If the limit of the session is used up, every further turn ends at once.
 *
 * Tokens are estimated at one for each four characters if a model does not report them,
 * and while a streamed answer arrives.
 */
export interface Limits {
  /** Limit of each turn. A resumed turn is a new one. Default: 100 model calls. */
  readonly turn?: Limit;
  /** Limit of all turns of a session together. Default: no limit. */
  readonly session?: Limit;
}

/** Maximum number of model calls of a turn, if the author sets none. */
const MODEL_CALLS = 100;

/** Adds the default limit of a turn. */
export function withDefaultLimits(limits: Limits | undefined): Limits {
  const { turn } = limits ?? {};
  return { ...limits, turn: { ...turn, modelCalls: turn?.modelCalls ?? MODEL_CALLS } };
}

/** Description of a price, for messages. */
export const EXPECTED_PRICE = "expected a number from 0";

/** Returns true for a finite number from 0. */
export function isPrice(price: unknown): price is number {
  return typeof price === "number" && Number.isFinite(price) && price >= 0;
}

const count = option.wholeNumberOrInfinity(0);
const number = option.optionalNumber("expected a number from 0", (value) => value >= 0);
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
 * Validates limits. If cost is limited, the prices of `models` must be known.
 *
 * @param what Start of the message: `Cannot build agent "barista"`.
 * @throws {ConfigError} if a limit is invalid, or a price is missing.
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
    const value = issue.expected === "never" ? "an unknown limit" : quote(issue.input);
    throw new ConfigError(`${what}: ${path} is ${value}: ${issue.message}`);
  }
  if (limits.turn?.cost === undefined && limits.session?.cost === undefined) return;
  if (cost === undefined) {
    throw new ConfigError(
      `${what}: a limit of cost needs the prices of models: set the agent's option "cost"`,
    );
  }
  for (const { name } of models) {
    const fail = (problem: string, options?: ErrorOptions) =>
      new ConfigError(
        `${what}: a limit of cost needs the price of model ${quote(name)}: the agent's option ` +
          `"cost" ${problem}: ${EXPECTED_PRICE}. A mock takes the name of a priced model: ` +
          "new MockLLM(script, { name })",
        options,
      );
    let price: unknown;
    try {
      price = cost({ input: 1, output: 1 }, { llm: name });
    } catch (cause) {
      throw fail(`threw: ${reasonOf(cause)}`, { cause });
    }
    if (!isPrice(price)) throw fail(`returned ${quote(price)}`);
  }
}
