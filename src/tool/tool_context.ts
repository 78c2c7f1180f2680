/**
 * What a tool or a guard learns about the session it runs in.
 *
 * @module
 */

/** What a guard is given. */
export interface GuardContext<out Context = unknown> {
  /** What was given to `createSession({ context })`. */
  readonly context: Context;
  /** The session. */
  readonly sessionId: string;
  /** The current step. */
  readonly step: string;
}

/** What a tool is given beside its arguments. */
export interface ToolContext<out Context = unknown> extends GuardContext<Context> {
  /**
   * Aborts when the turn is aborted, the tool's `timeout` is over, or another
   * call of the same decision failed.
   */
  readonly signal: AbortSignal;
  /** The name of this call: the same if the call is made again after a crash, or by a fork of its session. */
  readonly callKey: string;
}
