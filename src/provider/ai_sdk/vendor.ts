/**
 * Defaults and protocol differences of vendors, as in the table of the module documentation.
 *
 * @module
 */
import { openaiStrict } from "../../schema/profiles/openai_strict.ts";
import {
  anthropicStructured,
  geminiStructured,
  localGrammar,
  plainJsonSchema,
} from "../../schema/profiles/vendors.ts";
import type { SchemaProfile } from "../../schema/schema_profile.ts";
import type { MessageRules } from "../messages.ts";
import type { AiSdkModel } from "./ai_sdk_model.ts";

/** Prompt cache hint: a cache key per session, or markers at the end of cacheable prefixes. */
export type CacheHint = "key" | "marker";

/** Vendor-specific options, by the name under which the vendor's package reads them. */
export type VendorOptions = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** Defaults and protocol differences of a vendor. */
export interface Vendor {
  /** Subset of JSON Schema that it accepts. */
  readonly schemaProfile: SchemaProfile;
  /** Message order that it accepts. */
  readonly messageRules: MessageRules;
  /** Prompt cache hint; undefined if none is sent. */
  readonly cacheHint?: CacheHint;
  /** Options that make its package enforce the schema. */
  readonly options?: VendorOptions;
  /** If true, `inputTokens` of v2 models excludes cached tokens. */
  readonly excludesCachedTokens?: boolean;
  /** If true, `outputTokens` of v2 models excludes reasoning. */
  readonly excludesReasoningTokens?: boolean;
}

const SYSTEM_FIRST: MessageRules = { lateSystem: false, adjacent: false };

/** Rules for packages that join messages of one role themselves and keep their cache markers. */
const JOINED_BY_PACKAGE: MessageRules = { lateSystem: false, adjacent: true };

const ANTHROPIC: Vendor = {
  schemaProfile: anthropicStructured,
  messageRules: JOINED_BY_PACKAGE,
  cacheHint: "marker",
  excludesCachedTokens: true,
};

/** Vendors by `provider/modelId`. The model matters for providers that serve several vendors. */
const VENDORS: readonly (readonly [pattern: RegExp, vendor: Vendor])[] = [
  [/^(?:[\w-]+\.)*anthropic(?:[./]|$)/, ANTHROPIC],
  [/^amazon-bedrock\/.*(?:anthropic|claude)/, ANTHROPIC],
  [/^amazon-bedrock\//, {
    schemaProfile: openaiStrict,
    messageRules: JOINED_BY_PACKAGE,
    excludesCachedTokens: true,
  }],
  [/^(?:openai|azure)(?:\.(?:chat|responses))?\//, {
    schemaProfile: openaiStrict,
    messageRules: { lateSystem: true, adjacent: true },
    cacheHint: "key",
    // The default since v3. In v2, the schema is not enforced without it.
    options: { openai: { strictJsonSchema: true } },
  }],
  [/^google[./]/, {
    schemaProfile: geminiStructured,
    messageRules: SYSTEM_FIRST,
    excludesReasoningTokens: true,
  }],
  // Its package sends the markers that Anthropic's package sends.
  [/^openrouter(?:\.chat)?\/anthropic\//, {
    schemaProfile: openaiStrict,
    messageRules: SYSTEM_FIRST,
    cacheHint: "marker",
  }],
  [/^mistral[./]/, { schemaProfile: plainJsonSchema, messageRules: SYSTEM_FIRST }],
  [/^(?:ollama|lm[-_ ]?studio|vllm|sglang|llama[-_.]?cpp)\b/i, {
    schemaProfile: localGrammar,
    messageRules: SYSTEM_FIRST,
  }],
];

const UNKNOWN: Vendor = { schemaProfile: openaiStrict, messageRules: SYSTEM_FIRST };

/** Returns the vendor of a model. Behind the gateway, `modelId` names the vendor. */
export function findVendor(
  { provider, modelId }: Pick<AiSdkModel, "provider" | "modelId">,
): Vendor {
  const name = provider === "gateway" ? modelId : `${provider}/${modelId}`;
  return VENDORS.find(([pattern]) => pattern.test(name))?.[1] ?? UNKNOWN;
}
