import * as llm from "@nomos/agent/llm";
import { assertEquals } from "@std/assert";

Deno.test("the entry point of wrappers exports these values", () => {
  assertEquals(Object.keys(llm).sort(), [
    "AllModelsFailedError",
    "LLMBusyError",
    "LLMConnectionError",
    "LLMContentFilterError",
    "LLMContextError",
    "LLMHttpError",
    "LLMLengthError",
    "LLMRefusalError",
    "LLMSchemaError",
    "LLMTimeoutError",
    "RealModelError",
    "anthropicStructured",
    "assertRealModelsAllowed",
    "fallback",
    "geminiStructured",
    "limitConcurrency",
    "localGrammar",
    "logged",
    "openaiStrict",
    "plainJsonSchema",
    "retry",
    "systemClock",
    "timeout",
  ]);
});
