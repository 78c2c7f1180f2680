/**
 * Checks of every tool call of a session, by its events and by what really runs.
 *
 * @module
 */
import type { Graph } from "../../graph/graph.ts";
import type { SessionEvent } from "../../history/event.ts";
import { toolInternals } from "../../tool/tool_internals.ts";
import type { State } from "../../turn/state.ts";

const ENDINGS = ["ended ok", "ended error", "ended redirected", "ended unknown"];

/** What may happen to a call next, by what happened to it last. */
const NEXT: Readonly<Record<string, readonly string[]>> = {
  "decided": ["begun"],
  "to be asked about": ["asked about"],
  // A call that nobody decided about ends when the user goes on.
  "asked about": ["approved", "denied", "settled", "ended not_run"],
  "unknown": ["approved", "denied", "settled", "ended unknown"],
  "approved": ["begun"],
  "denied": ["ended denied"],
  "settled": ["ended ok"],
  // Before its tool was called, or in a process that died before it could say so.
  "begun": ["run", "ended not_run", "ended unknown"],
  "run": ENDINGS,
  "found out": ENDINGS,
};

/** What may also happen to a call of a tool that runs once. */
const NEXT_OF_ONCE: Readonly<Record<string, readonly string[]>> = {
  "begun": ["found out", "unknown"],
  "run": ["found out", "unknown"],
  "found out": ["unknown"],
};

const BEGUN = Object.keys(NEXT_OF_ONCE);
const WAITING = ["asked about", "unknown"];
const APPROVAL = ["to be asked about", ...WAITING, "approved", "denied", "settled"];

/** One call of the last decision. */
interface FollowedCall {
  key: string;
  /** True if it never runs a second time. */
  readonly isOnce: boolean;
  /** What happened to it last. */
  last: string;
}

/** Follows the calls of one session at a time. */
export class CallChecks {
  readonly #graph: Graph;
  readonly #asksNow: () => boolean;
  readonly #report: (check: "approval" | "history", message: string) => void;
  /** The calls of the last decision, by their place in it. */
  #calls = new Map<number, FollowedCall>();
  #seq = -1;
  /** True if a limit keeps calls of the last decision from being made. */
  #isCut = false;

  /** Checks sessions of one agent; `asksNow` is what functions that decide about approval say. */
  constructor(
    graph: Graph,
    asksNow: () => boolean,
    report: (check: "approval" | "history", message: string) => void,
  ) {
    this.#graph = graph;
    this.#asksNow = asksNow;
    this.#report = report;
  }

  /** Begins another session. */
  begin(): void {
    this.#calls.clear();
    this.#isCut = false;
  }

  /** Follows the next event. */
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
        return this.#happened(this.#callOf(event), "begun");
      case "approval_requested":
        return this.#happened(
          this.#callOf(event),
          event.reason === "unknown" ? "unknown" : "asked about",
        );
      case "approval_given":
        return this.#happened(this.#callOf(event), event.verdict);
      case "tool_finished":
        return this.#happened(this.#callOf(event), `ended ${event.outcome}`);
    }
  }

  /** A session needs approval exactly while all that is left of its calls waits for a person. */
  checkStatus(status: State["status"]): void {
    const waits = this.#open.length > 0 && this.#open.every(isWaiting);
    if (waits === (status === "needs_approval")) return;
    const expected = waits
      ? "needs_approval, because all that is left waits for a person"
      : "another status, because nothing is left to a person alone";
    const found = `after event ${this.#seq} the session is ${status}`;
    this.#report("approval", `${found}: expected ${expected}`);
  }

  /** A call runs: it was announced, allowed where it must be, and did not run before. */
  checkRun(callKey: string): void {
    this.#happened(this.#find(callKey), "run");
  }

  /** A tool finds out what became of a call: only for one that may have run, and must not again. */
  checkFindingOut(callKey: string): void {
    this.#happened(this.#find(callKey), "found out");
  }

  /** The process died: what was running may run again, unless its tool runs once. */
  die(): void {
    for (const call of this.#open.filter(({ last }) => BEGUN.includes(last))) {
      if (!call.isOnce) call.last = "begun";
      else if (call.last === "found out") call.last = "run";
    }
  }

  /** The session is left as it is: calls are open only if something goes on with them. */
  checkEnd(status: State["status"]): void {
    if (status === "interrupted" || status === "limited" && this.#isCut) return;
    this.#close(status === "needs_approval" ? isWaiting : undefined);
  }

  get #open(): readonly FollowedCall[] {
    return [...this.#calls.values()].filter(({ last }) => !last.startsWith("ended"));
  }

  #find(callKey: string): FollowedCall {
    return [...this.#calls.values()].find(({ key }) => key === callKey) ?? undecided(callKey);
  }

  #callOf(event: { readonly callKey: string; readonly call: number }): FollowedCall {
    const call = this.#calls.get(event.call) ?? undecided(event.callKey);
    this.#calls.set(event.call, call);
    call.key = event.callKey;
    return call;
  }

  #decidedBy({ decision, step }: SessionEvent<"decision">): FollowedCall[] {
    if (decision.action !== "TOOL_CALL") return [];
    const { tools } = this.#graph.steps.get(step)!;
    return decision.calls.map(({ tool: name }) => {
      const tool = tools.find((one) => one.name === name)!;
      const needs = toolInternals(tool).needsApproval;
      const mustAsk = typeof needs === "boolean" ? needs : this.#asksNow();
      return { key: "", isOnce: tool.once, last: mustAsk ? "to be asked about" : "decided" };
    });
  }

  #happened(call: FollowedCall, what: string): void {
    const { key, isOnce, last } = call;
    call.last = what;
    const next = [...NEXT[last] ?? [], ...isOnce && NEXT_OF_ONCE[last] || []];
    if (next.includes(what)) return;
    const check = [last, what].some((one) => APPROVAL.includes(one)) ? "approval" : "history";
    const expected = next.join(" or ") || "nothing more";
    this.#report(check, `call "${key}" was ${last}, then ${what}: expected ${expected}`);
  }

  /** Nothing of the last decision may be left, except what is kept. */
  #close(isKept: (call: FollowedCall) => boolean = () => false): void {
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

function undecided(key: string): FollowedCall {
  return { key, isOnce: false, last: "undecided" };
}

function isWaiting({ last }: FollowedCall): boolean {
  return WAITING.includes(last);
}
