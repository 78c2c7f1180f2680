/**
 * Work of a turn that observers see: what a turn waits for beside models and tools.
 *
 * @module
 */

/** Calls `run` and returns its result, for example within the context of a span. */
export type Scope = <Result>(run: () => Result) => Result;

/** Calls a function within a scope, if there is one. */
export function runIn<Result>(scope: Scope | undefined, run: () => Result): Result {
  return scope === undefined ? run() : scope(run);
}

/** Work that starts. */
export interface ObservedWork {
  /**
   * Kind of the work:
   *
   * - `"claim"`: acquiring a stored session for the turn: waiting until it is free, acquiring its
   *   lease, reading its log;
   * - `"prepare"`: building the next request; contains `guard` and `embed`;
   * - `"guard"`: calling a function of the author that decides about an action or returns a text;
   * - `"embed"`: choosing examples that are similar to the input;
   * - `"read"`: reading the model's output into a decision; contains `guard`;
   * - `"commit"`: writing to the store, also the first events of a turn together with the claim;
   * - `"yield"`: waiting until the reader of a stream asks for the next part.
   */
  readonly kind: "claim" | "prepare" | "guard" | "embed" | "read" | "commit" | "yield";
  /**
   * Name of what the work is for. `guard`: the tool, or the step to which a route leads, or the
   * step of a text. `embed`: the model, or `exampleSimilarity`. `commit`: `append` for events,
   * `release` for a lease that was not released together with the last events. Absent for the
   * other kinds.
   */
  readonly name?: string;
  /**
   * `yield`: idempotency key of the call that waits with the turn, because the part is its progress
   * or one of its child session. Absent for other parts and the other kinds.
   */
  readonly callKey?: string;
}

/** Notifies observers of work that starts, and returns the scope in which it runs, if any. */
export type OnWork = (work: ObservedWork) => Scope | undefined;
