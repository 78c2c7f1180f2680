/**
 * Calls that were started, and the recorded lengths of their child sessions, for forks.
 *
 * @module
 */
import { ConfigError, quote } from "../errors.ts";
import type { Call } from "./call.ts";
import type { SessionEvent } from "./event.ts";

/** Call that was started and has not finished, and how far its child session was. */
export interface StartedCall {
  readonly call: number;
  readonly callKey: string;
  readonly tool: string;
  /** True if its child session waits for a person. */
  readonly isSuspended: boolean;
  /** Last recorded length of its child's log; undefined if none is recorded. */
  readonly head: number | undefined;
}

/** Returns the calls that were started; `events` are those since the decision of the calls. */
export function listStartedCalls(
  calls: readonly Call[],
  events: readonly SessionEvent[],
): readonly StartedCall[] {
  return calls.flatMap((one, call): StartedCall[] => {
    if (one.state !== "running" && one.state !== "suspended") return [];
    const { callKey, tool, state } = one;
    const last = events.findLast((event) =>
      "head" in event && event.head !== undefined && event.call === call
    );
    const head = last !== undefined && "head" in last ? last.head : undefined;
    return [{ call, callKey, tool, isSuspended: state === "suspended", head }];
  });
}

/**
 * Returns the started calls whose child sessions have begun, for a fork, which copies them.
 *
 * @throws {ConfigError} if the log does not record how far one was, because version 2 wrote it.
 */
export function listBegunChildren(
  calls: readonly Call[],
  events: readonly SessionEvent[],
): readonly (StartedCall & { readonly head: number })[] {
  return listStartedCalls(calls, events).flatMap((started) => {
    const { head = 0, callKey, isSuspended } = started;
    if (head > 0) return [{ ...started, head }];
    if (!isSuspended) return [];
    throw new ConfigError(
      `Cannot fork a child session inside call ${quote(callKey)}: version 2 did not record how ` +
        "far its child session was: expected a place outside of the call",
    );
  });
}
