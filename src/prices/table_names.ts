/**
 * Where the table may have the price of a call.
 *
 * @module
 */
import { readModelName } from "../llm/model_name.ts";
import type { CalledModel } from "../cost/receipt.ts";
import { priceProviderOf } from "./price_provider.ts";

/** A model as the table may know it. */
export interface TableName {
  /** The model. */
  readonly id: string;
  /** Who bills; undefined to find them by the model. */
  readonly providerId: string | undefined;
}

/**
 * The names under which the table may have the model that answered, the likeliest
 * first. There is none where it is not known who bills.
 */
export function tableNames(
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
