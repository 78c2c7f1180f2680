/**
 * What a model call costs, in money.
 *
 * @module
 */
import { calcPrice } from "@pydantic/genai-prices";
import { ConfigError, quote } from "../errors.ts";
import type { Usage } from "../llm/llm.ts";
import { readModelName } from "../llm/model_name.ts";
import { ownPriceOf, readOwnPrices, type TokenPrices } from "./own_prices.ts";
import { priceProviderOf } from "./price_provider.ts";
import { readTokens, type Tokens } from "./tokens.ts";

/** Options of {@linkcode genaiPrices}. */
export interface GenaiPricesOptions {
  /**
   * Whose prices count, as the table names them or as model names begin, for
   * example `"openrouter"` or `"azure"`: for vendors that serve the models of
   * others, whose names say nothing of who bills. Default: what the name of the
   * model says.
   */
  readonly provider?: string;
  /**
   * Prices of one's own by the name of a model, exactly as it is asked for. They
   * come before those of the table. Default: none.
   */
  readonly overrides?: Readonly<Record<string, TokenPrices>>;
  /**
   * The time of the call, in milliseconds since 1970: prices change, and some
   * are lower at night. Default: `Date.now`.
   */
  readonly clock?: () => number;
}

/** Gives what one call cost, in US dollars; undefined where the price is not known. */
export type PriceOf = (usage: Usage, model: string) => number | undefined;

/**
 * Makes a function that puts a price on a model call, for the agent's option
 * `cost`. It looks into a table that comes with the package
 * [genai-prices](https://github.com/pydantic/genai-prices): there is no network,
 * and a price is as new as that package.
 *
 * The model is named as in `LLM.name` or as its vendor names it: in
 * `openai/gpt-5-mini` the part before the slash is the vendor, and
 * `gpt-5-mini-2025-08-07` is found by its own name. What is not surely known has
 * no price, never 0 and never a guess: a vendor or a model that the table does
 * not have, a usage without `input` or `output`, a count below 0, cached tokens
 * that are more than the prompt.
 *
 * Tokens of the cache are counted once, at their own price; where the vendor has
 * none for them, at that of the prompt. Long prompts cost more where the vendor
 * says so.
 *
 * @throws {ConfigError} if the table has no such `provider`, or a price in `overrides` is no amount.
 *
 * @example
 * ```ts
 * import { genaiPrices } from "@nomos/agent/prices";
 * import { assert, assertEquals } from "@std/assert";
 *
 * const priceOf = genaiPrices({
 *   overrides: { "house/llama": { input: 0.2, output: 0.8, cachedInput: 0.05 } },
 * });
 * const usage = { input: 3_000_000, output: 500_000, cachedInput: 2_000_000 };
 * assertEquals(priceOf(usage, "house/llama"), 0.7); // 1 × 0.2 + 2 × 0.05 + 0.5 × 0.8
 * assert(priceOf({ input: 1000, output: 100 }, "openai/gpt-5-mini")! > 0);
 * assertEquals(priceOf({ input: 1000, output: 100 }, "house/mixtral"), undefined);
 * ```
 */
export function genaiPrices(options: GenaiPricesOptions = {}): PriceOf {
  const { clock = Date.now } = options;
  const ownPrices = readOwnPrices(options.overrides ?? {});
  const provider = options.provider === undefined ? undefined : readProvider(options.provider);
  return (usage, model) => {
    const tokens = readTokens(usage);
    if (tokens === undefined) return undefined;
    const own = ownPrices.get(model);
    if (own !== undefined) return ownPriceOf(tokens, own);
    const timestamp = new Date(clock());
    for (const { id, providerId } of tableNames(model, provider)) {
      const price = tablePriceOf(tokens, id, providerId, timestamp);
      if (price !== undefined) return price;
    }
    return undefined;
  };
}

function readProvider(provider: string): string {
  const id = priceProviderOf(provider);
  if (id !== undefined) return id;
  throw new ConfigError(
    `Cannot price the models of provider ${quote(provider)}: ` +
      'expected one of the table of prices, for example "openai" or "openrouter"',
  );
}

/** A model as the table knows it. */
interface TableName {
  /** The model. */
  readonly id: string;
  /** The vendor; undefined to find it by the model. */
  readonly providerId: string | undefined;
}

/** The names under which the table may have a model, the likeliest first. */
function tableNames(name: string, provider: string | undefined): readonly TableName[] {
  const { vendor, model } = readModelName(name);
  const named = vendor === undefined ? undefined : priceProviderOf(vendor);
  if (provider === undefined) {
    return vendor === undefined
      ? [{ id: name, providerId: undefined }]
      : named === undefined
      ? []
      : [{ id: model, providerId: named }];
  }
  // `openai/gpt-4o` is a whole name at openrouter, and a vendor and a model at openai.
  return named === provider
    ? [{ id: model, providerId: provider }, { id: name, providerId: provider }]
    : [{ id: name, providerId: provider }];
}

function tablePriceOf(
  { input, output, cachedInput, cacheWriteInput, reasoning }: Tokens,
  model: string,
  providerId: string | undefined,
  timestamp: Date,
): number | undefined {
  const usage = {
    input_tokens: input,
    output_tokens: output,
    cache_read_tokens: cachedInput,
    cache_write_tokens: cacheWriteInput,
    output_reasoning_tokens: reasoning,
  };
  let found: ReturnType<typeof calcPrice>;
  try {
    found = calcPrice(usage, model, { timestamp, ...(providerId !== undefined && { providerId }) });
  } catch {
    // The table may be newer than this file: what it cannot count has no price, and stops no session.
    return undefined;
  }
  if (found === null) return undefined;
  // What the table has no price for, it counts as free.
  const { input_mtok, output_mtok } = found.model_price;
  if (input > 0 && input_mtok === undefined || output > 0 && output_mtok === undefined) {
    return undefined;
  }
  return found.total_price;
}
