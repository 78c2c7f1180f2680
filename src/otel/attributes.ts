/**
 * Span attributes of vendors, tokens and cost.
 *
 * The names follow OpenTelemetry's semantic conventions for generative AI, release
 * 0.1.0. Their status is "development": they may still change, so they are written out
 * here and not imported from a package. Our own names begin with `nomos.`.
 *
 * @see {@link https://github.com/open-telemetry/semantic-conventions-genai/tree/v0.1.0/docs/gen-ai}
 * @module
 */
import type { Attributes } from "@opentelemetry/api";
import type { ModelCallRecord } from "../history/model_call.ts";
import type { Usage } from "../llm/llm.ts";
import { type ModelName, readModelName } from "../llm/model_name.ts";

/** Vendor names in the conventions, by the vendor in the name of an LLM, if they differ. */
const PROVIDERS: ReadonlyMap<string, string> = new Map([
  ["amazon-bedrock", "aws.bedrock"],
  ["azure", "azure.ai.openai"],
  ["azure-openai", "azure.ai.openai"],
  ["bedrock", "aws.bedrock"],
  ["gemini", "gcp.gemini"],
  ["google", "gcp.gemini"],
  ["google.vertex", "gcp.vertex_ai"],
  ["mistral", "mistral_ai"],
  ["moonshotai", "moonshot_ai"],
  ["vertex", "gcp.vertex_ai"],
  ["vertex.anthropic", "gcp.vertex_ai"],
  ["watsonx", "ibm.watsonx.ai"],
  ["xai", "x_ai"],
]);

/**
 * Parses the vendor and model from the name of an LLM. A vendor that the conventions do
 * not list keeps its name. A name without a vendor, such as `mock`, is used for both.
 */
export function readProvider(llm: string): ModelName & { readonly vendor: string } {
  const { vendor, model } = readModelName(llm);
  return { vendor: vendor === undefined ? llm : PROVIDERS.get(vendor) ?? vendor, model };
}

/**
 * Builds the attributes of tokens and cost. As in {@linkcode Usage}, input tokens include
 * cached ones, and output tokens include reasoning.
 */
export function buildUsageAttributes(usage: Usage = {}, cost?: number): Attributes {
  return {
    "gen_ai.usage.input_tokens": usage.input,
    "gen_ai.usage.output_tokens": usage.output,
    "gen_ai.usage.cache_read.input_tokens": usage.cachedInput,
    "gen_ai.usage.cache_write.input_tokens": usage.cacheWriteInput,
    "gen_ai.usage.reasoning.output_tokens": usage.reasoning,
    "nomos.usage_estimated": usage.isEstimated,
    "nomos.cost": cost,
  };
}

/**
 * Builds the attributes of a call's times and request: the time to the first chunk, in seconds, and
 * the share of the request's characters that the session's request before contains too.
 */
export function buildRecordAttributes({ timing, prompt }: ModelCallRecord): Attributes {
  const { asked = 0, first } = timing ?? {};
  return {
    "gen_ai.response.time_to_first_chunk": first === undefined ? undefined : (first - asked) / 1000,
    "nomos.prompt_chars": prompt?.chars,
    "nomos.prompt_stable_share": prompt && prompt.stableChars / prompt.chars,
  };
}
