/**
 * Price table of the package genai-prices.
 *
 * @see {@link https://github.com/pydantic/genai-prices}
 * @module
 */
import { calcPrice, findProvider, type ModelInfo, type Provider } from "@pydantic/genai-prices";
import type { CalledModel } from "../cost/call_usage.ts";
import { readModelName } from "../llm/model_name.ts";
import { setBounded } from "../schema/schema_cache.ts";
import type { Tokens } from "./token_prices.ts";

/** Model with its prices, found in the table. */
export interface PricedModel {
  /** Entry of the table. */
  readonly model: ModelInfo;
  /** Name under which the model was found. */
  readonly id: string;
  /** Provider that bills, with this model only, because searching all its models is slow. */
  readonly provider: Provider;
}

/** Maximum number of cached look-ups. */
const MAX_CACHED = 100;

/**
 * Creates a function that finds the model of a call in the table, at `provider` or, if it is
 * undefined, at the vendor in the name of the LLM. It returns undefined if the model is not
 * certain. Results are cached, because a cost limit prices every chunk of a stream.
 */
export function makeModelLookup(
  provider: string | undefined,
): (call: CalledModel) => PricedModel | undefined {
  const cache = new Map<string, PricedModel | undefined>();
  return (call) => {
    const key = `${call.llm}\n${call.model ?? ""}`;
    if (!cache.has(key)) setBounded(cache, key, lookUp(call, provider), MAX_CACHED);
    return cache.get(key);
  };
}

function lookUp(call: CalledModel, provider: string | undefined): PricedModel | undefined {
  for (const { id, providerId } of listTableNames(call, provider)) {
    const found = tryCalcPrice({}, id, providerId === undefined ? {} : { providerId });
    if (found === undefined) continue;
    const { model, provider } = found;
    return { model, id, provider: { ...provider, models: [model] } };
  }
  return undefined;
}

/**
 * Computes the price of a call at its time; undefined if the table has no price for the
 * tokens used.
 *
 * @param time Time of the call, in milliseconds since the Unix epoch.
 */
export function computeTablePrice(
  { id, provider }: PricedModel,
  { input, output, cachedInput, cacheWriteInput, reasoning }: Tokens,
  time: number,
): number | undefined {
  const usage = {
    input_tokens: input,
    output_tokens: output,
    cache_read_tokens: cachedInput,
    cache_write_tokens: cacheWriteInput,
    output_reasoning_tokens: reasoning,
  };
  const found = tryCalcPrice(usage, id, { provider, timestamp: new Date(time) });
  if (found === undefined) return undefined;
  // The table counts tokens without a price as free.
  const { input_mtok, output_mtok } = found.model_price;
  const isKnown = (input === 0 || input_mtok !== undefined) &&
    (output === 0 || output_mtok !== undefined);
  return isKnown ? found.total_price : undefined;
}

function tryCalcPrice(...call: Parameters<typeof calcPrice>) {
  try {
    return calcPrice(...call) ?? undefined;
  } catch {
    // A failure of the table must not stop a session: the price is unknown.
    return undefined;
  }
}

/** Provider ids in the table, by the vendor in the name of an LLM, if they differ. */
const TABLE_IDS: ReadonlyMap<string, string> = new Map([
  ["amazon-bedrock", "aws"],
  ["aws-bedrock", "aws"],
  ["azure-openai", "azure"],
  ["bedrock", "aws"],
  ["gemini", "google"],
  ["google.vertex", "google"],
  ["google-vertex", "google"],
  ["mistralai", "mistral"],
  ["moonshot", "moonshotai"],
  ["together-ai", "together"],
  ["togetherai", "together"],
  ["vertex", "google"],
  ["vertex.anthropic", "google"],
  ["voyage", "voyageai"],
  ["xai", "x-ai"],
]);

/**
 * Finds the id of a vendor in the table; undefined if it has none. Matches whole names
 * only, because the table itself would find `openai` in `not-openai-at-all`.
 */
export function findPriceProvider(vendor: string): string | undefined {
  const id = TABLE_IDS.get(vendor.toLowerCase()) ?? vendor.toLowerCase();
  return findProvider({ providerId: id })?.id === id ? id : undefined;
}

/** Name under which the table may have a model. */
interface TableName {
  /** Name of the model. */
  readonly id: string;
  /** Id of the provider that bills; undefined to search all providers. */
  readonly providerId: string | undefined;
}

/**
 * Returns the names under which the table may have the model that answered, the most
 * likely first; none if the provider that bills is unknown.
 */
function listTableNames(
  { llm, model: answered }: CalledModel,
  provider: string | undefined,
): readonly TableName[] {
  const requested = readModelName(llm);
  const name = answered ?? llm;
  const { vendor, model } = readModelName(name);
  const own = vendor === undefined ? undefined : findPriceProvider(vendor);
  if (provider === undefined && requested.vendor === undefined) {
    if (vendor === undefined) return [{ id: name, providerId: undefined }];
    return own === undefined ? [] : [{ id: model, providerId: own }];
  }
  const biller = provider ?? findPriceProvider(requested.vendor!);
  if (biller === undefined) return [];
  // At openrouter, `openai/gpt-4o` is the name of a model; at openai, only `gpt-4o` is.
  const names = [{ id: name, providerId: biller }, { id: model, providerId: biller }];
  // If a fallback of another vendor answered, that vendor bills, unless a reseller serves both.
  const isReseller = provider !== undefined || requested.model.includes("/");
  if (own !== undefined && own !== biller && !isReseller) {
    names.push({ id: model, providerId: own });
  }
  return names;
}
