/**
 * Second argument of a running tool.
 *
 * @module
 */
import { ConfigError, quote } from "../../errors.ts";
import type { JsonObject } from "../../json/json.ts";
import type { GuardContext, ToolContext } from "../../tool/tool_context.ts";
import { NO_DATA } from "../session_data.ts";

/** Context of one call. Its signal is created when it is first read, because most tools never do. */
export class CallContext implements ToolContext<JsonObject> {
  readonly data: JsonObject;
  readonly context: unknown;
  readonly sessionId: string;
  readonly step: string;
  readonly callKey: string;
  /** Patches of the data, in the order of `setData()`; undefined if there are none. */
  patches: unknown[] | undefined;
  /** Called when the call is given up. */
  onGivenUp: (() => void) | undefined;
  /** True if the tool was called. */
  isStarted = false;
  /** True if the tool has returned or thrown. */
  hasEnded = false;
  /** True if the call was given up: its result is no longer awaited. */
  isGivenUp = false;
  /** True if the call took longer than its timeout. */
  hasTimedOut = false;
  #controller: AbortController | undefined;
  #reason: unknown;

  constructor({ data, context, sessionId, step }: GuardContext, callKey: string) {
    this.data = data as JsonObject;
    this.context = context;
    this.sessionId = sessionId;
    this.step = step;
    this.callKey = callKey;
  }

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#reason !== undefined) this.#controller.abort(this.#reason);
    }
    return this.#controller.signal;
  }

  // A getter, so that a call whose tool does not change the data creates no function.
  get setData(): ToolContext["setData"] {
    return (patch) => {
      const isLate = this.hasEnded || this.isGivenUp || this.hasTimedOut;
      if (isLate) {
        throw this.#refuse('the call has ended: await in "run" everything that calls setData()');
      }
      if (this.data === NO_DATA) {
        throw this.#refuse('its agent has no data: set the option "data" of the agent to a schema');
      }
      (this.patches ??= []).push(patch);
    };
  }

  #refuse(reason: string): ConfigError {
    const { sessionId, callKey } = this;
    return new ConfigError(
      `Cannot change the data of session ${quote(sessionId)} in call ${quote(callKey)}: ${reason}`,
    );
  }

  /** Returns a context of the same call, with another signal. */
  renew(): CallContext {
    return new CallContext(this, this.callKey);
  }

  /** Aborts the call's signal. */
  abort(reason: Error): void {
    if (this.#reason !== undefined) return;
    this.#reason = reason;
    this.#controller?.abort(reason);
  }

  /** Aborts the call's signal, and stops waiting for its result. */
  giveUp(reason: Error): void {
    this.isGivenUp = true;
    this.abort(reason);
    this.onGivenUp?.();
  }
}
