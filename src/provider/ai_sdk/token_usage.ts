/**
 * Token usage of AI SDK answers.
 *
 * @module
 */
import type { Usage } from "../../llm/llm.ts";
import { readUsage } from "../../llm/usage.ts";
import { asRecord } from "../untrusted_values.ts";
import type { Vendor } from "./vendor.ts";

/**
 * Reads the usage of a call, normalized so that input includes cached tokens and output
 * includes reasoning.
 *
 * Since v3, counts are nested and mean the same for all vendors. In v2 they are flat and
 * vendor-specific: Anthropic and Bedrock exclude cached tokens from input, Google excludes
 * reasoning from output.
 */
export function readTokenUsage(
  usage: unknown,
  providerMetadata: unknown,
  vendor: Vendor,
): Usage | undefined {
  const { inputTokens, outputTokens } = asRecord(usage);
  return typeof inputTokens === "object" || typeof outputTokens === "object"
    ? readNestedUsage(asRecord(inputTokens), asRecord(outputTokens))
    : readFlatUsage(asRecord(usage), asRecord(providerMetadata), vendor);
}

type Counts = Readonly<Record<string, unknown>>;

function readNestedUsage(input: Counts, output: Counts): Usage | undefined {
  return readUsage({
    input: input.total,
    output: output.total,
    cachedInput: input.cacheRead,
    cacheWriteInput: input.cacheWrite,
    reasoning: output.reasoning,
  });
}

function readFlatUsage(
  { inputTokens, outputTokens, cachedInputTokens, reasoningTokens }: Counts,
  { anthropic, bedrock }: Counts,
  { excludesCachedTokens, excludesReasoningTokens }: Vendor,
): Usage | undefined {
  const cacheWrite = asRecord(anthropic).cacheCreationInputTokens ??
    asRecord(asRecord(bedrock).usage).cacheWriteInputTokens;
  return readUsage({
    input: excludesCachedTokens
      ? addCounts(inputTokens, cachedInputTokens, cacheWrite)
      : inputTokens,
    output: excludesReasoningTokens ? addCounts(outputTokens, reasoningTokens) : outputTokens,
    cachedInput: cachedInputTokens,
    cacheWriteInput: cacheWrite,
    reasoning: reasoningTokens,
  });
}

/** Adds counts, skipping absent ones. Returns undefined if the first is absent. */
function addCounts(count: unknown, ...more: readonly unknown[]): number | undefined {
  if (typeof count !== "number") return undefined;
  return more.reduce<number>((sum, one) => typeof one === "number" ? sum + one : sum, count);
}
