/**
 * Prices of tokens: the counts that a price can be put on, and prices of one's own.
 *
 * @module
 */
import { ConfigError, quote } from "../errors.ts";
import type { Usage } from "../llm/llm.ts";

/** Tokens of one call: whole, consistent, none of them unknown. */
export type Tokens = Required<Omit<Usage, "isEstimated">>;

/**
 * The tokens of a call; undefined where their price would be a guess: a count is
 * no count, `input` or `output` is missing, or a part is more than its whole.
 */
export function readTokens(usage: Usage): Tokens | undefined {
  const { input, output, cachedInput = 0, cacheWriteInput = 0, reasoning = 0 } = usage;
  if (input === undefined || output === undefined) return undefined;
  const tokens = { input, output, cachedInput, cacheWriteInput, reasoning };
  const areCounts = Object.values(tokens).every((count) =>
    Number.isSafeInteger(count) && count >= 0
  );
  if (!areCounts || cachedInput + cacheWriteInput > input || reasoning > output) return undefined;
  return tokens;
}

/** What a model costs, in US dollars per million tokens. */
export interface TokenPrices {
  /** Tokens of the prompt. */
  readonly input: number;
  /** Tokens of the answer, reasoning included. */
  readonly output: number;
  /** Tokens of the prompt that came from the cache. Default: as `input`. */
  readonly cachedInput?: number;
  /** Tokens of the prompt that were written to the cache. Default: as `input`. */
  readonly cacheWriteInput?: number;
}

/** The price of one call. */
export function priceOf(tokens: Tokens, prices: TokenPrices): number {
  const { input, output, cachedInput, cacheWriteInput } = tokens;
  const total = (input - cachedInput - cacheWriteInput) * prices.input +
    cachedInput * (prices.cachedInput ?? prices.input) +
    cacheWriteInput * (prices.cacheWriteInput ?? prices.input) +
    output * prices.output;
  return total / 1e6;
}

/**
 * Keeps prices by the name of their model.
 *
 * @throws {ConfigError} for a price that is no amount.
 */
export function readPrices(
  overrides: Readonly<Record<string, TokenPrices>>,
): ReadonlyMap<string, TokenPrices> {
  for (
    const [model, { input, output, cachedInput = 0, cacheWriteInput = 0 }] of Object.entries(
      overrides,
    )
  ) {
    for (const [name, price] of Object.entries({ input, output, cachedInput, cacheWriteInput })) {
      if (Number.isFinite(price) && price >= 0) continue;
      throw new ConfigError(
        `Cannot use the price ${quote(name)} of model ${quote(model)}: it is ${quote(price)}: ` +
          "expected US dollars per million tokens, from 0",
      );
    }
  }
  return new Map(Object.entries(overrides).map(([model, prices]) => [model, { ...prices }]));
}
