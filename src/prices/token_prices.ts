/**
 * Token counts that can be priced, and custom prices.
 *
 * @module
 */
import { ConfigError, quote } from "../errors.ts";
import type { Usage } from "../llm/llm.ts";
import { ANYTHING, checkOptions } from "../llm/option_rules.ts";

/** Complete and consistent token counts of one call. */
export type Tokens = Required<Omit<Usage, "isEstimated">>;

/**
 * Validates the usage of a call. Returns undefined if its price would be a guess: `input`
 * or `output` is missing, a count is not a whole number from 0, or a part exceeds its total.
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

/** Prices of a model, in US dollars per million tokens. */
export interface TokenPrices {
  /** Price of input tokens that are not cached. */
  readonly input: number;
  /** Price of output tokens, including reasoning. */
  readonly output: number;
  /** Price of input tokens read from the cache. Default: `input`. */
  readonly cachedInput?: number;
  /** Price of input tokens written to the cache. Default: `input`. */
  readonly cacheWriteInput?: number;
}

/** Computes the price of a call, in US dollars. */
export function computePrice(tokens: Tokens, prices: TokenPrices): number {
  const { input, output, cachedInput, cacheWriteInput } = tokens;
  const total = (input - cachedInput - cacheWriteInput) * prices.input +
    cachedInput * (prices.cachedInput ?? prices.input) +
    cacheWriteInput * (prices.cacheWriteInput ?? prices.input) +
    output * prices.output;
  return total / 1e6;
}

/**
 * Validates and copies custom prices, by the name of their model.
 *
 * @throws {ConfigError} if a price is not a finite number from 0.
 */
export function readPrices(
  overrides: Readonly<Record<string, TokenPrices>>,
): ReadonlyMap<string, TokenPrices> {
  for (const [model, prices] of Object.entries(overrides)) {
    checkOptions(`use the prices of model ${quote(model)}`, prices, {
      input: ANYTHING,
      output: ANYTHING,
      cachedInput: ANYTHING,
      cacheWriteInput: ANYTHING,
    });
    const { input, output, cachedInput = 0, cacheWriteInput = 0 } = prices;
    for (const [name, price] of Object.entries({ input, output, cachedInput, cacheWriteInput })) {
      if (Number.isFinite(price) && price >= 0) continue;
      throw new ConfigError(
        `Cannot use the price ${quote(name)} of model ${quote(model)}: it is ${quote(price)}: ` +
          "expected US dollars per million tokens, a finite number from 0",
      );
    }
  }
  return new Map(Object.entries(overrides).map(([model, prices]) => [model, { ...prices }]));
}
