/**
 * The calls of one decision, and the state of each.
 *
 * @module
 */
import type { ToolCall } from "../decision/decision.ts";
import type { SessionEvent } from "./event.ts";

/** A tool call that waits for a person. */
export interface PendingApproval {
  /** Idempotency key of the call; a verdict refers to it. */
  readonly callKey: string;
  /** Name of the tool. */
  readonly tool: string;
  /** Arguments, as the model wrote them. */
  readonly args: Readonly<Record<string, unknown>>;
  /** `"approval"`: it runs only if it is allowed; `"unknown"`: it was running when the process died. */
  readonly reason: SessionEvent<"approval_requested">["reason"];
  /** SHA-256 of key, tool and arguments, in hexadecimal. An approval with this hash is valid for no other call. */
  readonly hash: string;
}

/** Request for the verdict of a person about a call. */
export interface ApprovalRequest extends PendingApproval {
  /** Place of the call in the decision of this session, from 0. */
  readonly call: number;
}

/** One call of a decision, in exactly one state. */
export type Call = ToolCall & CallState;

/** State of a call. Requests of its child session have keys of their own. */
export type CallState =
  /** Decided, and neither started nor requested. */
  | { readonly state: "new" }
  /** Waits for the verdict of a person. */
  | { readonly state: "waiting"; readonly callKey: string; readonly request: ApprovalRequest }
  /** Started or allowed by the event with the sequence number `since`; `requests` have no verdict yet. */
  | {
    readonly state: "running";
    readonly callKey: string;
    readonly since: number;
    readonly requests: readonly ApprovalRequest[];
  }
  /** Waits for a child session that waits for a person. */
  | {
    readonly state: "suspended";
    readonly callKey: string;
    readonly requests: readonly ApprovalRequest[];
  }
  /** Was running when the process died. */
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
 * first event of the running turn, is `unknown`: its process died.
 */
export function listOpenCalls(calls: readonly Call[], from: number): readonly OpenCall[] {
  if (calls.length === 0) return NONE;
  return calls.flatMap((one, call): OpenCall[] => {
    if (one.state === "done") return [];
    if (one.state !== "running" || one.since >= from) return [{ ...one, call }];
    const { tool, args, callKey, requests } = one;
    return [{ tool, args, callKey, requests, state: "unknown", call }];
  });
}

const NONE: readonly OpenCall[] = Object.freeze([]);

/** Returns true if a call cannot run before it gets a verdict. */
export function isBlocked({ state }: CallState): boolean {
  return state === "waiting" || state === "suspended";
}

/** Returns the requests of a call that have no verdict yet. */
export function requestsOf(call: CallState): readonly ApprovalRequest[] {
  if (call.state === "waiting") return [call.request];
  return "requests" in call ? call.requests : [];
}

/** Returns the calls that wait for a person, in the order of the calls. */
export function pendingApprovals(calls: readonly Call[]): readonly PendingApproval[] {
  return calls.flatMap(requestsOf)
    .map(({ callKey, tool, args, reason, hash }) => ({ callKey, tool, args, reason, hash }));
}

/** Returns true if two rounds have the same calls with the same results. */
export function isSameRound(a: readonly Call[], b: readonly Call[]): boolean {
  return a.length === b.length && a.every((one, call) => {
    const other = b[call]!;
    return one.state === "done" && other.state === "done" && one.text === other.text &&
      one.tool === other.tool && JSON.stringify(one.args) === JSON.stringify(other.args);
  });
}
