/**
 * The table of prices that comes with the package.
 *
 * @see {@link https://github.com/pydantic/genai-prices}
 * @module
 */
import { calcPrice, findProvider, type ModelInfo, type Provider } from "@pydantic/genai-prices";
import { setBounded } from "../schema/schema_cache.ts";
import type { CalledModel } from "../cost/call_usage.ts";
import { readModelName } from "../llm/model_name.ts";
import type { Tokens } from "./token_prices.ts";

/** A model of the table. */
export interface PricedModel {
  /** The entry of the table. */
  readonly model: ModelInfo;
  /** The name under which it was found. */
  readonly id: string;
  /** Who bills, with this model alone: to look through all of them takes long. */
  readonly provider: Provider;
}

/** How many models are found without looking through the table again. */
const MAX_FOUND = 100;

/**
 * Makes a look-up of models by the prices of one provider, or of whoever the names of
 * models say. It returns undefined for a model that the table does not surely have.
 * Each is looked up once: while an answer streams, a limit of cost asks for every piece of it.
 */
export function priceTable(
  provider: string | undefined,
): (call: CalledModel) => PricedModel | undefined {
  const found = new Map<string, PricedModel | undefined>();
  return (call) => {
    const key = `${call.llm}\n${call.model ?? ""}`;
    if (!found.has(key)) setBounded(found, key, lookUp(call, provider), MAX_FOUND);
    return found.get(key);
  };
}

function lookUp(call: CalledModel, provider: string | undefined): PricedModel | undefined {
  for (const { id, providerId } of tableNames(call, provider)) {
    const found = calculate({}, id, providerId === undefined ? {} : { providerId });
    if (found === undefined) continue;
    const { model, provider } = found;
    return { model, id, provider: { ...provider, models: [model] } };
  }
  return undefined;
}

/** The price of a call at a time; undefined where the table has none for what was used. */
export function tablePriceOf(
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
  const found = calculate(usage, id, { provider, timestamp: new Date(time) });
  if (found === undefined) return undefined;
  // What it has no price for, it counts as free.
  const { input_mtok, output_mtok } = found.model_price;
  const isKnown = (input === 0 || input_mtok !== undefined) &&
    (output === 0 || output_mtok !== undefined);
  return isKnown ? found.total_price : undefined;
}

function calculate(...call: Parameters<typeof calcPrice>) {
  try {
    return calcPrice(...call) ?? undefined;
  } catch {
    // The table may be newer than this file: what it cannot count has no price, and stops no session.
    return undefined;
  }
}

/** The vendors that have another name in the table than in the names of models. */
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
 * The vendor's name in the table; undefined if it is not there. The table itself
 * would find `openai` in `not-openai-at-all`: only whole names count here.
 */
export function priceProviderOf(vendor: string): string | undefined {
  const id = TABLE_IDS.get(vendor.toLowerCase()) ?? vendor.toLowerCase();
  return findProvider({ providerId: id })?.id === id ? id : undefined;
}

/** A model as the table may know it. */
interface TableName {
  /** The model. */
  readonly id: string;
  /** Who bills; undefined to find them by the model. */
  readonly providerId: string | undefined;
}

/**
 * The names under which the table may have the model that answered, the likeliest
 * first. There is none where it is not known who bills.
 */
function tableNames(
  { llm, model: answered }: CalledModel,
  provider: string | undefined,
): readonly TableName[] {
  const asked = readModelName(llm);
  const name = answered ?? llm;
  const { vendor, model } = readModelName(name);
  const own = vendor === undefined ? undefined : priceProviderOf(vendor);
  if (provider === undefined && asked.vendor === undefined) {
    if (vendor === undefined) return [{ id: name, providerId: undefined }];
    return own === undefined ? [] : [{ id: model, providerId: own }];
  }
  const biller = provider ?? priceProviderOf(asked.vendor!);
  if (biller === undefined) return [];
  // `openai/gpt-4o` is a whole name at openrouter, and a vendor and a model at openai.
  const names = [{ id: name, providerId: biller }, { id: model, providerId: biller }];
  // Another vendor may have answered, as a fallback; but one that sells the models of others bills them itself.
  const isReseller = provider !== undefined || asked.model.includes("/");
  if (own !== undefined && own !== biller && !isReseller) {
    names.push({ id: model, providerId: own });
  }
  return names;
}
