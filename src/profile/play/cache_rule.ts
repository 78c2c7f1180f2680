/**
 * Prompt caches of vendors.
 *
 * @module
 */
import { readModelName } from "../../llm/model_name.ts";

/**
 * Rule by which a vendor caches the beginning of prompts, as far as it is published. Lifetimes are
 * left out: each request is taken to follow soon after the one before.
 */
export interface CacheRule {
  /** Least number of tokens of a cached prompt; `Infinity` if nothing is cached. */
  readonly least: number;
  /** Number of tokens by which a longer cached prompt grows. */
  readonly unit: number;
  /** The rule in words. */
  readonly text: string;
}

/** Published rule of some models. The first that fits applies. */
interface PublishedRule {
  readonly vendors: readonly string[];
  readonly models: RegExp;
  readonly least: number;
  readonly unit: number;
}

/**
 * Published rules, as of late 2026.
 *
 * @see {@link https://platform.openai.com/docs/guides/prompt-caching}
 * @see {@link https://docs.claude.com/en/docs/build-with-claude/prompt-caching}
 * @see {@link https://ai.google.dev/gemini-api/docs/caching}
 */
const RULES: readonly PublishedRule[] = [
  { vendors: ["openai", "azure"], models: /./, least: 1_024, unit: 128 },
  { vendors: ["anthropic"], models: /haiku-4|opus-4-[56]/, least: 4_096, unit: 1 },
  { vendors: ["anthropic"], models: /haiku/, least: 2_048, unit: 1 },
  { vendors: ["anthropic"], models: /./, least: 1_024, unit: 1 },
  { vendors: ["google"], models: /gemini-2/, least: 2_048, unit: 1 },
  { vendors: ["google"], models: /./, least: 4_096, unit: 1 },
];

/** Returns the rule for the model in the name of an LLM. */
export function cacheRuleOf(llm: string): CacheRule {
  const { vendor, model } = readModelName(llm);
  const found = RULES.find(({ vendors, models }) =>
    vendors.includes(vendor!) && models.test(model)
  );
  if (found === undefined) {
    const text = `No rule of a prompt cache is known for ${llm}: nothing is taken to be cached`;
    return { least: Infinity, unit: 1, text };
  }
  const { least, unit } = found;
  const steps = unit === 1 ? "" : ` and grow in steps of ${unit}`;
  const size = least.toLocaleString("en-US");
  return { least, unit, text: `Cached prompts of ${llm} have at least ${size} tokens${steps}` };
}

/** Returns the tokens that are read from the cache, if the first `stable` tokens were sent before. */
export function countCached({ least, unit }: CacheRule, stable: number): number {
  return stable < least ? 0 : Math.floor(stable / unit) * unit;
}
