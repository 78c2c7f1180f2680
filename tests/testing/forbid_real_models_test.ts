import { assertRealModelsAllowed, RealModelError } from "@nomos/agent/llm";
import { assertThrows } from "@std/assert";
import "../../src/testing/forbid_real_models.ts";

Deno.test("importing forbid-real-models forbids real models", () => {
  assertThrows(() => assertRealModelsAllowed("vendor/model"), RealModelError, '"vendor/model"');
});
