/**
 * What an answer of a model cost, as its event keeps it.
 *
 * @module
 */
import type { AgentCore } from "../turn/agent_core.ts";
import type { LiveSession } from "../turn/live_session.ts";
import type { Usage } from "../llm/llm.ts";
import { estimateUsage, readUsage } from "../llm/usage.ts";

/** A model that was called. */
export interface CalledModel {
  /** The name of the LLM, for example `"openai/gpt-5-mini"`. */
  readonly llm: string;
  /** The model that answered, as its vendor names it, where that is known. */
  readonly model?: string;
}

/**
 * What a model call cost in money, in whatever unit `limits` are given in;
 * undefined if the price is not known. It is asked after every call that
 * reported its tokens, and gives the same for the same.
 */
export type CostOf = (usage: Usage, call: CalledModel) => number | undefined;

/** What the event of a model call says of its cost. */
export interface Receipt {
  readonly usage?: Usage;
  readonly cost?: number;
  readonly model?: string;
}

/** What a model gave, whatever that is. */
export interface Answer {
  readonly output: unknown;
  readonly usage: unknown;
  readonly model: unknown;
}

/** What an answer cost; undefined if nothing is known of it. */
export function receiptOf(
  session: LiveSession,
  llm: string,
  { usage: reported, model: named, output }: Answer,
): Receipt | undefined {
  const model = typeof named === "string" ? named : undefined;
  let usage = readUsage(reported);
  if (usage === undefined && session.account?.countsTokens) {
    usage = estimateUsage(session.prompt!().chars, lengthOf(output));
  }
  if (usage === undefined) return model === undefined ? undefined : { model };
  const cost = priceOf(session.agent, usage, llm, model);
  return {
    usage,
    ...(cost !== undefined && { cost }),
    ...(model !== undefined && { model }),
  };
}

/** What tokens cost; undefined if the agent does not know. */
export function priceOf(
  { cost: costOf }: AgentCore,
  usage: Usage,
  llm: string,
  model?: string,
): number | undefined {
  if (costOf === undefined) return undefined;
  const cost = costOf(usage, model === undefined ? { llm } : { llm, model });
  return cost !== undefined && Number.isFinite(cost) && cost >= 0 ? cost : undefined;
}

function lengthOf(output: unknown): number {
  if (typeof output === "string") return output.length;
  try {
    return JSON.stringify(output)?.length ?? 0;
  } catch {
    return 0;
  }
}
