/**
 * The names of what a span says: those of OpenTelemetry's conventions for
 * generative AI, and our own, which begin with `nomos.`.
 *
 * The conventions are those of release 0.1.0, whose status is "development":
 * names may still change, so they stand here as text and not in a package.
 *
 * @see {@link https://github.com/open-telemetry/semantic-conventions-genai/tree/v0.1.0/docs/gen-ai}
 * @module
 */
import type { Attributes } from "@opentelemetry/api";
import type { Usage } from "../llm/llm.ts";
import { TOKEN_COUNTS } from "../llm/usage.ts";

/** The names in the conventions. */
export const GEN_AI = {
  agent: "gen_ai.agent.name",
  conversation: "gen_ai.conversation.id",
  errorType: "error.type",
  inputMessages: "gen_ai.input.messages",
  operation: "gen_ai.operation.name",
  outputMessages: "gen_ai.output.messages",
  outputType: "gen_ai.output.type",
  provider: "gen_ai.provider.name",
  requestModel: "gen_ai.request.model",
  responseModel: "gen_ai.response.model",
  tool: "gen_ai.tool.name",
  toolArguments: "gen_ai.tool.call.arguments",
  toolCall: "gen_ai.tool.call.id",
  toolDescription: "gen_ai.tool.description",
  toolResult: "gen_ai.tool.call.result",
  toolType: "gen_ai.tool.type",
} as const;

/** Our own names. */
export const NOMOS = {
  action: "nomos.action",
  cost: "nomos.cost",
  endStep: "nomos.end_step",
  from: "nomos.from",
  isEstimated: "nomos.usage_estimated",
  legal: "nomos.legal",
  limit: "nomos.limit",
  limitReason: "nomos.limit_reason",
  message: "nomos.message",
  outcome: "nomos.outcome",
  path: "nomos.path",
  reason: "nomos.reason",
  scope: "nomos.scope",
  spent: "nomos.spent",
  status: "nomos.status",
  step: "nomos.step",
  to: "nomos.to",
} as const;

/** Tokens in the conventions: as here, the parts are counted in their whole too. */
const TOKENS: Readonly<Record<(typeof TOKEN_COUNTS)[number], string>> = {
  input: "gen_ai.usage.input_tokens",
  output: "gen_ai.usage.output_tokens",
  cachedInput: "gen_ai.usage.cache_read.input_tokens",
  cacheWriteInput: "gen_ai.usage.cache_write.input_tokens",
  reasoning: "gen_ai.usage.reasoning.output_tokens",
};

/** The attributes of what was spent; nothing for what is not known. */
export function spendingAttributes(usage: Usage = {}, cost?: number): Attributes {
  const attributes: Attributes = {};
  for (const name of TOKEN_COUNTS) {
    const count = usage[name];
    if (count !== undefined) attributes[TOKENS[name]] = count;
  }
  if (usage.isEstimated) attributes[NOMOS.isEstimated] = true;
  if (cost !== undefined) attributes[NOMOS.cost] = cost;
  return attributes;
}
