import * as llm from "@nomos/agent/llm";
import { assertEquals } from "@std/assert";

Deno.test("the entry point of wrappers exports these values", () => {
  assertEquals(Object.keys(llm).sort(), [
    "LLMBusyError",
    "LLMConnectionError",
    "LLMContentFilterError",
    "LLMFallbackError",
    "LLMHttpError",
    "LLMLengthError",
    "LLMRefusalError",
    "LLMSchemaError",
    "LLMTimeoutError",
    "anthropicStructured",
    "fallback",
    "geminiStructured",
    "limitConcurrency",
    "logged",
    "plainJsonSchema",
    "retry",
    "systemClock",
    "timeout",
  ]);
});
