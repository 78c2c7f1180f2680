/**
 * Second argument of tools, and argument of guards.
 *
 * @module
 */

/** Argument of a guard and of a dynamic text: the session, its data and its context. */
export interface GuardContext<out Data = unknown, out Context = unknown> {
  /** Data of the session; frozen. Empty if the agent has no `data` schema. */
  readonly data: Readonly<Data>;
  /** Context of the session, as passed to `createSession({ context })`. */
  readonly context: Context;
  /** Id of the session. */
  readonly sessionId: string;
  /** Id of the current step. */
  readonly step: string;
}

/** Change of the data of a session: new values by key. A value of `undefined` removes the key. */
export type DataPatch<Data = unknown> = {
  readonly [Key in keyof Data]?: Data[Key] | undefined;
};

/** Parts of the second argument of a tool that is called without a session; see `Tool.call()`. */
export interface TrialContext<Data = unknown, Context = unknown>
  extends Partial<GuardContext<Data, Context>>, Partial<Pick<ToolContext, "signal" | "callKey">> {
  /** Called with each patch of the data. Default: patches are dropped. */
  setData?(patch: unknown): void;
}

/** Second argument of a tool: the session, its data and context, and the call. */
export interface ToolContext<Data = unknown, out Context = unknown>
  extends GuardContext<Data, Context> {
  /** Data of the session when the call started; frozen. Empty if the agent has no `data` schema. */
  readonly data: Readonly<Data>;
  /** Signal that aborts with the turn, or when the tool's `timeout` is over. */
  readonly signal: AbortSignal;
  /** Idempotency key of the call: the same if it is run again after a crash, or by a fork. */
  readonly callKey: string;
  /**
   * Changes the data of the session, once the call has ended with a result: the change is
   * committed together with the result. A function is called then, with the data as they are
   * then, so that calls which run at the same time lose nothing. A call that fails changes
   * nothing, and neither does one whose patches the schema refuses: its outcome is still `ok`,
   * and the error is the `cause` in `turn.toolResults` and passed to `onWarning`. A tool without the
   * option `data` has no patch that compiles.
   *
   * @throws {ConfigError} if the call has ended, or the agent has no `data` schema.
   */
  // A method, because a tool may run in sessions whose data have more keys. The data of a tool
  // without a schema are unknown, and it has no patch of them.
  setData(
    patch: [Data] extends [object] ? DataPatch<Data> | ((data: Readonly<Data>) => DataPatch<Data>)
      : never,
  ): void;
}
