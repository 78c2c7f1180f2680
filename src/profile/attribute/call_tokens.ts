/**
 * Tokens and money of one model call.
 *
 * @module
 */
import { computePrice, type CostOf } from "../../cost/call_usage.ts";
import { isPrice } from "../../cost/limits.ts";
import type { Usage } from "../../llm/llm.ts";
import { estimateUsage, readUsage } from "../../llm/usage.ts";
import type { ModelCall, ModelEvent } from "../record/turn_record.ts";
import { attributeTokens, type CallShare } from "./attribute_tokens.ts";
import { toUnits } from "./money.ts";
import type { PromptPart } from "./prompt_part.ts";
import type { RequestSize } from "./request_meter.ts";

/** Model call with its tokens and money. */
export interface CallTokens {
  readonly call: ModelCall;
  readonly size: RequestSize;
  /** Parts to which the tokens and the money belong. */
  readonly shares: readonly CallShare[];
  /** Part to which the answer belongs. */
  readonly answer: PromptPart["part"];
  /** Characters of the answer. */
  readonly answerChars: number;
  /** Tokens of prompt and answer. */
  readonly tokens: number;
  /** Price in the smallest units of money; undefined if it is not known. */
  readonly units: number | undefined;
  /** True if the tokens were estimated from characters. */
  readonly isEstimated: boolean;
}

/** Counts the tokens of a call; `costOf` returns the price of tokens, if it is known. */
export function countCall(
  call: ModelCall,
  size: RequestSize,
  costOf: CostOf | undefined,
): CallTokens {
  const { llm, end } = call;
  const answerChars = countAnswer(end);
  const answer = size.isAlone ? "summarized" : "answers";
  const { prompt } = size;
  const usage = readUsage(end?.usage) ?? estimateUsage(prompt.chars, answerChars);
  const priceOf = (part: Usage) => readPrice(computePrice(costOf, part, llm, end?.model));
  const cost = readPrice(end?.cost) ?? priceOf(usage);
  return {
    call,
    size,
    shares: attributeTokens({ prompt, answer, answerChars, usage, cost, priceOf }),
    answer,
    answerChars,
    tokens: (usage.input ?? 0) + (usage.output ?? 0),
    units: cost === undefined ? undefined : toUnits(cost),
    isEstimated: usage.isEstimated === true,
  };
}

/** Returns a price; undefined if it is not known, or is not a number from 0 that has smallest units. */
export function readPrice(price: unknown): number | undefined {
  return isPrice(price) && toUnits(price) < Infinity ? price : undefined;
}

/** Returns the characters of a decision or a refused output. */
function countAnswer(end: ModelEvent | undefined): number {
  if (end?.type === "decision") return JSON.stringify(end.decision).length;
  if (end?.type === "error") return end.output.length;
  return end?.type === "summary" ? end.text?.length ?? 0 : 0;
}
