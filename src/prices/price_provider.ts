/**
 * Finding a vendor in the table of prices.
 *
 * @module
 */
import { findProvider } from "@pydantic/genai-prices";

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
