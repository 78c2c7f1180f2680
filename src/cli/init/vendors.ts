/**
 * Models with which a new agent begins.
 *
 * @module
 */
import type { ModelConfig } from "../../config/format/agent_config.ts";
import { listNeeds, type ModelNeeds, PROVIDERS } from "../../config/model/providers.ts";
import { PACKAGES } from "./templates.ts";

/** Vendor of a model, as agent files name it. */
export type VendorName = ModelConfig["provider"];

/** Model for a first conversation with each vendor: small, and able to follow a schema. */
export const MODELS: Readonly<Record<VendorName, string>> = {
  openai: "gpt-5-mini",
  anthropic: "claude-sonnet-5",
  google: "gemini-2.5-flash",
  mistral: "mistral-small-latest",
  groq: "openai/gpt-oss-20b",
  cohere: "command-a-03-2025",
  huggingface: "openai/gpt-oss-20b",
  azure: "gpt-5-mini",
  ollama: "qwen3",
};

/** Vendors in the order of the help. */
export const VENDORS: readonly VendorName[] = Object.keys(MODELS) as VendorName[];

/** Model of the templates, in YAML and in TypeScript. */
const YAML_MODEL = "{ provider: openai, model: gpt-5-mini }";
const TS_MODEL = 'openai({ model: "gpt-5-mini" })';
const TS_IMPORT = 'import { openai } from "@nomos/agent/openai";\n';

/** Host of a resource of Azure, whose name the user must fill in. */
const AZURE_HOST = "NAME.openai.azure.com";

/** Package of Anthropic's models. */
const ANTHROPIC = "@ai-sdk/anthropic";
const ANTHROPIC_IMPORTS = `import { createAnthropic } from "${ANTHROPIC}";
import { aiSdk } from "@nomos/agent/ai-sdk";
`;

/** Replaces the model in the text of a file of a template. */
export function replaceModel(text: string, vendor: VendorName): string {
  const yaml = `{ provider: ${vendor}, model: ${MODELS[vendor]} }`;
  const replaced = text.replace(YAML_MODEL, yaml).replace(TS_MODEL, writeModel(vendor));
  if (vendor !== "anthropic") return replaced;
  // Sorted by the names of the modules, like those of the template.
  return replaced.replace(TS_IMPORT, "")
    .replace('import { Agent } from "@nomos/agent";\n', (line) => {
      const [first, second] = ANTHROPIC_IMPORTS.split(/(?<=\n)/);
      return first + line + second;
    });
}

/** Returns the hosts and environment variables that the model of a vendor needs in TypeScript. */
export function needsOf(vendor: VendorName): ModelNeeds {
  if (vendor === "azure") return { hosts: [AZURE_HOST], variables: PROVIDERS.azure.keys };
  return listNeeds({ provider: vendor, model: MODELS[vendor], kwargs: {} }, () => undefined);
}

/** Returns the packages that the model of a vendor needs in TypeScript. */
export function packagesOf(vendor: VendorName): Readonly<Record<string, string>> {
  return vendor === "anthropic" ? { [ANTHROPIC]: PACKAGES[ANTHROPIC] } : {};
}

/** Writes the model of a vendor in TypeScript. */
function writeModel(vendor: VendorName): string {
  const model = MODELS[vendor];
  if (vendor === "anthropic") return `aiSdk(createAnthropic()("${model}"))`;
  if (vendor === "openai") return `openai({ model: "${model}" })`;
  const { baseURL = `https://${AZURE_HOST}/openai/v1`, keys: [key] } = PROVIDERS[vendor];
  // The keys of all others are read by the name of their host.
  const needsKey = vendor === "cohere" || vendor === "huggingface";
  return `openai({
    model: "${model}",
    baseURL: "${baseURL}",
${needsKey ? `    server: { apiKeyVariable: "${key}" },\n` : ""}  })`;
}
