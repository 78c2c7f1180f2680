/**
 * The switch against real models: no test calls one by accident.
 *
 * @module
 */
import { areRealModelsForbidden, setRealModelsForbidden } from "../llm/real_model.ts";

/**
 * Makes every model that calls out of the process throw a `RealModelError`
 * instead, in all copies of the package that the process has loaded. The import
 * of `@nomos/agent/testing/forbid-real-models` does the same.
 *
 * @example
 * ```ts
 * import { assertRealModelsAllowed, RealModelError } from "@nomos/agent/llm";
 * import { forbidRealModels } from "@nomos/agent/testing";
 * import { assertThrows } from "@std/assert";
 *
 * forbidRealModels();
 * // What every provider does before it calls out:
 * assertThrows(() => assertRealModelsAllowed("openai/gpt-5-mini"), RealModelError);
 * ```
 */
export function forbidRealModels(): void {
  setRealModelsForbidden(true);
}

/**
 * Permits real models again: for good, or with `using` to the end of the scope,
 * where it is again as it was.
 *
 * @example
 * ```ts
 * import { assertRealModelsAllowed, RealModelError } from "@nomos/agent/llm";
 * import { allowRealModels, forbidRealModels } from "@nomos/agent/testing";
 * import { assertThrows } from "@std/assert";
 *
 * forbidRealModels();
 * {
 *   using _ = allowRealModels();
 *   assertRealModelsAllowed("openai/gpt-5-mini");
 * }
 * assertThrows(() => assertRealModelsAllowed("openai/gpt-5-mini"), RealModelError);
 * ```
 */
export function allowRealModels(): Disposable {
  const wasForbidden = areRealModelsForbidden();
  setRealModelsForbidden(false);
  return { [Symbol.dispose]: () => setRealModelsForbidden(wasForbidden) };
}
