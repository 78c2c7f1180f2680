/**
 * Prices that the table does not have.
 *
 * @module
 */
import { ConfigError, quote } from "../errors.ts";
import type { Tokens } from "./tokens.ts";

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
export function ownPriceOf(tokens: Tokens, prices: TokenPrices): number {
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
export function readOwnPrices(
  overrides: Readonly<Record<string, TokenPrices>>,
): ReadonlyMap<string, TokenPrices> {
  for (const [model, prices] of Object.entries(overrides)) {
    checkPrice(model, "input", prices.input);
    checkPrice(model, "output", prices.output);
    if (prices.cachedInput !== undefined) checkPrice(model, "cachedInput", prices.cachedInput);
    if (prices.cacheWriteInput !== undefined) {
      checkPrice(model, "cacheWriteInput", prices.cacheWriteInput);
    }
  }
  return new Map(Object.entries(overrides).map(([model, prices]) => [model, { ...prices }]));
}

function checkPrice(model: string, name: keyof TokenPrices, price: unknown): void {
  if (typeof price === "number" && Number.isFinite(price) && price >= 0) return;
  throw new ConfigError(
    `Cannot use the price ${quote(name)} of model ${quote(model)}: it is ${quote(price)}: ` +
      "expected US dollars per million tokens, from 0",
  );
}
