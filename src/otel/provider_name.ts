/**
 * Vendors in OpenTelemetry's conventions.
 *
 * @module
 */
import { type ModelName, readModelName } from "../llm/model_name.ts";

/**
 * The vendors that have another name in the conventions than in the names of models.
 *
 * @see {@link https://github.com/open-telemetry/semantic-conventions-genai/tree/v0.1.0/docs/registry/attributes}
 */
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
 * Who answers and with which model, from the name of an LLM. The conventions
 * allow a vendor they do not list under its own name; a name that tells no
 * vendor, such as `mock`, stands for both.
 */
export function readProvider(llm: string): ModelName & { readonly vendor: string } {
  const { vendor, model } = readModelName(llm);
  return { vendor: vendor === undefined ? llm : PROVIDERS.get(vendor) ?? vendor, model };
}
