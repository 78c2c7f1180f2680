/**
 * The calls of one decision, and the state of each.
 *
 * @module
 */
import type { ToolCall } from "../decision/decision.ts";
import type { SessionEvent } from "./event.ts";

/** A tool call that waits for a person. */
export interface PendingApproval {
  /** Idempotency key of the call: what a verdict names. */
  readonly callKey: string;
  /** Name of the tool. */
  readonly tool: string;
  /** Arguments, as the model wrote them. */
  readonly args: Readonly<Record<string, unknown>>;
  /** `"approval"`: it runs only if allowed; `"unknown"`: it was running when the process died. */
  readonly reason: SessionEvent<"approval_requested">["reason"];
  /** SHA-256 of key, tool and arguments, in hexadecimal. An approval that names it is refused for any other call. */
  readonly hash: string;
}

/** Question to a person about a call. */
export interface Request extends PendingApproval {
  /** Place of the call in the decision of this session, from 0. */
  readonly call: number;
}

/** One call of a decision, in exactly one state. */
export type Call = ToolCall & CallState;

/** State of a call. A request of the child session of an agent that runs as a tool has a key of its own. */
export type CallState =
  /** Decided, and neither started nor asked about. */
  | { readonly state: "new" }
  /** Needs the verdict of a person. */
  | { readonly state: "waiting"; readonly callKey: string; readonly request: Request }
  /** Started, or allowed to go on, by the event `since`; the child session asked `requests` before. */
  | {
    readonly state: "running";
    readonly callKey: string;
    readonly since: number;
    readonly requests: readonly Request[];
  }
  /** Waits for a child session that asks a person. */
  | {
    readonly state: "suspended";
    readonly callKey: string;
    readonly requests: readonly Request[];
  }
  /** Was running when the process died. */
  | { readonly state: "unknown"; readonly callKey: string; readonly requests: readonly Request[] }
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
 * Returns the calls that have not finished. One that an event before `from`, the
 * first of the running turn, had started is `unknown`: its process died.
 */
export function openCalls(calls: readonly Call[], from: number): readonly OpenCall[] {
  if (calls.length === 0) return NONE;
  return calls.flatMap((one, call): OpenCall[] => {
    if (one.state === "done") return [];
    if (one.state !== "running" || one.since >= from) return [{ ...one, call }];
    const { tool, args, callKey, requests } = one;
    return [{ tool, args, callKey, requests, state: "unknown", call }];
  });
}

const NONE: readonly OpenCall[] = Object.freeze([]);

/** Returns true if a call can do nothing before a person has decided. */
export function isBlocked({ state }: CallState): boolean {
  return state === "waiting" || state === "suspended";
}

/** Returns the requests of a call that nobody has answered yet. */
export function requestsOf(call: CallState): readonly Request[] {
  if (call.state === "waiting") return [call.request];
  return "requests" in call ? call.requests : [];
}

/** Returns the calls that wait for a person, in the order of the calls. */
export function pendingApprovals(calls: readonly Call[]): readonly PendingApproval[] {
  return calls.flatMap(requestsOf)
    .map(({ callKey, tool, args, reason, hash }) => ({ callKey, tool, args, reason, hash }));
}

/** Returns true if two rounds made the same calls and got the same results. */
export function isSameRound(a: readonly Call[], b: readonly Call[]): boolean {
  return a.length === b.length && a.every((one, call) => {
    const other = b[call]!;
    return one.state === "done" && other.state === "done" && one.text === other.text &&
      one.tool === other.tool && JSON.stringify(one.args) === JSON.stringify(other.args);
  });
}
