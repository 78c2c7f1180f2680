/**
 * Asking other models when one failed.
 *
 * @module
 */
import { openaiStrict, type SchemaProfile } from "../../schema/schema_profile.ts";
import { ConfigError, quote } from "../../errors.ts";
import type { LLM } from "../llm.ts";
import { LLMError } from "../llm_error.ts";
import { MockLLMError } from "../mock_llm_error.ts";
import { type Attempts, decideIn, type Failure, isFinal, streamIn } from "./attempts.ts";
import { LLMFallbackError, type ModelFailure } from "./fallback_error.ts";
import { askOrAbort } from "./or_abort.ts";
import { withSpent } from "./spent.ts";

/** Options of {@linkcode fallback}. */
export interface FallbackOptions {
  /**
   * Whether the next model is asked after what was thrown. Default: after every
   * {@linkcode LLMError}, a refusal or a filter too, for another model may answer;
   * but not when a `MockLLM` cannot play. It is not asked about an aborted call, nor
   * about a {@linkcode MisuseError}: those are thrown as they are.
   */
  readonly shouldFallBack?: (error: unknown) => boolean;
}

/**
 * A model that asks the first of several models, and the next whenever one fails.
 * It has the name of the first; `LLMResult.model` tells which one answered.
 *
 * It streams if one of them does. When a stream fails after text was handed on,
 * that of the next model begins with a `restart` chunk, which makes the text so far
 * void. What failed models cost, where their errors say so, is part of the `usage`
 * of the result.
 *
 * Embeddings come always from the same model, the first that has them, and are not
 * fallen back from: vectors of two models cannot be compared.
 *
 * @throws {ConfigError} if there are fewer than two models, or their schema profiles differ.
 * @throws {LLMFallbackError} from a call for which none of them had an answer.
 *
 * @example
 * ```ts
 * import { Agent, decide, LLMError, MockLLM } from "@nomos/agent";
 * import { fallback } from "@nomos/agent/llm";
 * import { assertEquals } from "@std/assert";
 *
 * const best = new MockLLM([new LLMError("Cannot reach the model")], { name: "best" });
 * const spare = new MockLLM([decide.respond("Hello")], { name: "spare" });
 * const agent = new Agent({
 *   name: "steadfast",
 *   llm: fallback([best, spare]),
 *   start: "greet",
 *   steps: { greet: { description: "Greet the user" } },
 * });
 * assertEquals((await agent.createSession().next("Hi")).response, "Hello");
 * ```
 */
export function fallback(
  llms: readonly LLM[],
  { shouldFallBack = isFailureOfModel }: FallbackOptions = {},
): LLM {
  const models = [...llms];
  const [primary, ...others] = models;
  if (primary === undefined || others.length === 0) {
    throw new ConfigError(`Cannot fall back with ${models.length} models: expected two or more`);
  }
  for (const other of others) checkProfile(primary, other);
  const { name, schemaProfile } = primary;
  const embedder = models.find(({ embed }) => embed !== undefined);
  const attempts = () => new Fallbacks(models, shouldFallBack);
  return {
    name,
    ...(schemaProfile !== undefined && { schemaProfile }),
    decide: (request) => decideIn(attempts(), request),
    ...(models.some(({ stream }) => stream !== undefined) && {
      stream: (request) => streamIn(attempts(), request),
    }),
    ...(embedder !== undefined && {
      embed: (texts, options) => askOrAbort(() => embedder.embed!(texts, options), options?.signal),
    }),
  };
}

function isFailureOfModel(error: unknown): boolean {
  // A script that is over is a fault of the test, which another model would hide.
  return error instanceof LLMError && !(error instanceof MockLLMError);
}

/** A request's schema is lowered once, for the profile of the first model. */
function checkProfile(first: LLM, other: LLM): void {
  const [profile, otherProfile] = [profileOf(first), profileOf(other)];
  if (JSON.stringify(profile) === JSON.stringify(otherProfile)) return;
  throw new ConfigError(
    `Cannot fall back from ${described(first)} to ${described(other)}: expected equal schema ` +
      "profiles, for both are sent the same schema: make both with a schemaProfile both accept",
  );
}

function described(llm: LLM): string {
  return `${quote(llm.name)} (profile ${quote(profileOf(llm).name)})`;
}

function profileOf({ schemaProfile = openaiStrict }: LLM): SchemaProfile {
  return schemaProfile;
}

/** The attempts of one call, each with the next model. */
class Fallbacks implements Attempts {
  readonly #models: readonly LLM[];
  readonly #shouldFallBack: (error: unknown) => boolean;
  readonly #failures: ModelFailure[] = [];

  constructor(models: readonly LLM[], shouldFallBack: (error: unknown) => boolean) {
    this.#models = models;
    this.#shouldFallBack = shouldFallBack;
  }

  get llm(): LLM {
    return this.#models[this.#failures.length]!;
  }

  get model(): string {
    return this.llm.name;
  }

  goOn({ error, spent }: Failure): void {
    if (isFinal(error) || !this.#shouldFallBack(error)) throw withSpent(error, spent);
    this.#failures.push({ model: this.model, error });
    if (this.#failures.length < this.#models.length) return;
    throw new LLMFallbackError(this.#failures, spent);
  }
}
