/**
 * Switch that prevents accidental calls of real models in tests.
 *
 * @module
 */
import { areRealModelsForbidden, setRealModelsForbidden } from "../llm/real_model.ts";

/**
 * Forbids real models: each call of a model outside the process throws a
 * `RealModelError` instead, in all copies of the package that the process has
 * loaded. Importing `@nomos/agent/testing/forbid-real-models` has the same effect.
 * With `using`, the previous setting is restored at the end of the scope; otherwise
 * they stay forbidden.
 *
 * @example
 * ```ts
 * import { assertRealModelsAllowed, RealModelError } from "@nomos/agent/llm";
 * import { forbidRealModels } from "@nomos/agent/testing";
 * import { assertThrows } from "@std/assert";
 *
 * forbidRealModels();
 * // Every provider calls this before each request:
 * assertThrows(() => assertRealModelsAllowed("openai/gpt-5-mini"), RealModelError);
 * ```
 */
export function forbidRealModels(): Disposable {
  return setForbidden(true);
}

/**
 * Allows real models again. With `using`, the previous setting is restored at
 * the end of the scope; otherwise they stay allowed.
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
  return setForbidden(false);
}

function setForbidden(isForbidden: boolean): Disposable {
  const wasForbidden = areRealModelsForbidden();
  setRealModelsForbidden(isForbidden);
  return { [Symbol.dispose]: () => setRealModelsForbidden(wasForbidden) };
}
