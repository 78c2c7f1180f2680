/**
 * Tokens and price of one model call.
 *
 * @module
 */
import type { ModelCallUsage } from "../history/model_call.ts";
import type { Usage } from "../llm/llm.ts";
import { estimateUsage, readUsage } from "../llm/usage.ts";

/** Model that was called. */
export interface CalledModel {
  /** Name of the LLM, for example `"openai/gpt-5-mini"`. */
  readonly llm: string;
  /** Name of the model that answered, if its provider reports it. */
  readonly model?: string;
}

/**
 * Returns the price of a model call, in the unit of the limits of `cost`; undefined if it
 * is not known. Called whenever tokens are reported or estimated. Must be pure.
 *
 * To price a part of a call, pass the counts of the other parts as 0: a count that is absent is not
 * known, so that `genaiPrices()` knows no price.
 */
export type CostOf = (usage: Usage, call: CalledModel) => number | undefined;

/** Answer of a model, not validated yet. */
export interface RawAnswer {
  readonly output: unknown;
  readonly usage?: unknown;
  readonly model?: unknown;
  /** Remark that is added to the problem if the output is refused. */
  readonly remark?: unknown;
  /** Course of the call. */
  readonly timing?: unknown;
}

/** Settings of {@linkcode readCallUsage}. */
interface CallUsageOptions {
  /** Name of the LLM. */
  readonly llm: string;
  /** Prices of model calls; undefined if they are not known. */
  readonly cost: CostOf | undefined;
  /** Returns the length of the prompt in characters. If undefined, tokens are not estimated. */
  readonly promptChars: (() => number) | undefined;
}

/** Returns the usage of a call; undefined if nothing about it is known. */
export function readCallUsage(
  { usage: reported, model: named, output }: RawAnswer,
  { llm, cost: costOf, promptChars }: CallUsageOptions,
): ModelCallUsage | undefined {
  const model = typeof named === "string" ? named : undefined;
  let usage = readUsage(reported);
  if (usage === undefined && promptChars !== undefined) {
    usage = estimateUsage(promptChars(), countChars(output));
  }
  if (usage === undefined) return model === undefined ? undefined : { model };
  const cost = computePrice(costOf, usage, llm, model);
  return {
    usage,
    ...(cost !== undefined && { cost }),
    ...(model !== undefined && { model }),
  };
}

/** Returns the price of tokens; undefined if it is not known. */
export function computePrice(
  costOf: CostOf | undefined,
  usage: Usage,
  llm: string,
  model?: string,
): number | undefined {
  return costOf?.(usage, model === undefined ? { llm } : { llm, model });
}

/** Returns the length of an output in characters. */
export function countChars(output: unknown): number {
  if (typeof output === "string") return output.length;
  try {
    return JSON.stringify(output)?.length ?? 0;
  } catch {
    return 0;
  }
}
