/**
 * The error of `MockLLM`.
 *
 * @module
 */
import { LLMError } from "./llm_error.ts";

/**
 * A {@linkcode MockLLM} cannot answer: its script does not match the agent's behaviour, or
 * it cannot generate a value that satisfies a schema.
 */
export class MockLLMError extends LLMError {
  /** `"MOCK_LLM"` */
  override readonly code = "MOCK_LLM";
}
