/**
 * Checks of the life cycle of tool calls: events against actual executions.
 *
 * @module
 */
import type { Graph } from "../../graph/graph.ts";
import type { SessionEvent } from "../../history/event.ts";
import { toolInternals } from "../../tool/tool_internals.ts";
import type { State } from "../../turn/state.ts";

const ENDINGS = ["ended ok", "ended error", "ended redirected", "ended unknown"];

/** Allowed next states of a call, by its current state. */
const NEXT: Readonly<Record<string, readonly string[]>> = {
  "decided": ["started"],
  "approval required": ["approval requested"],
  // A new input of the user ends a call without a verdict.
  "approval requested": ["approved", "denied", "settled", "ended not_run"],
  "unknown": ["approved", "denied", "settled", "ended unknown"],
  "approved": ["started"],
  "denied": ["ended denied"],
  "settled": ["ended ok"],
  // Ended before its tool was called, or in a process that crashed before it recorded the call.
  "started": ["run", "ended not_run", "ended unknown"],
  "run": ENDINGS,
  "recovered": ENDINGS,
};

/** Further allowed next states of a call of a `once` tool. */
const NEXT_OF_ONCE: Readonly<Record<string, readonly string[]>> = {
  "started": ["recovered", "unknown"],
  "run": ["recovered", "unknown"],
  "recovered": ["unknown"],
};

const STARTED = Object.keys(NEXT_OF_ONCE);
const WAITING = ["approval requested", "unknown"];
const APPROVAL = ["approval required", ...WAITING, "approved", "denied", "settled"];

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

  /** Updates the state of calls by the next event. */
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
        this.#calls = new Map(this.#decidedBy(event).entries());
        return;
      case "tool_started":
        return this.#transition(this.#callOf(event), "started");
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

  /** Checks that the status is needs_approval exactly if all unfinished calls wait for a person. */
  checkStatus(status: State["status"]): void {
    const waits = this.#open.length > 0 && this.#open.every(isWaiting);
    if (waits === (status === "needs_approval")) return;
    const expected = waits
      ? "needs_approval, because all unfinished calls wait for a person"
      : "another status, because there are no unfinished calls that all wait for a person";
    const found = `after event ${this.#seq} the session is ${status}`;
    this.#report("approval", `${found}: expected ${expected}`);
  }

  /** Checks that a call that runs was announced, was approved if needed, and did not run before. */
  checkRun(callKey: string): void {
    this.#transition(this.#find(callKey), "run");
  }

  /** Checks that `whenUnknown` is called only for a `once` call that may have run. */
  checkRecovery(callKey: string): void {
    this.#transition(this.#find(callKey), "recovered");
  }

  /** Simulates a crash: running calls may run again, unless their tool is a `once` tool. */
  die(): void {
    for (const call of this.#open.filter(({ last }) => STARTED.includes(last))) {
      if (!call.isOnce) call.last = "started";
      else if (call.last === "recovered") call.last = "run";
    }
  }

  /** Checks that at the end calls are unfinished only if a later turn can finish them. */
  checkEnd(status: State["status"]): void {
    if (status === "interrupted" || status === "limited" && this.#isCut) return;
    this.#close(status === "needs_approval" ? isWaiting : undefined);
  }

  get #open(): readonly TrackedCall[] {
    return [...this.#calls.values()].filter(({ last }) => !last.startsWith("ended"));
  }

  #find(callKey: string): TrackedCall {
    return [...this.#calls.values()].find(({ key }) => key === callKey) ?? undecided(callKey);
  }

  #callOf(event: { readonly callKey: string; readonly call: number }): TrackedCall {
    const call = this.#calls.get(event.call) ?? undecided(event.callKey);
    this.#calls.set(event.call, call);
    call.key = event.callKey;
    return call;
  }

  #decidedBy({ decision, step }: SessionEvent<"decision">): TrackedCall[] {
    if (decision.action !== "TOOL_CALL") return [];
    const { tools } = this.#graph.steps.get(step)!;
    return decision.calls.map(({ tool: name }) => {
      const tool = tools.find((one) => one.name === name)!;
      const needs = toolInternals(tool).needsApproval;
      const mustAsk = typeof needs === "boolean" ? needs : this.#needsApprovalNow();
      return { key: "", isOnce: tool.once, last: mustAsk ? "approval required" : "decided" };
    });
  }

  #transition(call: TrackedCall, what: string): void {
    const { key, isOnce, last } = call;
    call.last = what;
    const next = [...NEXT[last] ?? [], ...isOnce && NEXT_OF_ONCE[last] || []];
    if (next.includes(what)) return;
    const check = [last, what].some((one) => APPROVAL.includes(one)) ? "approval" : "history";
    const expected = next.join(" or ") || "nothing more";
    this.#report(check, `call "${key}" went from "${last}" to "${what}": expected ${expected}`);
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

function undecided(key: string): TrackedCall {
  return { key, isOnce: false, last: "undecided" };
}

function isWaiting({ last }: TrackedCall): boolean {
  return WAITING.includes(last);
}
