/**
 * Tokens and price of one model call, as its event records them.
 *
 * @module
 */
import type { ModelCallUsage } from "../history/event.ts";
import type { Usage } from "../llm/llm.ts";
import { estimateUsage, readUsage } from "../llm/usage.ts";

/** A model that was called. */
export interface CalledModel {
  /** Name of the LLM, for example `"openai/gpt-5-mini"`. */
  readonly llm: string;
  /** Model that answered, as its provider names it, if that is known. */
  readonly model?: string;
}

/**
 * Returns the price of a model call, in any one unit that `limits` use too;
 * undefined if it is not known. Called after every call that reported its tokens;
 * must be pure.
 */
export type CostOf = (usage: Usage, call: CalledModel) => number | undefined;

/** Answer of a model, read once, of whatever form. */
export interface RawAnswer {
  readonly output: unknown;
  readonly usage: unknown;
  readonly model: unknown;
}

/** Settings of the usage of a call. */
export interface CallUsageOptions {
  /** Name of the LLM. */
  readonly llm: string;
  /** Prices. */
  readonly cost: CostOf | undefined;
  /** Returns the characters of the prompt, if tokens that are not reported must be estimated. */
  readonly promptChars: (() => number) | undefined;
}

/** Returns the usage of a call; undefined if nothing of it is known. */
export function callUsage(
  { usage: reported, model: named, output }: RawAnswer,
  { llm, cost: costOf, promptChars }: CallUsageOptions,
): ModelCallUsage | undefined {
  const model = typeof named === "string" ? named : undefined;
  let usage = readUsage(reported);
  if (usage === undefined && promptChars !== undefined) {
    usage = estimateUsage(promptChars(), lengthOf(output));
  }
  if (usage === undefined) return model === undefined ? undefined : { model };
  const cost = priceOf(costOf, usage, llm, model);
  return {
    usage,
    ...(cost !== undefined && { cost }),
    ...(model !== undefined && { model }),
  };
}

/** Returns the price of tokens; undefined if it is not known. */
export function priceOf(
  costOf: CostOf | undefined,
  usage: Usage,
  llm: string,
  model?: string,
): number | undefined {
  if (costOf === undefined) return undefined;
  const cost = costOf(usage, model === undefined ? { llm } : { llm, model });
  return cost !== undefined && Number.isFinite(cost) && cost >= 0 ? cost : undefined;
}

function lengthOf(output: unknown): number {
  if (typeof output === "string") return output.length;
  try {
    return JSON.stringify(output)?.length ?? 0;
  } catch {
    return 0;
  }
}
