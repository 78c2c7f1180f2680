/**
 * The log of a session at the prices and cache rules of another model.
 *
 * @module
 */
import type { CostOf } from "../../cost/call_usage.ts";
import { computePrice } from "../../cost/call_usage.ts";
import { ConfigError, quote } from "../../errors.ts";
import type { ChildUsage, SessionEvent } from "../../history/event.ts";
import type { Usage } from "../../llm/llm.ts";
import { checkOptions, createOptionError, FUNCTION, TEXT } from "../../llm/option_rules.ts";
import { addUsage } from "../../llm/usage.ts";
import { apportion } from "../attribute/apportion.ts";
import { readPrice } from "../attribute/call_tokens.ts";
import { formatNumber } from "../draw/table.ts";
import { cacheRuleOf, countCached } from "../play/cache_rule.ts";
import { isModelEvent, type ModelEvent } from "../record/turn_record.ts";

/** Log of a session, with two models. */
export interface WhatIf {
  /** Number of model calls whose usage is known. */
  readonly calls: number;
  /** Tokens and money as they were. */
  readonly base: {
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
  };
  /** Tokens and money as they would have been. */
  readonly whatIf: WhatIf["base"];
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
 * answers, at its prices and its rules of caching. Calls of agents that ran as tools are included,
 * embeddings are not.
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
  const calls = listCalls(events);
  if (calls.length === 0) {
    throw new ConfigError(
      `Cannot price the session as ${
        quote(as)
      }: no model call of it has a usage: expected a log of ` +
        "a model that reports tokens",
    );
  }
  const costOf = cost ?? (await import("../../prices/genai_prices.ts")).genaiPrices();
  const rule = cacheRuleOf(as);
  const others = calls.map(({ usage: { input = 0, output = 0 }, stable }) => ({
    usage: { input, output, cachedInput: countCached(rule, stable) },
    model: as,
  }));
  const whatIf = { model: as, ...addCalls(others, costOf) };
  if (whatIf.cost === undefined) {
    throw new ConfigError(
      `Cannot price the session as ${quote(as)}: it has no known price: expected the vendor and ` +
        'the model, for example "openai/gpt-5-mini"',
    );
  }
  const own = calls.filter((call) => !call.isChild);
  const children = calls.length - own.length;
  const models = [...new Set(calls.map(({ model = "unknown model" }) => model))].join(", ");
  return {
    calls: calls.length,
    base: { model: models, ...addCalls(calls, costOf) },
    whatIf,
    notes: [
      "Another model would decide and answer differently, and count tokens differently: only the " +
      "prices and the cache are computed",
      rule.text,
      own.every(({ hasPrompt }) => hasPrompt)
        ? "What prompts have in common with the ones before is known by their characters"
        : "The log has no prompts: the whole prompt of the call before counts as the beginning of the " +
          "next one of the same step, and nothing after a change of the step, whose schema is another",
      ...(children === 0 ? [] : [
        `${
          formatNumber(children, "call")
        } of agents that ran as tools: their prompts are in logs of ` +
        "their own, so that nothing is taken to be cached",
      ]),
    ],
  };
}

/** Model call whose usage is known. */
interface PricedCall {
  readonly usage: Usage;
  /** Price; absent if the log has none. */
  readonly cost?: number;
  /** Name of the model; absent if the log has none. */
  readonly model?: string;
}

/** Model call of a log. */
interface LogCall extends PricedCall {
  /** Tokens that its prompt begins with in common with the one before. */
  readonly stable: number;
  /** True if the log has the size of the prompt. */
  readonly hasPrompt: boolean;
  /** True if an agent that ran as a tool made it. */
  readonly isChild: boolean;
}

function listCalls(events: readonly SessionEvent[]): LogCall[] {
  let previous: ModelEvent | undefined;
  return events.flatMap((event): LogCall[] => {
    if ("modelCalls" in event) return listChildCalls(event);
    if (!isModelEvent(event) || event.usage?.input === undefined) return [];
    const stable = estimateStable(previous, event);
    previous = event;
    return [{ ...event, usage: event.usage, stable, hasPrompt: "prompt" in event, isChild: false }];
  });
}

/** Lists the calls of an agent that ran as a tool, each with an equal share of what is known of all. */
function listChildCalls({ usage, cost, modelCalls = 0 }: ChildUsage): LogCall[] {
  if (usage?.input === undefined) return [];
  const shares = Array.from({ length: modelCalls }, () => 1);
  const [input, output, cachedInput] = [usage.input, usage.output, usage.cachedInput]
    .map((count = 0) => apportion(count, shares));
  return shares.map((_, index) => ({
    usage: { input: input![index]!, output: output![index]!, cachedInput: cachedInput![index]! },
    ...(cost !== undefined && { cost: cost / modelCalls }),
    stable: 0,
    hasPrompt: false,
    isChild: true,
  }));
}

/** Estimates the tokens that the prompts of two calls begin with in common. */
function estimateStable(previous: ModelEvent | undefined, call: ModelEvent): number {
  if (previous?.step === undefined || previous.step !== call.step) return 0;
  const { input = 0 } = call.usage ?? {};
  const { prompt: before } = previous;
  const { prompt: now } = call;
  if (before === undefined || now === undefined) return Math.min(previous.usage?.input ?? 0, input);
  // Another offer has another schema, which precedes the messages.
  if (JSON.stringify(before.offer) !== JSON.stringify(now.offer)) return 0;
  return Math.floor(input * (now.schemaChars + now.stableChars) / (now.schemaChars + now.chars));
}

/** Adds up calls. The sum has no price if one of them has none. */
function addCalls(calls: readonly PricedCall[], costOf: CostOf) {
  const usages = calls.map(({ usage }) => usage);
  const { input = 0, cachedInput = 0, output = 0 } = usages.reduce(addUsage, {});
  const cost = calls.reduce((sum, { usage, cost, model = "" }) => {
    return sum + (readPrice(cost ?? computePrice(costOf, usage, model)) ?? NaN);
  }, 0);
  return { input, cachedInput, output, ...(!Number.isNaN(cost) && { cost }) };
}
