/**
 * The calls of one decision, and the state of each.
 *
 * @module
 */
import type { ToolCall } from "../decision/decision.ts";
import { freezeJson } from "../json/json.ts";
import type { SessionEvent, ShownArgs } from "./event.ts";

/** A tool call that waits for a person. It is frozen, because the call runs as it is shown. */
export interface PendingApproval {
  /** Idempotency key of the call; a verdict refers to it. */
  readonly callKey: string;
  /** Name of the tool. */
  readonly tool: string;
  /** Arguments with which the call runs if it is allowed. */
  readonly args: Readonly<Record<string, unknown>>;
  /**
   * `"approval"`: it runs only if it is allowed; `"unknown"`: it began, and its outcome is unknown.
   */
  readonly reason: SessionEvent<"approval_requested">["reason"];
  /**
   * SHA-256 of key, tool, arguments, reason and the sequence number of the request, in
   * hexadecimal. A verdict with this hash is valid for no other request.
   */
  readonly hash: string;
  /** Id of the original session, if this is a fork: the call may be allowed there too. */
  readonly alsoIn?: string;
  /**
   * Time after which a verdict is refused, in milliseconds since 1970. Absent if it never expires.
   */
  readonly expiresAt?: number;
}

/** Request for the verdict of a person about a call. */
export interface ApprovalRequest extends PendingApproval, ShownArgs {
  /** Place of the call in the decision of this session, from 0. */
  readonly call: number;
  /** Sequence number of the request in the log of the session whose call it is. */
  readonly seq: number;
}

/** Arguments that a person allowed. */
export interface AllowedArgs extends ShownArgs {
  /** Present if the person changed them. */
  readonly isChanged?: true;
}

/** One call of a decision, in exactly one state. */
export type Call = ToolCall & CallPast & CallState;

/** Facts about a call that stay true in later states. */
export interface CallPast {
  /** Present if an earlier run of the call may have had its effect. */
  readonly hasBegun?: true;
  /** Arguments that a person allowed, by an approval or a retry. */
  readonly allowed?: AllowedArgs;
}

/** State of a call. Requests of its child session have keys of their own. */
export type CallState =
  /** Decided, and not started or deferred. It has a key if it was started before. */
  | { readonly state: "new"; readonly callKey?: string }
  /** Waits for the verdict of a person. */
  | { readonly state: "waiting"; readonly callKey: string; readonly request: ApprovalRequest }
  /**
   * Started by the event with the sequence number `since`, or continued by a verdict for its
   * child session, whose `requests` have no verdict yet.
   */
  | {
    readonly state: "running";
    readonly callKey: string;
    readonly since: number;
    readonly isContinued?: true;
    readonly requests: readonly ApprovalRequest[];
  }
  /** Waits for a child session that waits for a person. */
  | {
    readonly state: "suspended";
    readonly callKey: string;
    readonly requests: readonly ApprovalRequest[];
  }
  /** Started in an earlier turn, which did not record its end. */
  | {
    readonly state: "unknown";
    readonly callKey: string;
    readonly requests: readonly ApprovalRequest[];
  }
  /** Finished. */
  | {
    readonly state: "done";
    readonly callKey: string;
    readonly outcome: SessionEvent<"tool_finished">["outcome"];
    readonly text: string;
  };

/** A call with its place in its decision. */
export type OpenCall = Call & { readonly call: number };

/**
 * Returns the calls that have not finished. A call that was started before `from`, the
 * first event of the running turn, is `unknown`: its turn did not record its end.
 */
export function listOpenCalls(calls: readonly Call[], from: number): readonly OpenCall[] {
  if (calls.length === 0) return NONE;
  return calls.map((one, call): OpenCall => {
    if (one.state !== "running" || one.since >= from) return { ...one, call };
    const { since: _, isContinued: __, ...rest } = one;
    return { ...rest, state: "unknown", call };
  }).filter(({ state }) => state !== "done");
}

const NONE: readonly OpenCall[] = Object.freeze([]);

/** Returns true if a call cannot run before a verdict. */
export function isBlocked({ state }: CallState): boolean {
  return state === "waiting" || state === "suspended";
}

/** Returns true if a call may have had its effect, because it was started and not deferred. */
export function mayHaveEffect({ hasBegun, state }: Call): boolean {
  return hasBegun === true || state === "running" || state === "suspended" || state === "unknown";
}

/** Returns the requests of a call that have no verdict yet. */
export function requestsOf(call: CallState): readonly ApprovalRequest[] {
  if (call.state === "waiting") return [call.request];
  return "requests" in call ? call.requests : [];
}

/** Returns true if it is too late for a verdict. */
export function isExpired({ expiresAt }: PendingApproval, clock: () => number): boolean {
  return expiresAt !== undefined && clock() > expiresAt;
}

/** Returns the calls that wait for a person, in the order of the calls. */
export function pendingApprovals(calls: readonly Call[]): readonly PendingApproval[] {
  return calls.flatMap(requestsOf).map(({ call: _, seq: __, isInput: ___, ...pending }) =>
    freezeJson(pending)
  );
}

/** Returns true if two rounds have the same calls with the same results. */
export function isSameRound(a: readonly Call[], b: readonly Call[]): boolean {
  return a.length === b.length && a.every((one, call) => {
    const other = b[call]!;
    return one.state === "done" && other.state === "done" && one.text === other.text &&
      one.tool === other.tool && JSON.stringify(one.args) === JSON.stringify(other.args);
  });
}

/** Builds a request in a fixed order of keys, because snapshots are compared as text. */
export function toRequest(event: SessionEvent<"approval_requested">): ApprovalRequest {
  const { callKey, call, tool, args, isInput, reason, hash, seq, childSeq } = event;
  const { alsoIn, expiresAt } = event;
  return {
    callKey,
    call,
    tool,
    args,
    ...(isInput && { isInput }),
    reason,
    hash,
    seq: childSeq ?? seq,
    ...(alsoIn !== undefined && { alsoIn }),
    ...(expiresAt !== undefined && { expiresAt }),
  };
}

/** Returns the arguments that a verdict allows: those of the verdict, or those that were shown. */
export function allow(call: Call, verdict: SessionEvent<"approval_given">): AllowedArgs {
  const shown = call.state === "waiting" ? call.request : call;
  const { args, isInput } = verdict.args === undefined ? shown as ShownArgs : verdict as ShownArgs;
  const isChanged = verdict.args !== undefined || call.allowed?.isChanged;
  return { args, ...(isInput && { isInput }), ...(isChanged && { isChanged: true }) };
}
