import { assertRealModelsAllowed, RealModelError } from "@nomos/agent/llm";
import { assertThrows } from "@std/assert";
import "../../src/testing/forbid_real_models.ts";

Deno.test("forbid-real-models, forbids them by being imported", () => {
  assertThrows(() => assertRealModelsAllowed("vendor/model"), RealModelError, '"vendor/model"');
});
