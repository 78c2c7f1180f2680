/**
 * Checks of the life cycle of tool calls: events against actual executions.
 *
 * @module
 */
import { findTool, type Graph } from "../../graph/graph.ts";
import type { SessionEvent } from "../../history/event.ts";
import type { State } from "../../history/state.ts";
import { mustAsk } from "./played_core.ts";

const ENDINGS = ["ended ok", "ended error", "ended redirected", "ended unknown"];

/** Allowed next states of a call, by its current state. */
const NEXT: Readonly<Record<string, readonly string[]>> = {
  "decided": ["started"],
  "approval required": ["approval requested"],
  // A new input of the user ends a call without a verdict.
  "approval requested": ["approved", "denied", "settled", "ended not_run"],
  "unknown": ["retried", "denied", "settled", "ended unknown"],
  "approved": ["started"],
  "retried": ["started"],
  "denied": ["ended denied"],
  "settled": ["ended ok"],
  // It may end without a run: before its tool is called, or if the process crashed before that.
  "started": ["run", "deferred", "ended not_run", "ended unknown"],
  // It has not run, and can be run by the next turn.
  "deferred": ["started", "approval requested", "ended not_run"],
  // Its process crashed, and another one runs it again, unless a person must be asked now.
  "interrupted": ["run", "approval requested", "ended not_run", "ended unknown"],
  "run": ENDINGS,
  "recovered": ENDINGS,
};

/** Further allowed next states of a call of a `once` tool. */
const NEXT_OF_ONCE: Readonly<Record<string, readonly string[]>> = {
  "started": ["recovered", "unknown"],
  "run": ["recovered", "unknown"],
  "recovered": ["unknown"],
};

/** States in which the tool may have run. */
const STARTED = [...Object.keys(NEXT_OF_ONCE), "interrupted"];
/** States in which a call waits for a person. */
const WAITING = ["approval requested", "unknown"];
/** States whose wrong transitions are problems of approval. */
const APPROVAL = ["approval required", ...WAITING, "approved", "retried", "denied", "settled"];

/** A call of the last decision. */
interface TrackedCall {
  key: string;
  /** True if its tool is a `once` tool, which must not run twice. */
  readonly isOnce: boolean;
  /** Current state. */
  last: string;
}

/** Tracks the calls of one session at a time. */
export class CallChecks {
  readonly #graph: Graph;
  readonly #needsApprovalNow: () => boolean;
  readonly #report: (check: "approval" | "history", message: string) => void;
  /** Calls of the last decision, by index. */
  #calls = new Map<number, TrackedCall>();
  #seq = -1;
  /** True if a limit prevents further calls of the last decision. */
  #isCut = false;

  /** Creates checks for one agent; `needsApprovalNow` replaces its `needsApproval` functions. */
  constructor(
    graph: Graph,
    needsApprovalNow: () => boolean,
    report: (check: "approval" | "history", message: string) => void,
  ) {
    this.#graph = graph;
    this.#needsApprovalNow = needsApprovalNow;
    this.#report = report;
  }

  /** Starts another session. */
  begin(): void {
    this.#calls.clear();
    this.#isCut = false;
  }

  /** Updates the states of calls with the next event. */
  add(event: SessionEvent): void {
    this.#seq = event.seq;
    switch (event.type) {
      case "limit":
        this.#isCut = event.reason === "toolCalls" || event.reason === "time";
        return;
      case "user":
        return this.#close();
      case "decision":
        this.#close();
        this.#isCut = false;
        this.#calls = new Map(this.#startTracking(event).entries());
        return;
      case "tool_started":
        return this.#transition(this.#callOf(event), "started");
      case "tool_deferred":
        return this.#transition(this.#callOf(event), "deferred");
      case "approval_requested":
        return this.#transition(
          this.#callOf(event),
          event.reason === "unknown" ? "unknown" : "approval requested",
        );
      case "approval_given":
        return this.#transition(this.#callOf(event), event.verdict);
      case "tool_finished":
        return this.#transition(this.#callOf(event), `ended ${event.outcome}`);
    }
  }

  /** Checks that the status is needs_approval if and only if all open calls wait for a person. */
  checkStatus(status: State["status"]): void {
    const waits = this.#open.length > 0 && this.#open.every(isWaiting);
    if (waits === (status === "needs_approval")) return;
    const expected = waits
      ? "needs_approval, because all unfinished calls wait for a person"
      : "another status, because there are no unfinished calls that all wait for a person";
    const found = `after event ${this.#seq} the session is ${status}`;
    this.#report("approval", `${found}: expected ${expected}`);
  }

  /** Checks that a running call was announced and approved if needed, and has not run before. */
  checkRun(callKey: string): void {
    this.#transition(this.#find(callKey), "run");
  }

  /** Checks that `whenUnknown` is called only for a `once` call that may have run. */
  checkRecovery(callKey: string): void {
    this.#transition(this.#find(callKey), "recovered");
  }

  /** Simulates a crash: running calls may run again, unless their tool is a `once` tool. */
  crash(): void {
    for (const call of this.#open.filter(({ last }) => STARTED.includes(last))) {
      if (!call.isOnce) call.last = "interrupted";
      else if (call.last === "recovered") call.last = "run";
    }
  }

  /** Checks that no call is open after the last turn, unless a later turn can finish it. */
  checkEnd(status: State["status"]): void {
    if (status === "interrupted" || status === "limited" && this.#isCut) return;
    this.#close(status === "needs_approval" ? isWaiting : undefined);
  }

  get #open(): readonly TrackedCall[] {
    return [...this.#calls.values()].filter(({ last }) => !last.startsWith("ended"));
  }

  #find(callKey: string): TrackedCall {
    return [...this.#calls.values()].find(({ key }) => key === callKey) ?? trackUndecided(callKey);
  }

  #callOf(event: { readonly callKey: string; readonly call: number }): TrackedCall {
    const call = this.#calls.get(event.call) ?? trackUndecided(event.callKey);
    this.#calls.set(event.call, call);
    call.key = event.callKey;
    return call;
  }

  #startTracking({ decision, step }: SessionEvent<"decision">): TrackedCall[] {
    if (decision.action !== "TOOL_CALL") return [];
    return decision.calls.map(({ tool: name }) => {
      const tool = findTool(this.#graph.steps.get(step)!, name)!;
      const last = mustAsk(tool, this.#needsApprovalNow()) ? "approval required" : "decided";
      return { key: "", isOnce: tool.once, last };
    });
  }

  #transition(call: TrackedCall, to: string): void {
    const { key, isOnce, last } = call;
    call.last = to;
    const next = [...NEXT[last] ?? [], ...isOnce && NEXT_OF_ONCE[last] || []];
    if (next.includes(to)) return;
    const check = [last, to].some((one) => APPROVAL.includes(one)) ? "approval" : "history";
    const expected = next.join(" or ") || "nothing more";
    this.#report(check, `call "${key}" went from "${last}" to "${to}": expected ${expected}`);
  }

  /** Checks that all calls of the last decision are finished, unless `isKept` accepts them. */
  #close(isKept: (call: TrackedCall) => boolean = () => false): void {
    for (const call of this.#open) {
      if (isKept(call)) continue;
      const [check, missing] = isWaiting(call)
        ? ["approval", "a verdict or a tool_finished event"] as const
        : ["history", "a tool_finished event"] as const;
      this.#report(check, `call "${call.key}" has no end: expected ${missing}`);
    }
    this.#calls.clear();
  }
}

function trackUndecided(key: string): TrackedCall {
  return { key, isOnce: false, last: "undecided" };
}

function isWaiting({ last }: TrackedCall): boolean {
  return WAITING.includes(last);
}
