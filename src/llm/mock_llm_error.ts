/**
 * The error of a model that plays.
 *
 * @module
 */
import { LLMError } from "./llm_error.ts";

/**
 * A {@linkcode MockLLM} cannot play: its script and what the agent did with it do
 * not fit, or it could not make up what a schema wants.
 */
export class MockLLMError extends LLMError {
  /** `"MOCK_LLM"` */
  override readonly code = "MOCK_LLM";
}
