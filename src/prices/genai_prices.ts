/**
 * What a model call costs, in money.
 *
 * @module
 */
import { ConfigError, quote } from "../errors.ts";
import type { CostOf } from "../cost/call_usage.ts";
import { type PricedModel, priceProviderOf, priceTable, tablePriceOf } from "./price_table.ts";
import { priceOf, readPrices, readTokens, type TokenPrices } from "./token_prices.ts";

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
   * Prices of one's own, by the name of an LLM or of the model that answers,
   * exactly as they are. They come before those of the table. Default: none.
   */
  readonly overrides?: Readonly<Record<string, TokenPrices>>;
  /**
   * The time of the call, in milliseconds since 1970: prices change, and some
   * are lower at night. Default: `Date.now`.
   */
  readonly clock?: () => number;
}

/**
 * Makes what the agent's option `cost` takes: a function that puts a price on a
 * model call, in US dollars. It looks into a table that comes with the package
 * [genai-prices](https://github.com/pydantic/genai-prices): there is no network,
 * and a price is as new as that package.
 *
 * The vendor is the one in the name of the LLM, before the slash in
 * `openai/gpt-5-mini`; without a slash, the table finds it by the model. The
 * model is the one that answered, where that is known. What is not
 * surely known has no price, never 0 and never a guess: a vendor or a model that
 * the table does not have, a usage without `input` or `output`, a count below 0,
 * cached tokens that are more than the prompt.
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
 * const costOf = genaiPrices({
 *   overrides: { "house/llama": { input: 0.2, output: 0.8, cachedInput: 0.05 } },
 * });
 * const usage = { input: 3_000_000, output: 500_000, cachedInput: 2_000_000 };
 * assertEquals(costOf(usage, { llm: "house/llama" }), 0.7); // 1 × 0.2 + 2 × 0.05 + 0.5 × 0.8
 * const call = { llm: "openai/gpt-5-mini", model: "gpt-5-mini-2025-08-07" };
 * assert(costOf({ input: 1000, output: 100 }, call)! > 0);
 * assertEquals(costOf({ input: 1000, output: 100 }, { llm: "house/mixtral" }), undefined);
 * ```
 */
export function genaiPrices(options: GenaiPricesOptions = {}): CostOf {
  const { clock = Date.now, overrides = {}, provider } = options;
  const ownPrices = readPrices(overrides);
  const find = priceTable(provider === undefined ? undefined : readProvider(provider));
  return (usage, call) => {
    const tokens = readTokens(usage);
    if (tokens === undefined) return undefined;
    const { llm, model } = call;
    const answered = find(call);
    const own = (model === undefined ? undefined : ownPrices.get(model)) ??
      (isOther(answered, find({ llm })) ? undefined : ownPrices.get(llm));
    if (own !== undefined) return priceOf(tokens, own);
    return answered && tablePriceOf(answered, tokens, clock());
  };
}

/** True if another model answered than the one that was asked, as a fallback: each has its own price. */
function isOther(answered: PricedModel | undefined, asked: PricedModel | undefined): boolean {
  return answered !== undefined && asked !== undefined && answered.model !== asked.model;
}

function readProvider(provider: string): string {
  const id = priceProviderOf(provider);
  if (id !== undefined) return id;
  throw new ConfigError(
    `Cannot price the models of provider ${quote(provider)}: ` +
      'expected one of the table of prices, for example "openai" or "openrouter"',
  );
}
