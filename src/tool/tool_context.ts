/**
 * Second argument of tools, and argument of guards.
 *
 * @module
 */

/** Argument of a guard: the session and its context. */
export interface GuardContext<out Context = unknown> {
  /** Context of the session, as passed to `createSession({ context })`. */
  readonly context: Context;
  /** Id of the session. */
  readonly sessionId: string;
  /** Id of the current step. */
  readonly step: string;
}

/** Second argument of a tool: the session, its context, and the call. */
export interface ToolContext<out Context = unknown> extends GuardContext<Context> {
  /** Signal that aborts with the turn, or when the tool's `timeout` is over. */
  readonly signal: AbortSignal;
  /** Idempotency key of the call: the same if it is run again after a crash, or by a fork. */
  readonly callKey: string;
}
