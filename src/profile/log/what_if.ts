/**
 * The log of a session at the prices and cache rules of another model.
 *
 * @module
 */
import type { CostOf } from "../../cost/call_usage.ts";
import { computePrice } from "../../cost/call_usage.ts";
import { ConfigError, quote } from "../../errors.ts";
import type { SessionEvent } from "../../history/event.ts";
import { checkOptions, createOptionError, FUNCTION, TEXT } from "../../llm/option_rules.ts";
import type { PromptFigures } from "../../history/model_call.ts";
import { readPrice } from "../attribute/call_tokens.ts";
import { cacheRuleOf, countCached } from "../play/cache_rule.ts";
import { isModelEvent, type ModelEvent } from "../record/turn_record.ts";

/** Tokens and money of a log. */
export interface ModelBill {
  /** Name of the model. */
  readonly model: string;
  /** Tokens of the prompts. */
  readonly input: number;
  /** Tokens of the prompts that were read from the vendor's cache. */
  readonly cachedInput: number;
  /** Tokens of the answers. */
  readonly output: number;
  /** Price; absent if a call has none. */
  readonly cost?: number;
}

/** Log of a session, with two models. */
export interface WhatIf {
  /** Number of model calls whose usage is known. */
  readonly calls: number;
  /** Tokens and money as they were. */
  readonly base: ModelBill;
  /** Tokens and money as they would have been. */
  readonly whatIf: ModelBill;
  /** Sentences about what the figures do not tell. */
  readonly notes: readonly string[];
}

/** Options of {@linkcode whatIf}. */
export interface WhatIfOptions {
  /** Name of the other model, for example `"openai/gpt-5-mini"`. */
  readonly as: string;
  /** Returns the price of a model call. Default: `genaiPrices()`. */
  readonly cost?: CostOf;
}

/**
 * Computes what the model calls of a log would have cost with another model: the same prompts and
 * answers, at its prices and its rules of caching. Embeddings, and calls of agents that ran as tools,
 * are left out.
 *
 * @throws {ConfigError} if the log has no usage, there is no price for the other model, or an option
 *   is invalid.
 *
 * @example
 * ```ts
 * import type { SessionEvent } from "@nomos/agent";
 * import { whatIf } from "@nomos/agent/profile";
 * import { assertEquals } from "@std/assert";
 *
 * const events: SessionEvent[] = [
 *   { type: "user", seq: 0, time: 0, text: "Hi" },
 *   {
 *     type: "decision",
 *     seq: 1,
 *     time: 900,
 *     step: "greet",
 *     decision: { action: "RESPOND", reasoning: [], response: "Hello" },
 *     usage: { input: 1_000, output: 100 },
 *     cost: 0.02,
 *     model: "big",
 *   },
 * ];
 * const cost = () => 0.001;
 * const { base, whatIf: other } = await whatIf(events, { as: "acme/small", cost });
 * assertEquals([base.cost, other.cost], [0.02, 0.001]);
 * ```
 */
export async function whatIf(
  events: readonly SessionEvent[],
  options: WhatIfOptions,
): Promise<WhatIf> {
  checkOptions("price a session", options, { as: TEXT, cost: FUNCTION });
  const { as, cost } = options;
  if (as === undefined) {
    throw createOptionError("price a session", "as", "undefined", TEXT.expected);
  }
  const calls = events.filter(isModelEvent).filter(({ usage }) => usage?.input !== undefined);
  if (calls.length === 0) {
    throw new ConfigError(
      `Cannot price the session as ${as}: no model call of it has a usage: expected a log of a ` +
        "model that reports tokens",
    );
  }
  const costOf = cost ?? (await import("../../prices/genai_prices.ts")).genaiPrices();
  const rule = cacheRuleOf(as);
  let previous: ModelEvent | undefined;
  const others = calls.map((call) => {
    const { input = 0, output = 0 } = call.usage!;
    const cachedInput = countCached(rule, estimateStable(previous, call));
    previous = call;
    return { input, output, cachedInput };
  });
  const prices = others.map((usage) => computePrice(costOf, usage, as));
  const whole = addPrices(prices);
  if (whole === undefined) {
    throw new ConfigError(
      `Cannot price the session as ${quote(as)}: it has no known price: expected the vendor and ` +
        'the model, for example "openai/gpt-5-mini"',
    );
  }
  const { input, output } = addUsages(others);
  const paid = addPrices(
    calls.map((call) => call.cost ?? computePrice(costOf, call.usage!, modelOf(call) ?? "")),
  );
  const models = [...new Set(calls.map((call) => modelOf(call) ?? "unknown model"))].join(", ");
  return {
    calls: calls.length,
    base: { model: models, ...addUsages(calls.map(({ usage }) => usage!)), ...paid },
    whatIf: {
      model: as,
      input,
      output,
      cachedInput: others.reduce((sum, usage) => sum + usage.cachedInput, 0),
      ...whole,
    },
    notes: [
      "Another model would decide and answer differently, and count tokens differently: only the " +
      "prices and the cache are computed",
      rule.text,
      calls.every((call) => promptOf(call) !== undefined)
        ? "What prompts have in common with the ones before is known by their characters"
        : "The log has no prompts: the whole prompt of the call before counts as the beginning of the " +
          "next one of the same step, and nothing after a change of the step, whose schema is another",
    ],
  };
}

/** Estimates the tokens that the prompts of two calls begin with in common. */
function estimateStable(previous: ModelEvent | undefined, call: ModelEvent): number {
  if (previous === undefined || call.type === "summary" || previous.type === "summary") return 0;
  const isSameStep = "step" in previous && "step" in call && previous.step === call.step;
  if (!isSameStep) return 0;
  const input = call.usage?.input ?? 0;
  const before = promptOf(previous);
  const now = promptOf(call);
  if (before === undefined || now === undefined) return Math.min(previous.usage?.input ?? 0, input);
  // Another offer has another schema, which stands before the messages.
  if (JSON.stringify(before.offer) !== JSON.stringify(now.offer)) return 0;
  return Math.floor(input * (now.schemaChars + now.stableChars) / (now.schemaChars + now.chars));
}

function promptOf(call: ModelEvent): PromptFigures | undefined {
  return "prompt" in call ? call.prompt : undefined;
}

function modelOf(call: ModelEvent): string | undefined {
  return "model" in call ? call.model : undefined;
}

function addUsages(usages: readonly NonNullable<ModelEvent["usage"]>[]) {
  const sum = (name: "input" | "output" | "cachedInput") =>
    usages.reduce((total, usage) => total + (usage[name] ?? 0), 0);
  return { input: sum("input"), cachedInput: sum("cachedInput"), output: sum("output") };
}

/** Adds prices; undefined if one is not known. */
function addPrices(
  prices: readonly (number | undefined)[],
): { readonly cost: number } | undefined {
  let cost = 0;
  for (const price of prices.map(readPrice)) {
    if (price === undefined) return undefined;
    cost += price;
  }
  return { cost };
}
