import "../../src/testing/forbid_real_models.ts";
import { assertThrows } from "@std/assert";
import { assertRealModelsAllowed, RealModelError } from "../../src/llm/real_model.ts";

Deno.test("forbid-real-models, forbids them by being imported", () => {
  assertThrows(() => assertRealModelsAllowed("vendor/model"), RealModelError, '"vendor/model"');
});
