/**
 * Fallback to other models.
 *
 * @module
 */
import { type Clock, systemClock } from "../../clock.ts";
import { ConfigError, quote, reasonOf } from "../../errors.ts";
import { profileOf } from "../../schema/profiles/openai_strict.ts";
import type { CallTiming } from "../call_timing.ts";
import type { LLM, Usage } from "../llm.ts";
import { LLMError, MockLLMError } from "../llm_error.ts";
import { ANYTHING, checkOptions, FUNCTION } from "../option_rules.ts";
import { type Attempts, runAttempts } from "./attempts.ts";
import { readParts, wrapModel } from "./call.ts";

/** Failure of one model. */
export interface ModelFailure {
  /** Name of the model. */
  readonly model: string;
  /** Error that it threw. */
  readonly error: unknown;
}

/**
 * Thrown if all models of a {@linkcode fallback} failed. The error is retryable if one of theirs
 * is, with the shortest `retryAfter` of the retryable ones. `usage` is the total of all models;
 * `cause` is an `AggregateError` of their errors.
 */
export class AllModelsFailedError extends LLMError {
  /** `"LLM_ALL_FAILED"` */
  override readonly code = "LLM_ALL_FAILED";
  /** Failed models, in the order in which they were called. */
  readonly failures: readonly ModelFailure[];

  /** Creates the error. `usage` is the total usage of the failed calls, `timing` their course. */
  constructor(failures: readonly ModelFailure[], usage?: Usage, timing?: CallTiming) {
    const reasons = failures.map(({ model, error }) => `\n- ${quote(model)}: ${reasonOf(error)}`);
    const delays = failures.flatMap(({ error }) =>
      error instanceof LLMError && error.isRetryable ? [error.retryAfter ?? 0] : []
    );
    const retryAfter = Math.min(...delays);
    super(`Cannot get an answer from any of ${failures.length} models:${reasons.join("")}`, {
      cause: new AggregateError(failures.map(({ error }) => error)),
      isRetryable: delays.length > 0,
      retryAfter: retryAfter > 0 && retryAfter < Infinity ? retryAfter : undefined,
      usage,
      timing,
    });
    this.failures = failures;
  }
}

/** Options of {@linkcode fallback}. */
export interface FallbackOptions {
  /**
   * Returns true if the next model should be called after this error. Not called for aborts
   * and for a {@linkcode MisuseError}, which are always thrown unchanged. Default: true for
   * every {@linkcode LLMError} except a {@linkcode MockLLMError}. That includes refusals
   * and content filters, because another model may answer.
   */
  readonly shouldFallBack?: (error: unknown) => boolean;
  /** Clock that measures the calls, for the `timing` of results. Default: {@linkcode systemClock}. */
  readonly clock?: Clock;
}

/**
 * Creates a model that calls the first of several models, and the next one whenever a model
 * fails. It has the name of the first; `LLMResult.model` names the one that answered.
 *
 * It streams if one of the models does. If a stream fails after it has emitted text, a
 * `restart` chunk voids that text before the next model answers. The `usage` of the
 * result includes the usage that failed models reported, and its `timing` lists their calls.
 *
 * Embeddings have no fallback, because vectors of different models are not comparable. They
 * always come from the first model that has `embed()`.
 *
 * @throws {ConfigError} if there are fewer than two models, their schema profiles differ, or an
 *   option is invalid.
 * @throws {AllModelsFailedError} from a call, if all models fail.
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
  options: FallbackOptions = {},
): LLM {
  checkOptions("fall back", options, { shouldFallBack: FUNCTION, clock: ANYTHING });
  const { shouldFallBack = isModelFailure, clock = systemClock } = options;
  const models = [...llms];
  const [primary, ...others] = models;
  if (primary === undefined || others.length === 0) {
    throw new ConfigError(`Cannot fall back with ${models.length} models: expected at least 2`);
  }
  for (const other of others) checkProfile(primary, other);
  const embedder = models.find(({ embed }) => embed !== undefined);
  return wrapModel(
    primary,
    (call) =>
      call.method === "embed"
        ? readParts(call, embedder!)
        : runAttempts(createAttempts(models, shouldFallBack, clock), call),
    {
      streams: models.some(({ stream }) => stream !== undefined),
      embeds: embedder !== undefined,
    },
  );
}

function isModelFailure(error: unknown): boolean {
  // A script that does not match is a mistake in the test. A fallback would hide it.
  return error instanceof LLMError && !(error instanceof MockLLMError);
}

/** Validates that both models accept the same schema, because a request carries only one. */
function checkProfile(first: LLM, other: LLM): void {
  const [profile, otherProfile] = [profileOf(first), profileOf(other)];
  if (JSON.stringify(profile) === JSON.stringify(otherProfile)) return;
  throw new ConfigError(
    `Cannot fall back from ${describeModel(first)} to ${describeModel(other)}: ` +
      "expected equal schema profiles, because both receive the same schema. " +
      "Create both with one schemaProfile that both support",
  );
}

function describeModel(llm: LLM): string {
  return `${quote(llm.name)} (profile ${quote(profileOf(llm).name)})`;
}

/** Creates the attempts of one call, each with the next model. */
function createAttempts(
  models: readonly LLM[],
  shouldFallBack: (error: unknown) => boolean,
  clock: Clock,
): Attempts {
  const failures: ModelFailure[] = [];
  return {
    clock,
    get llm() {
      return models[failures.length]!;
    },
    get model() {
      return this.llm.name;
    },
    retry(error, { usage, timing }) {
      if (!shouldFallBack(error)) return false;
      failures.push({ model: this.llm.name, error });
      if (failures.length === models.length) {
        throw new AllModelsFailedError(failures, usage, timing);
      }
      return true;
    },
  };
}
