/**
 * Asking other models when one failed.
 *
 * @module
 */
import { openaiStrict } from "../../schema/profiles/openai_strict.ts";
import type { SchemaProfile } from "../../schema/schema_profile.ts";
import { ConfigError, quote, reasonOf } from "../../errors.ts";
import type { LLM, Usage } from "../llm.ts";
import { LLMError } from "../llm_error.ts";
import { MockLLMError } from "../mock_llm_error.ts";
import { type Attempts, runAttempts } from "./attempts.ts";
import { readParts, wrapModel } from "./call.ts";

/** A model that failed. */
export interface ModelFailure {
  /** Name of the model. */
  readonly model: string;
  /** The error that it threw. */
  readonly error: unknown;
}

/**
 * None of the models of a {@linkcode fallback} had an answer. It may be retried if
 * one of their errors may; the shortest `retryAfter` of those holds. Its `usage` is
 * that of all of them, and its `cause` an `AggregateError` of their errors.
 */
export class AllModelsFailedError extends LLMError {
  /** `"LLM_ALL_FAILED"` */
  override readonly code = "LLM_ALL_FAILED";
  /** The models and their errors, in the order in which they were asked. */
  readonly failures: readonly ModelFailure[];

  /** Makes the error from the failures, and from the usage of all of them. */
  constructor(failures: readonly ModelFailure[], usage?: Usage) {
    const reasons = failures.map(({ model, error }) => `\n- ${quote(model)}: ${reasonOf(error)}`);
    const passing = failures.flatMap(({ error }) =>
      error instanceof LLMError && error.isRetryable ? [error.retryAfter ?? 0] : []
    );
    const retryAfter = Math.min(...passing);
    super(`Cannot get an answer from any of ${failures.length} models:${reasons.join("")}`, {
      cause: new AggregateError(failures.map(({ error }) => error)),
      isRetryable: passing.length > 0,
      retryAfter: retryAfter > 0 && retryAfter < Infinity ? retryAfter : undefined,
      usage,
    });
    this.failures = failures;
  }
}

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
 * @throws {AllModelsFailedError} from a call for which none of them had an answer.
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
  const embedder = models.find(({ embed }) => embed !== undefined);
  return wrapModel(
    primary,
    (call) =>
      call.method === "embed"
        ? readParts(call, embedder!)
        : runAttempts(oneByOne(models, shouldFallBack), call),
    {
      streams: models.some(({ stream }) => stream !== undefined),
      embeds: embedder !== undefined,
    },
  );
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
function oneByOne(models: readonly LLM[], shouldFallBack: (error: unknown) => boolean): Attempts {
  const failures: ModelFailure[] = [];
  return {
    get llm() {
      return models[failures.length]!;
    },
    get model() {
      return this.llm.name;
    },
    retry(error, usage) {
      if (!shouldFallBack(error)) return false;
      failures.push({ model: this.llm.name, error });
      if (failures.length === models.length) throw new AllModelsFailedError(failures, usage);
      return true;
    },
  };
}
