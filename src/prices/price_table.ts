/**
 * The table of prices that comes with the package.
 *
 * @see {@link https://github.com/pydantic/genai-prices}
 * @module
 */
import { calcPrice, type ModelInfo, type Provider } from "@pydantic/genai-prices";
import { setBounded } from "../schema/bounded_map.ts";
import type { CalledModel } from "../cost/receipt.ts";
import { tableNames } from "./table_names.ts";
import type { Tokens } from "./tokens.ts";

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

/** Looks up models, each once: while an answer streams, a limit of cost asks for every piece of it. */
export class PriceTable {
  readonly #provider: string | undefined;
  readonly #found = new Map<string, PricedModel | undefined>();

  /** Makes it for the prices of one provider, or of whoever the names of models say. */
  constructor(provider: string | undefined) {
    this.#provider = provider;
  }

  /** The model that was called; undefined if the table does not surely have it. */
  find(call: CalledModel): PricedModel | undefined {
    const key = `${call.llm}\n${call.model ?? ""}`;
    if (this.#found.has(key)) return this.#found.get(key);
    const found = this.#lookUp(call);
    setBounded(this.#found, key, found, MAX_FOUND);
    return found;
  }

  #lookUp(call: CalledModel): PricedModel | undefined {
    for (const { id, providerId } of tableNames(call, this.#provider)) {
      const found = calculate({}, id, providerId === undefined ? {} : { providerId });
      if (found === undefined) continue;
      const { model, provider } = found;
      return { model, id, provider: { ...provider, models: [model] } };
    }
    return undefined;
  }
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
