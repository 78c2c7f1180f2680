/**
 * Where a session stands, derived from its log alone.
 *
 * @module
 */
import {
  type Call,
  type CallState,
  isBlocked,
  isSameRound,
  type Request,
  requestsOf,
} from "./call.ts";
import type { SessionEvent } from "./event.ts";

/** State of a session between two turns, or during one. */
export type SessionStatus =
  | "waiting"
  | "running"
  | "interrupted"
  | "limited"
  | "needs_approval"
  | "ended";

/** Limit after which the model may only answer. */
export type RespondOnlyReason = SessionEvent<"respond_only">["reason"];

/** The fold of a log. Events are applied in order, each once. */
export class Position {
  /** Current step. */
  step: string;
  /** Status by the log alone; a running turn reads as `interrupted`. */
  status: Exclude<SessionStatus, "running"> = "waiting";
  /** Sequence number of the decision whose calls these are. */
  decision = -1;
  /** Calls of the last decision; empty once all have finished. */
  calls: readonly Call[] = [];
  /** Number of decisions asked for in this turn. */
  decisions = 0;
  /** Number of errors in a row. */
  errors = 0;
  /** Limit after which the model may only answer, and if that was tried in vain; null below it. */
  respondOnly: { readonly reason: RespondOnlyReason; readonly isRefused: boolean } | null = null;
  /** Number of equal rounds in a row. */
  repeats = 0;
  /** Calls of the last round that has finished. */
  lastRound: readonly Call[] = [];

  /** Begins at the first step of a graph. */
  constructor(start: string) {
    this.step = start;
  }

  /** Restores a snapshot; undefined if it has another version than this release writes. */
  static from(start: string, snapshot: string): Position | undefined {
    const [version, fields] = JSON.parse(snapshot);
    if (version !== SNAPSHOT_VERSION) return undefined;
    return Object.assign(new Position(start), fields);
  }

  /** Returns all fields as text: equal positions give equal texts. */
  snapshot(): string {
    return JSON.stringify([SNAPSHOT_VERSION, this]);
  }

  /** Returns an independent copy. */
  copy(): Position {
    return Object.assign(new Position(this.step), this);
  }

  /** Replaces this state with `other`. */
  replaceBy(other: Position): void {
    Object.assign(this, other);
  }

  /** Applies the next event of the log. */
  apply(event: SessionEvent): void {
    switch (event.type) {
      case "user":
        return this.#startTurn("interrupted");
      case "decision":
        return this.#applyDecision(event);
      case "tool_started":
        return this.#running(event, []);
      case "tool_finished":
        return this.#finish(event, event.outcome, event.text);
      case "approval_requested":
        return this.#applyRequest(event);
      case "approval_given":
        return this.#applyVerdict(event);
      case "moved":
        this.step = event.to;
        this.errors = 0;
        return this.#forgetRounds();
      case "error":
        this.status = "interrupted";
        this.decisions++;
        this.errors++;
        if (this.respondOnly !== null) {
          this.respondOnly = { reason: this.respondOnly.reason, isRefused: true };
        }
        return this.#forgetRounds();
      case "model_failed":
        this.status = "interrupted";
        return;
      case "respond_only":
        this.respondOnly = { reason: event.reason, isRefused: false };
        return;
      case "limit":
        return this.#startTurn("limited");
      case "ended":
        return this.#startTurn("ended");
      default:
        event satisfies never;
    }
  }

  /** Resets what is counted within one turn. Open calls belong to the past once the user goes on. */
  #startTurn(status: Position["status"]): void {
    if (status !== "limited") this.calls = [];
    this.status = status;
    this.decisions = 0;
    this.errors = 0;
    this.respondOnly = null;
    this.#forgetRounds();
  }

  #forgetRounds(): void {
    this.repeats = 0;
    this.lastRound = [];
  }

  #applyDecision({ seq, decision }: SessionEvent<"decision">): void {
    if (decision.action === "RESPOND") return this.#startTurn("waiting");
    this.decisions++;
    this.status = "interrupted";
    this.decision = seq;
    this.calls = decision.action === "TOOL_CALL"
      ? decision.calls.map(({ tool, args }): Call => ({ tool, args, state: "new" }))
      : [];
  }

  #applyRequest(
    { callKey, call: place, tool, args, reason, hash }: SessionEvent<"approval_requested">,
  ): void {
    // In one order of keys, whatever that of the event is: snapshots are compared as text.
    const request: Request = { callKey, call: place, tool, args, reason, hash };
    const call = this.calls[place];
    if (call === undefined || call.state === "done") return;
    if (call.state === "new" || call.callKey === callKey) {
      this.#set(place, { state: "waiting", callKey, request });
    } else {
      const others = requestsOf(call).filter((other) => other.callKey !== callKey);
      const requests = [...others, request];
      this.#set(place, { state: "suspended", callKey: call.callKey, requests });
    }
  }

  #applyVerdict(event: SessionEvent<"approval_given">): void {
    this.status = "interrupted";
    const { call: place, callKey, verdict, text = "" } = event;
    const call = this.calls[place];
    if (call === undefined || call.state === "new" || call.state === "done") return;
    if (call.callKey !== callKey) {
      // Asked by a child session: the call that leads there goes on.
      const requests = requestsOf(call).filter((request) => request.callKey !== callKey);
      this.#running({ ...event, callKey: call.callKey }, requests);
    } else if (verdict === "approved") this.#running(event, []);
    else this.#finish(event, verdict === "denied" ? "denied" : "ok", text);
  }

  #running(
    { seq, call: place, callKey }: SessionEvent<"tool_started" | "approval_given">,
    requests: readonly Request[],
  ): void {
    const call = this.calls[place];
    if (call === undefined || call.state === "done") return;
    this.#set(place, { state: "running", callKey, since: seq, requests });
  }

  #finish(
    { call: place, callKey }: { readonly call: number; readonly callKey: string },
    outcome: SessionEvent<"tool_finished">["outcome"],
    text: string,
  ): void {
    const call = this.calls[place];
    if (call === undefined || call.state === "done") return;
    this.#set(place, { state: "done", callKey, outcome, text });
    const round = this.calls;
    if (round.some(({ state }) => state !== "done")) return;
    this.calls = [];
    const hasFailed = round.some((one) => one.state === "done" && one.outcome === "error");
    this.errors = hasFailed ? this.errors + 1 : 0;
    this.repeats = isSameRound(round, this.lastRound) ? this.repeats + 1 : 1;
    this.lastRound = round;
  }

  #set(place: number, state: CallState): void {
    const { tool, args } = this.calls[place]!;
    this.calls = this.calls.with(place, { tool, args, ...state });
    const open = this.calls.filter((call) => call.state !== "done");
    if (open.length > 0 && open.every(isBlocked)) this.status = "needs_approval";
  }
}

/** Version of the snapshots that this release writes; others are ignored. */
const SNAPSHOT_VERSION = 2;
