/**
 * The position of a session, computed from its log alone.
 *
 * @module
 */
import type { JsonObject } from "../json/json.ts";
import {
  allow,
  type Call,
  type CallPast,
  type CallState,
  isBlocked,
  isSameRound,
  mayHaveEffect,
  requestsOf,
  toRequest,
} from "./call.ts";
import { changeData } from "./data.ts";
import type { SessionEvent } from "./event.ts";
import { addInput } from "./known_inputs.ts";
import { SessionUsage } from "./session_usage.ts";

/** Status of a session. */
export type SessionStatus =
  | "waiting"
  | "running"
  | "interrupted"
  | "limited"
  | "needs_approval"
  | "ended";

/** Limit after which the model may only respond. */
export type RespondOnlyReason = SessionEvent<"respond_only">["reason"];

/** Position of a session: the fold of its log. Events are applied in order, each once. */
export class Position {
  /** Current step. */
  step: string;
  /** Status by the log alone; `interrupted` while a turn is running. */
  status: Exclude<SessionStatus, "running"> = "waiting";
  /** Sequence number of the decision of `calls`. */
  decision = -1;
  /** Calls of the last decision; empty once all have finished. */
  calls: readonly Call[] = NO_CALLS;
  /** Number of outputs of the model in this turn, refused ones included. */
  decisions = 0;
  /** Number of errors in a row in this turn. */
  errors = 0;
  /** Limit after which the model may only respond, and if its response was refused; null below all limits. */
  respondOnly: { readonly reason: RespondOnlyReason; readonly isRefused: boolean } | null = null;
  /** Number of identical rounds in a row. */
  repeats = 0;
  /** Calls of the last round that has finished. */
  lastRound: readonly Call[] = NO_CALLS;
  /** Number of events, from the first of the log, that requests no longer need. */
  unneeded = 0;
  /** Time of the first event; undefined before it. */
  began: number | undefined = undefined;
  /** Usage of all events. */
  readonly usage: SessionUsage = new SessionUsage();
  /** Inputs that are known by their ids. */
  inputs = "";

  /** Recorded data of the session; undefined before the first record. */
  data: JsonObject | undefined = undefined;

  /** Creates the position of a session without events, in the first step of a graph. */
  constructor(start: string) {
    this.step = start;
  }

  /** Restores a snapshot; returns undefined if its version is not that of this release. */
  static from(start: string, snapshot: string): Position | undefined {
    const [version, fields] = JSON.parse(snapshot);
    if (version !== SNAPSHOT_VERSION) return undefined;
    return Object.assign(new Position(start), fields, { usage: SessionUsage.from(fields.usage) });
  }

  /** Returns all fields as text. Equal positions have equal texts. */
  snapshot(): string {
    return JSON.stringify([SNAPSHOT_VERSION, this]);
  }

  /** Returns an independent copy. */
  copy(): Position {
    return Object.assign(new Position(this.step), this, { usage: SessionUsage.from(this.usage) });
  }

  /** Copies all fields of another position. */
  replaceBy(other: Position): void {
    Object.assign(this, other);
  }

  /** Applies the next event of the log. */
  apply(event: SessionEvent): void {
    this.began ??= event.time;
    this.usage.add(event);
    // The agent may have had another first step when the session was created.
    if (this.decision === -1 && "step" in event) this.step = event.step;
    switch (event.type) {
      case "user":
        if (event.inputId !== undefined) {
          this.inputs = addInput(this.inputs, event.inputId, event.seq);
        }
        return this.#startTurn("interrupted");
      case "data_set":
        this.status = "interrupted";
        this.data = event.data as JsonObject;
        return;
      case "decision":
        return this.#applyDecision(event);
      case "tool_started":
        return this.#start(event);
      case "tool_deferred":
        return this.#defer(event);
      case "tool_suspended":
        return this.#suspend(event);
      case "tool_finished":
        if (event.data !== undefined) this.data = changeData(this.data, event.data);
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
      case "embedded":
      case "model_failed":
        this.status = "interrupted";
        return;
      case "summary":
        this.status = "interrupted";
        this.unneeded = Math.min(event.until, event.covered);
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

  /** Resets the counters of a turn. Open calls are kept only after a limit, for `resume()`. */
  #startTurn(status: Position["status"]): void {
    if (status !== "limited") this.calls = NO_CALLS;
    this.status = status;
    this.decisions = 0;
    this.errors = 0;
    this.respondOnly = null;
    this.#forgetRounds();
  }

  #forgetRounds(): void {
    this.repeats = 0;
    this.lastRound = NO_CALLS;
  }

  #applyDecision({ seq, decision }: SessionEvent<"decision">): void {
    if (decision.action === "RESPOND") return this.#startTurn("waiting");
    this.decisions++;
    this.status = "interrupted";
    this.decision = seq;
    this.calls = decision.action === "TOOL_CALL"
      ? decision.calls.map(({ tool, args }): Call => ({ tool, args, state: "new" }))
      : NO_CALLS;
  }

  #applyRequest(event: SessionEvent<"approval_requested">): void {
    const { callKey, call: place } = event;
    const call = this.calls[place];
    if (call === undefined || call.state === "done") return;
    const request = toRequest(event);
    const past: CallPast = mayHaveEffect(call) ? { hasBegun: true } : {};
    if (call.state === "new" || call.callKey === callKey) {
      this.#setState(place, { state: "waiting", callKey, request }, past);
    } else {
      const others = requestsOf(call).filter((other) => other.callKey !== callKey);
      const requests = [...others, request];
      this.#setState(place, { state: "suspended", callKey: call.callKey, requests }, past);
    }
  }

  #suspend({ call: place, callKey, isWaiting }: SessionEvent<"tool_suspended">): void {
    this.status = "interrupted";
    const call = this.calls[place];
    if (!isWaiting || call === undefined || call.state === "done") return;
    const requests = requestsOf(call);
    this.#setState(place, { state: "suspended", callKey, requests }, { hasBegun: true });
  }

  #applyVerdict(event: SessionEvent<"approval_given">): void {
    this.status = "interrupted";
    const { call: place, callKey, verdict, text = "" } = event;
    const call = this.calls[place];
    if (call === undefined || call.state === "new" || call.state === "done") return;
    if (call.callKey !== callKey) {
      // The request is of a child session: the call of the agent runs again.
      return this.#setState(place, {
        state: "running",
        callKey: call.callKey,
        since: event.seq,
        isContinued: true,
        requests: requestsOf(call).filter((request) => request.callKey !== callKey),
      });
    }
    switch (verdict) {
      case "approved":
      case "retried":
        return this.#start(event, { allowed: allow(call, event) });
      case "denied":
        return this.#finish(event, "denied", text);
      case "settled":
        return this.#finish(event, "ok", text);
      case "expired":
        return this.#finish(event, "not_run", text);
      default:
        verdict satisfies never;
    }
  }

  #start(
    { seq: since, call: place, callKey }: SessionEvent<"tool_started" | "approval_given">,
    past?: CallPast,
  ): void {
    const call = this.calls[place];
    if (call === undefined || call.state === "done") return;
    this.status = "interrupted";
    this.#setState(place, { state: "running", callKey, since, requests: [] }, past);
  }

  #defer({ call: place, callKey }: SessionEvent<"tool_deferred">): void {
    const call = this.calls[place];
    if (call?.state === "running") this.#setState(place, { state: "new", callKey });
  }

  #finish(
    { call: place, callKey }: { readonly call: number; readonly callKey: string },
    outcome: SessionEvent<"tool_finished">["outcome"],
    text: string,
  ): void {
    const call = this.calls[place];
    if (call === undefined || call.state === "done") return;
    const { tool, args } = call;
    this.#replaceCall(place, { tool, args, state: "done", callKey, outcome, text });
    const round = this.calls;
    if (round.some(({ state }) => state !== "done")) return;
    this.calls = NO_CALLS;
    const hasFailed = round.some((one) => one.state === "done" && one.outcome === "error");
    this.errors = hasFailed ? this.errors + 1 : 0;
    this.repeats = isSameRound(round, this.lastRound) ? this.repeats + 1 : 1;
    this.lastRound = round;
  }

  #setState(place: number, state: CallState, past: CallPast = {}): void {
    const { tool, args, hasBegun, allowed } = { ...this.calls[place]!, ...past };
    this.#replaceCall(place, {
      tool,
      args,
      ...(hasBegun && { hasBegun }),
      ...(allowed && { allowed }),
      ...state,
    });
  }

  #replaceCall(place: number, call: Call): void {
    this.calls = this.calls.with(place, call);
    const open = this.calls.filter(({ state }) => state !== "done");
    if (open.length > 0 && open.every(isBlocked)) this.status = "needs_approval";
  }
}

/** Shared, to save memory in idle sessions. */
const NO_CALLS: readonly Call[] = Object.freeze([]);

/** Version of snapshots. Snapshots of other versions are ignored. */
const SNAPSHOT_VERSION = 5;
