/**
 * Attribution of the tokens and the money of one model call.
 *
 * @module
 */
import type { Usage } from "../../llm/llm.ts";
import { apportion } from "./apportion.ts";
import { toUnits } from "./money.ts";
import type { PromptLayout, PromptRange } from "./prompt_layout.ts";
import type { PromptPart } from "./prompt_part.ts";

/** Share of a model call. */
export interface CallShare extends PromptRange {
  /** Number of tokens. */
  readonly tokens: number;
  /** Number of tokens that were read from the vendor's cache. */
  readonly cached: number;
  /** Price in the smallest units of money, a whole number; 0 if it is not known. */
  readonly units: number;
}

/** Model call whose tokens are attributed. */
export interface AttributedCall {
  readonly prompt: PromptLayout;
  /** Part to which the answer belongs. */
  readonly answer: PromptPart["part"];
  /** Number of characters of the answer. */
  readonly answerChars: number;
  readonly usage: Usage;
  /** Price of the call; undefined if it is not known. */
  readonly cost: number | undefined;
  /** Returns the price of a part of the tokens; undefined if it is not known. */
  readonly priceOf: (usage: Usage) => number | undefined;
}

/**
 * Shares the tokens of a call among the parts of its prompt and its answer, in proportion to their
 * characters. The shares add up to the reported tokens, and to the price.
 */
export function attributeTokens(call: AttributedCall): CallShare[] {
  const { prompt, answer, answerChars } = call;
  const { input = 0, output = 0, cachedInput = 0, cacheWriteInput = 0, reasoning = 0 } = call.usage;
  const cached = Math.min(cachedInput, input);
  const written = Math.min(cacheWriteInput, input - cached);
  const plain = input - cached - written;
  // The cache serves the beginning of the prompt.
  const cachedEnd = input === 0 ? 0 : prompt.chars * cached / input;
  const writtenEnd = input === 0 ? 0 : prompt.chars * (cached + written) / input;
  const thought = Math.min(reasoning, output);
  const groups: Group[] = [
    {
      usage: { input: cached, cachedInput: cached, output: 0 },
      shares: shareTokens(cached, prompt.slice(0, cachedEnd), true),
    },
    {
      usage: { input: written, cacheWriteInput: written, output: 0 },
      shares: shareTokens(written, prompt.slice(cachedEnd, writtenEnd)),
    },
    {
      usage: { input: plain, output: 0 },
      shares: shareTokens(plain, prompt.slice(writtenEnd, prompt.chars)),
    },
    {
      usage: { input: 0, output },
      shares: [
        ...shareTokens(output - thought, [{ part: answer, chars: answerChars, isNew: true }]),
        ...(thought > 0
          ? shareTokens(thought, [{ part: "reasoning", chars: 0, isNew: true }])
          : []),
      ],
    },
  ];
  return shareMoney(groups, call);
}

/** Tokens of one price. */
interface Group {
  readonly usage: Usage;
  readonly shares: readonly CallShare[];
}

/** Shares tokens of one price among ranges. If there are none, the tokens have no known part. */
function shareTokens(
  tokens: number,
  ranges: readonly PromptRange[],
  isCached = false,
): CallShare[] {
  const given = ranges.length > 0 || tokens === 0
    ? ranges
    : [{ part: "other", chars: 0, isNew: true } as const];
  const shares = apportion(tokens, given.map(({ chars }) => chars));
  return given.map((range, index) => {
    const share = shares[index]!;
    return { ...range, tokens: share, cached: isCached ? share : 0, units: 0 };
  });
}

/**
 * Shares the price of a call. Each group is priced alone, then scaled, because a price may depend on
 * the length of the whole prompt.
 */
function shareMoney(groups: readonly Group[], { cost, priceOf }: AttributedCall): CallShare[] {
  const units = toUnits(cost ?? 0);
  if (units === 0) return groups.flatMap(({ shares }) => shares);
  const tokensOf = (shares: readonly CallShare[]) => shares.map(({ tokens }) => tokens);
  const prices = groups.map(({ usage, shares }) =>
    tokensOf(shares).some((tokens) => tokens > 0) ? priceOf(usage) ?? 0 : 0
  );
  // Without prices of its own, all tokens of the call cost the same.
  const priced = prices.some((price) => price > 0)
    ? groups.map(({ shares }) => shares)
    : [groups.flatMap(({ shares }) => shares)];
  const totals = priced.length === 1 ? [units] : apportion(units, prices);
  return priced.flatMap((shares, index) => {
    const costs = apportion(totals[index]!, tokensOf(shares));
    return shares.map((share, at) => ({ ...share, units: costs[at]! }));
  });
}
