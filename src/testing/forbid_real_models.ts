/**
 * Importing this module forbids real models in the process, see `forbidRealModels`.
 *
 * @example At the top of a test file; or of one for `deno test --preload`, for all test files
 * ```ts
 * import "@nomos/agent/testing/forbid-real-models";
 * import { assertRealModelsAllowed, RealModelError } from "@nomos/agent/llm";
 * import { assertThrows } from "@std/assert";
 *
 * assertThrows(() => assertRealModelsAllowed("openai/gpt-5-mini"), RealModelError);
 * ```
 *
 * @module
 */
import { forbidRealModels } from "./real_models.ts";

forbidRealModels();
