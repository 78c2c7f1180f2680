/**
 * A decision as a model writes it.
 *
 * @module
 */
import type { LLMRequest } from "./llm.ts";

/** The output around a decision: with reasoning first where the request's schema asks for it. */
export function wireOutput(
  { schema }: LLMRequest,
  decision: unknown,
  reasoning: unknown,
): unknown {
  const properties = schema.properties as object | undefined ?? {};
  return "reasoning" in properties ? { reasoning, decision } : { decision };
}
