/**
 * What an answer cost, as the versions of the AI SDK say it.
 *
 * @module
 */
import type { Usage } from "../../llm/llm.ts";
import { readUsage } from "../../llm/usage.ts";
import { membersOf } from "../reading.ts";
import type { Vendor } from "./vendor.ts";

/**
 * Tokens of a call. From v3 on the counts are nested and mean the same with all
 * vendors; in v2 they are flat and as each vendor has them: Anthropic and Bedrock
 * leave tokens of the cache out of the input, Google those of reasoning out of
 * the output. Here the input has all of the prompt, and the output all of the answer.
 */
export function tokenUsageOf(
  usage: unknown,
  providerMetadata: unknown,
  vendor: Vendor,
): Usage | undefined {
  const { inputTokens, outputTokens } = membersOf(usage);
  return typeof inputTokens === "object" || typeof outputTokens === "object"
    ? nestedUsage(membersOf(inputTokens), membersOf(outputTokens))
    : flatUsage(membersOf(usage), membersOf(providerMetadata), vendor);
}

type Counts = Readonly<Record<string, unknown>>;

function nestedUsage(input: Counts, output: Counts): Usage | undefined {
  return readUsage({
    input: input.total,
    output: output.total,
    cachedInput: input.cacheRead,
    cacheWriteInput: input.cacheWrite,
    reasoning: output.reasoning,
  });
}

function flatUsage(
  { inputTokens, outputTokens, cachedInputTokens, reasoningTokens }: Counts,
  { anthropic, bedrock }: Counts,
  { isCacheApart, isReasoningApart }: Vendor,
): Usage | undefined {
  const cacheWrite = membersOf(anthropic).cacheCreationInputTokens ??
    membersOf(membersOf(bedrock).usage).cacheWriteInputTokens;
  return readUsage({
    input: isCacheApart ? sumOf(inputTokens, cachedInputTokens, cacheWrite) : inputTokens,
    output: isReasoningApart ? sumOf(outputTokens, reasoningTokens) : outputTokens,
    cachedInput: cachedInputTokens,
    cacheWriteInput: cacheWrite,
    reasoning: reasoningTokens,
  });
}

/** The first count and what is to be added to it; undefined if there is no first. */
function sumOf(count: unknown, ...more: readonly unknown[]): number | undefined {
  if (typeof count !== "number") return undefined;
  return more.reduce<number>((sum, one) => typeof one === "number" ? sum + one : sum, count);
}
