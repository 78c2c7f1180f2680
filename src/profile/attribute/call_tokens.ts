/**
 * Tokens and money of one observed model call.
 *
 * @module
 */
import { computePrice, type CostOf } from "../../cost/call_usage.ts";
import { isPrice } from "../../cost/limits.ts";
import type { Usage } from "../../llm/llm.ts";
import { estimateUsage, readUsage } from "../../llm/usage.ts";
import {
  type AnswerPart,
  attributeTokens,
  type CallShare,
  MONEY_UNITS,
} from "./attribute_tokens.ts";
import { measureAlone, type MeasuredRequest, PromptLedger } from "./prompt_ledger.ts";
import type { ModelCall, ModelEvent, RecordedCall } from "../record/turn_record.ts";

/** Model call with its tokens and money. */
export interface CallTokens extends MeasuredRequest {
  readonly call: ModelCall;
  /** Parts to which the tokens and the money belong. */
  readonly shares: readonly CallShare[];
  /** Part to which the answer belongs. */
  readonly answer: AnswerPart;
  /** Characters of the answer. */
  readonly answerChars: number;
  /** Tokens of prompt and answer. */
  readonly tokens: number;
  /** Price in the smallest units of money; undefined if it is not known. */
  readonly cost: number | undefined;
  /** True if the tokens were estimated from characters. */
  readonly isEstimated: boolean;
}

/** Counts the tokens of a session's model calls, in order. */
export class TokenCounter {
  readonly #ledger: PromptLedger;
  readonly #costOf: CostOf | undefined;

  /**
   * Creates a counter of a session whose first `pastEvents` events were not observed; `costOf`
   * returns the price of tokens, if it is known.
   */
  constructor(costOf: CostOf | undefined, pastEvents: number) {
    this.#costOf = costOf;
    this.#ledger = new PromptLedger(pastEvents);
  }

  /** Counts the next call. */
  count(call: RecordedCall): CallTokens {
    const { request } = call;
    const measured = request.legal === undefined
      ? measureAlone(request)
      : this.#ledger.measure(request);
    return countCall(call, measured, this.#costOf);
  }
}

/** Counts the tokens of a call whose request is measured. */
export function countCall(
  call: ModelCall,
  measured: MeasuredRequest,
  costOf: CostOf | undefined,
): CallTokens {
  const { llm, end } = call;
  const answerChars = countAnswer(end);
  const answer = measured.isAlone ? "summarized" : "answers";
  const { usage: reported, cost: given, model } = readEnd(end);
  const { prompt } = measured;
  const usage = readUsage(reported) ?? estimateUsage(prompt.chars, answerChars);
  const priceOf = (part: Usage) => readPrice(computePrice(costOf, part, llm, model));
  const cost = readPrice(given) ?? priceOf(usage);
  return {
    ...measured,
    call,
    shares: attributeTokens({ prompt, answer, answerChars, usage, cost, priceOf }),
    answer,
    answerChars,
    tokens: (usage.input ?? 0) + (usage.output ?? 0),
    cost: cost === undefined ? undefined : Math.round(cost * MONEY_UNITS),
    isEstimated: usage.isEstimated === true,
  };
}

/** Returns a price; undefined if it is not known, or is no number from 0. */
export function readPrice(price: unknown): number | undefined {
  return isPrice(price) ? price : undefined;
}

function readEnd(
  end: ModelEvent | undefined,
): { readonly usage?: Usage; readonly cost?: number; readonly model?: string } {
  return end ?? {};
}

/** Returns the characters of a decision or a refused output. */
function countAnswer(end: ModelEvent | undefined): number {
  if (end?.type === "decision") return JSON.stringify(end.decision).length;
  if (end?.type === "error") return end.output.length;
  return end?.type === "summary" ? end.text?.length ?? 0 : 0;
}
