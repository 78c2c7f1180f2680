/**
 * Process-wide switch that forbids calls of real models, for tests.
 *
 * @module
 */
import { MisuseError, quote } from "../errors.ts";

/** Thrown if a real model is called in a process that forbids real models. */
export class RealModelError extends MisuseError {
  /** `"REAL_MODEL_FORBIDDEN"` */
  readonly code = "REAL_MODEL_FORBIDDEN";
  /** Name of the model. */
  readonly model: string;

  /** Creates the error for a model. */
  constructor(model: string) {
    super(
      `Cannot call model ${quote(model)}: real models are forbidden in this process. ` +
        "Use a MockLLM or a replaying cassette, or allow them: allowRealModels(), or --model real",
    );
    this.model = model;
  }
}

/** Global symbol, so that all loaded copies of the package share the switch. */
const FORBIDDEN: unique symbol = Symbol.for("@nomos/agent: real models are forbidden");
const shared = globalThis as { [FORBIDDEN]?: boolean };

/**
 * Throws if real models are forbidden. A model that calls a server should call this function
 * before each request. Real models are allowed by default.
 *
 * @throws {RealModelError} if real models are forbidden.
 *
 * @example A custom model that tests can forbid
 * ```ts
 * import { type LLM } from "@nomos/agent";
 * import { assertRealModelsAllowed } from "@nomos/agent/llm";
 *
 * const llm: LLM = {
 *   name: "house/model",
 *   decide: async (request) => {
 *     assertRealModelsAllowed("house/model");
 *     const body = JSON.stringify({ messages: request.messages, schema: request.schema });
 *     const response = await fetch("https://models.example/decide", { method: "POST", body });
 *     return { output: await response.text() };
 *   },
 * };
 * console.log(llm.name);
 * ```
 */
export function assertRealModelsAllowed(name: string): void {
  if (shared[FORBIDDEN] === true) throw new RealModelError(name);
}

/** True if real models are forbidden in this process. */
export function areRealModelsForbidden(): boolean {
  return shared[FORBIDDEN] === true;
}

/** Sets the process-wide switch. */
export function setRealModelsForbidden(isForbidden: boolean): void {
  shared[FORBIDDEN] = isForbidden;
}
