/**
 * The attempts of one call, with their times.
 *
 * @module
 */
import type { Clock } from "../../clock.ts";
import { AgentError } from "../../errors.ts";
import type { CallAttempt, CallTiming } from "../call_timing.ts";
import { LLMError } from "../llm_error.ts";

/** Records the attempts of one call. The first begins at once. */
export class AttemptLog {
  readonly #clock: Clock;
  readonly #attempts: CallAttempt[] = [];
  /** Time at which the current attempt began, or the last one failed. */
  #since: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#since = clock.now();
  }

  /**
   * Course of the call so far; undefined if it is a single request about which nothing is known.
   */
  get timing(): CallTiming | undefined {
    const [first] = this.#attempts;
    const isPlain = this.#attempts.length === 1 && first!.responded === undefined &&
      first!.queued === undefined;
    if (first === undefined || isPlain) return undefined;
    const queued = this.#attempts.reduce((sum, { queued = 0 }) => sum + queued, 0);
    return { ...(queued > 0 && { queued }), attempts: this.#attempts.slice() };
  }

  /** Begins the next attempt. */
  begin(): void {
    const waited = this.#elapse();
    const last = this.#attempts.pop()!;
    this.#attempts.push(waited > 0 ? { ...last, waited: (last.waited ?? 0) + waited } : last);
  }

  /** Ends an attempt that failed. */
  fail(llm: string, error: unknown): void {
    this.#end(llm, error instanceof LLMError ? error.timing : undefined, codeOf(error));
  }

  /** Ends the attempt that was answered, and returns the course of the call. */
  succeed(llm: string, timing: CallTiming | undefined): CallTiming | undefined {
    // A model that was asked once has said all that is known.
    if (this.#attempts.length === 0) return timing;
    this.#end(llm, timing);
    return this.timing;
  }

  /** Adds the attempts of a wrapper inside, or one attempt. */
  #end(llm: string, { queued = 0, attempts }: CallTiming = {}, error?: string): void {
    const took = Math.max(0, this.#elapse() - queued);
    this.#attempts.push(
      ...attempts ?? [{ llm, took, ...(queued > 0 && { queued }), ...(error && { error }) }],
    );
  }

  /** Returns the time since the last call. A clock that is set back counts as 0. */
  #elapse(): number {
    const now = this.#clock.now();
    const elapsed = Math.max(0, now - this.#since);
    this.#since = now;
    return elapsed;
  }
}

/** Returns the code of an error, or its name. */
function codeOf(error: unknown): string {
  if (error instanceof AgentError) return error.code;
  return error instanceof Error ? error.name : "Error";
}
