/**
 * What is known of the vendors behind the AI SDK: the table in the documentation
 * of the entry point, as data.
 *
 * @module
 */
import { openaiStrict } from "../../schema/profiles/openai_strict.ts";
import type { SchemaProfile } from "../../schema/schema_profile.ts";
import {
  anthropicStructured,
  geminiStructured,
  plainJsonSchema,
} from "../../schema/profiles/vendors.ts";
import type { MessageRules } from "../messages.ts";
import type { AiSdkModel } from "./ai_sdk_model.ts";

/** How a vendor is told what of a prompt to cache: by a key, or by marking where it ends. */
export type CacheHint = "key" | "marker";

/** Options by the names under which packages look for them. */
export type VendorOptions = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** What matters of a vendor. */
export interface Vendor {
  /** The subset of JSON Schema it accepts. */
  readonly schemaProfile: SchemaProfile;
  /** What messages it accepts. */
  readonly messageRules: MessageRules;
  /** How it is told what to cache, if it is. */
  readonly cacheHint?: CacheHint;
  /** Options that its package needs to hold the model to the schema. */
  readonly options?: VendorOptions;
  /** Whether models of v2 leave tokens of the cache out of `inputTokens`. */
  readonly isCacheApart?: boolean;
  /** Whether models of v2 leave tokens of reasoning out of `outputTokens`. */
  readonly isReasoningApart?: boolean;
}

const SYSTEM_FIRST: MessageRules = { lateSystem: false, adjacent: false };

/** Messages of one role are joined by the package, each with the marker it has. */
const JOINED_BY_PACKAGE: MessageRules = { lateSystem: false, adjacent: true };

const ANTHROPIC: Vendor = {
  schemaProfile: anthropicStructured,
  messageRules: JOINED_BY_PACKAGE,
  cacheHint: "marker",
  isCacheApart: true,
};

/** By the provider, or, where a provider serves the models of many, by both names. */
const VENDORS: readonly (readonly [name: RegExp, vendor: Vendor])[] = [
  [/^(?:[\w-]+\.)*anthropic(?:[./]|$)/, ANTHROPIC],
  [/^amazon-bedrock\/.*(?:anthropic|claude)/, ANTHROPIC],
  [/^amazon-bedrock\//, {
    schemaProfile: openaiStrict,
    messageRules: JOINED_BY_PACKAGE,
    isCacheApart: true,
  }],
  [/^(?:openai|azure)(?:\.(?:chat|responses))?\//, {
    schemaProfile: openaiStrict,
    messageRules: { lateSystem: true, adjacent: true },
    cacheHint: "key",
    // The default from v3 on; in v2 the model is only asked to keep to the schema.
    options: { openai: { strictJsonSchema: true } },
  }],
  [/^google[./]/, {
    schemaProfile: geminiStructured,
    messageRules: SYSTEM_FIRST,
    isReasoningApart: true,
  }],
  [/^mistral[./]/, { schemaProfile: plainJsonSchema, messageRules: SYSTEM_FIRST }],
];

const UNKNOWN: Vendor = { schemaProfile: openaiStrict, messageRules: SYSTEM_FIRST };

/** The vendor of a model. Behind the gateway of the AI SDK it is told by the model's name. */
export function vendorOf({ provider, modelId }: AiSdkModel): Vendor {
  const name = provider === "gateway" ? modelId : `${provider}/${modelId}`;
  return VENDORS.find(([pattern]) => pattern.test(name))?.[1] ?? UNKNOWN;
}
