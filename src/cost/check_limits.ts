/**
 * Whether limits can be kept.
 *
 * @module
 */
import * as v from "valibot";
import { ConfigError, quote } from "../errors.ts";
import type { Limits } from "./limits.ts";
import type { LLM } from "../llm/llm.ts";
import type { CostOf } from "./receipt.ts";

const COUNT = "expected a whole number from 0";
const NUMBER = "expected a number from 0";
const count = v.optional(v.pipe(v.number(COUNT), v.safeInteger(COUNT), v.minValue(0, COUNT)));
const number = v.optional(v.pipe(v.number(NUMBER), v.finite(NUMBER), v.minValue(0, NUMBER)));
const budget = v.optional(
  v.strictObject({
    tokens: count,
    cost: number,
    modelCalls: count,
    toolCalls: count,
    time: number,
  }, 'expected "tokens", "cost", "modelCalls", "toolCalls" or "time"'),
);
const limitsShape = v.strictObject(
  { turn: budget, session: budget },
  'expected budgets for "turn" or "session"',
);

/**
 * Checks limits that somebody gave; `models` are those whose price must be known.
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
        `expected "cost" to give a number from 0, but it gave ${quote(price)}`,
    );
  }
}
