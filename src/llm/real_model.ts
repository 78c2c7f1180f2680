/**
 * Whether models that call out of the process may do so.
 *
 * @module
 */
import { MisuseError, quote } from "../errors.ts";

/** A model that calls out was called where real models are forbidden. */
export class RealModelError extends MisuseError {
  /** `"REAL_MODEL_FORBIDDEN"` */
  readonly code = "REAL_MODEL_FORBIDDEN";
  /** The name of the model. */
  readonly model: string;

  /** Makes the error from the name of the model. */
  constructor(model: string) {
    super(
      `Cannot call model ${quote(model)}: real models are forbidden in this process: ` +
        "expected a MockLLM or a cassette that replays; allowRealModels() permits real ones",
    );
    this.model = model;
  }
}

/** One switch for all copies of the package that the process has loaded. */
const FORBIDDEN: unique symbol = Symbol.for("@nomos/agent: real models are forbidden");
const shared = globalThis as { [FORBIDDEN]?: boolean };

/**
 * For every model that calls out of the process, before each call. It costs
 * nothing where real models are allowed, which they are by default.
 *
 * @throws {RealModelError} if real models are forbidden.
 *
 * @example A model of one's own that tests can forbid
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

/** Whether real models are forbidden. */
export function areRealModelsForbidden(): boolean {
  return shared[FORBIDDEN] === true;
}

/** Turns the switch of the process. */
export function setRealModelsForbidden(isForbidden: boolean): void {
  shared[FORBIDDEN] = isForbidden;
}
