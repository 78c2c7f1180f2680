/**
 * Forbids real models in the process: each call of one throws a `RealModelError`. Import this module
 * at the top of a test file, or in a file that `deno test --preload` runs before all test files.
 * `allowRealModels()` of `@nomos/agent/testing` permits them again.
 *
 * @example
 * ```ts
 * import "@nomos/agent/testing/forbid-real-models";
 * import { Agent } from "@nomos/agent";
 * import { RealModelError } from "@nomos/agent/llm";
 * import { openai } from "@nomos/agent/openai";
 * import { assertRejects } from "@std/assert";
 *
 * const agent = new Agent({
 *   name: "greeter",
 *   llm: openai({ model: "gpt-5-mini" }),
 *   start: "greet",
 *   steps: { greet: { description: "Greet the user" } },
 * });
 * await assertRejects(() => agent.createSession().next("Hi"), RealModelError);
 * ```
 *
 * @module
 */
import { forbidRealModels } from "./real_models.ts";

forbidRealModels();
