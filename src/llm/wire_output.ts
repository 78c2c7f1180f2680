/**
 * Wire format of decisions.
 *
 * @module
 */
import type { LLMRequest } from "./llm.ts";

/** Wraps a decision as model output. Includes the reasoning if the request's schema has it. */
export function wireOutput(
  { schema }: LLMRequest,
  decision: unknown,
  reasoning: unknown,
): unknown {
  const properties = schema.properties as object | undefined ?? {};
  return "reasoning" in properties ? { reasoning, decision } : { decision };
}
