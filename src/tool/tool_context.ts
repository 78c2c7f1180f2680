/**
 * The context of tools and guards.
 *
 * @module
 */

/** Context of a guard. */
export interface GuardContext<out Context = unknown> {
  /** The value of `createSession({ context })`. */
  readonly context: Context;
  /** The session. */
  readonly sessionId: string;
  /** The current step. */
  readonly step: string;
}

/** Context of a call, which its tool gets beside the arguments. */
export interface ToolContext<out Context = unknown> extends GuardContext<Context> {
  /** Aborts when the turn is aborted, or the tool's `timeout` is over. */
  readonly signal: AbortSignal;
  /** The name of this call: the same if the call is made again after a crash, or by a fork of its session. */
  readonly callKey: string;
}
