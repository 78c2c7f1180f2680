/**
 * Prices of model calls, in US dollars.
 *
 * @module
 */
import type { CostOf } from "../cost/call_usage.ts";
import { ConfigError, quote } from "../errors.ts";
import { checkOptions, FUNCTION, TEXT } from "../llm/option_rules.ts";
import { isRecord } from "../schema/option_shape.ts";
import {
  computeTablePrice,
  findPriceProvider,
  makeModelLookup,
  type PricedModel,
} from "./price_table.ts";
import { computePrice, readPrices, readTokens, type TokenPrices } from "./token_prices.ts";

/** Options of {@linkcode genaiPrices}. */
export interface GenaiPricesOptions {
  /**
   * Provider that bills the calls, for example `"openrouter"` or `"azure"`: an id of the
   * price table or a vendor as in the names of LLMs. Needed for a provider that resells
   * models of others, unless the name of the LLM begins with it. Default: the vendor in
   * the name of the LLM.
   */
  readonly provider?: string;
  /**
   * Custom prices, by the exact name of an LLM or of the model that answered. They take
   * precedence over those of the table. Default: none.
   */
  readonly overrides?: Readonly<Record<string, TokenPrices>>;
  /**
   * Returns the time of the call, in milliseconds since the Unix epoch, because prices
   * change and some are lower at night. Default: `Date.now`.
   */
  readonly clock?: () => number;
}

/**
 * Creates a function for the agent's option `cost`, which returns the price of a model call
 * in US dollars. Prices come from the table of the package
 * [genai-prices](https://github.com/pydantic/genai-prices), and are as recent as its
 * installed version. No network access is needed.
 *
 * The vendor is the part before the slash in the name of the LLM, such as
 * `openai/gpt-5-mini`. Without a slash, the table finds it by the model. The priced model
 * is the one that answered, if that is known.
 *
 * The price is undefined, never 0 or a guess, if the vendor or model is unknown, or if the
 * usage has no `input` or `output`, a negative count, or more cached tokens than input
 * tokens.
 *
 * Cached tokens are counted once, at their own price, or at the price of input tokens if
 * the vendor has none for them. Surcharges for long prompts are included.
 *
 * @throws {ConfigError} if the table has no such `provider`, or a price in `overrides` is invalid.
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
  checkOptions("look up prices", options, {
    clock: FUNCTION,
    overrides: { expected: "an object", accepts: isRecord },
    provider: TEXT,
  });
  const { clock = Date.now, overrides = {}, provider } = options;
  const ownPrices = readPrices(overrides);
  const lookUp = makeModelLookup(provider === undefined ? undefined : readProvider(provider));
  return (usage, call) => {
    const tokens = readTokens(usage);
    if (tokens === undefined) return undefined;
    const { llm, model } = call;
    const answered = lookUp(call);
    const own = (model === undefined ? undefined : ownPrices.get(model)) ??
      (isFallback(answered, lookUp({ llm })) ? undefined : ownPrices.get(llm));
    if (own !== undefined) return computePrice(tokens, own);
    return answered && computeTablePrice(answered, tokens, clock());
  };
}

/** Returns true if a fallback answered instead of the requested model, which has another price. */
function isFallback(
  answered: PricedModel | undefined,
  requested: PricedModel | undefined,
): boolean {
  return answered !== undefined && requested !== undefined && answered.model !== requested.model;
}

function readProvider(provider: string): string {
  const id = findPriceProvider(provider);
  if (id !== undefined) return id;
  throw new ConfigError(
    `Cannot price the models of provider ${quote(provider)}: it is not in the price table: ` +
      'expected a provider of genai-prices, for example "openai" or "openrouter"; pass ' +
      "overrides for your own prices",
  );
}
