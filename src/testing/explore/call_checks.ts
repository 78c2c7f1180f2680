/**
 * What must hold of every tool call of a session, followed by its events and by
 * what really runs.
 *
 * @module
 */
import type { AgentCore } from "../../turn/agent_core.ts";
import type {
  ApprovalGivenEvent,
  ApprovalRequestedEvent,
  DecisionEvent,
  SessionEvent,
  ToolFinishedEvent,
} from "../../history/event.ts";
import type { State } from "../../session/state.ts";
import { approvalOf } from "../../tool/tool.ts";
import type { CheckName } from "./path_checks.ts";

/** How far a call has come. */
type Phase =
  /** The model wants it. */
  | "decided"
  /** A person is asked whether it may run. */
  | "asked"
  /** A person is asked what became of it. */
  | "unknown"
  | "approved"
  | "denied"
  | "settled"
  /** It is announced. */
  | "started"
  | "finished";

/** One call of the last decision. */
interface FollowedCall {
  key: string;
  readonly isOnce: boolean;
  /** Whether a person must allow it before it runs. */
  readonly mustAsk: boolean;
  phase: Phase;
  hasRun: boolean;
  /** Whether its tool found out what became of it. */
  isFoundOut: boolean;
}

/** How a call may end, by how far it has come. */
const ENDINGS: Readonly<Record<Phase, readonly ToolFinishedEvent["outcome"][]>> = {
  decided: [],
  // The user went on without a verdict.
  asked: ["aborted"],
  unknown: ["aborted"],
  approved: [],
  denied: ["denied"],
  settled: ["ok"],
  started: ["ok", "error", "fallback", "aborted"],
  finished: [],
};

/** Follows the calls of one session at a time. */
export class CallChecks {
  readonly #core: AgentCore;
  /** What functions that decide about approval say now. */
  readonly #asksNow: () => boolean;
  readonly #report: (check: CheckName, message: string) => void;
  /** The calls of the last decision, by their place in it. */
  #calls: FollowedCall[] = [];
  #last: SessionEvent | undefined;
  /** Whether a limit keeps calls of the last decision from being made. */
  #isCut = false;

  /** For the sessions of one agent. */
  constructor(
    core: AgentCore,
    asksNow: () => boolean,
    report: (check: CheckName, message: string) => void,
  ) {
    this.#core = core;
    this.#asksNow = asksNow;
    this.#report = report;
  }

  /** Begins another session. */
  begin(): void {
    this.#calls = [];
    this.#last = undefined;
    this.#isCut = false;
  }

  /** Follows the next event. */
  add(event: SessionEvent): void {
    this.#last = event;
    switch (event.type) {
      case "limit":
        this.#isCut = event.reason === "toolCalls" || event.reason === "time";
        return;
      case "user":
        return this.#close();
      case "decision":
        this.#close();
        this.#isCut = false;
        this.#calls = this.#callsOf(event);
        return;
      case "approval_requested":
        return this.#addRequest(event);
      case "approval_given":
        return this.#addVerdict(event);
      case "tool_started": {
        const call = this.#calls[event.call] ??= { ...UNDECIDED };
        call.key = event.callKey;
        if (call.phase !== (call.mustAsk ? "approved" : "decided")) {
          const expected = call.mustAsk ? "an approval before" : "it to begin once, unasked";
          this.#report("approval", `call "${call.key}" began: expected ${expected}`);
        }
        call.phase = "started";
        return;
      }
      case "tool_finished":
        return this.#finish(event);
    }
  }

  /** A session needs approval exactly while all that is left of its calls waits for a person. */
  checkStatus(status: State["status"]): void {
    const waits = this.#open.length > 0 && this.#open.every(isWaiting);
    // Nothing is left to spend on them: that is told first.
    if (waits && this.#last?.type === "limit") return;
    if (waits === (status === "needs_approval")) return;
    const found = `after event ${this.#last?.seq} the session is ${status}`;
    const expected = waits
      ? "needs_approval, for all that is left waits for a person"
      : "another status, for nothing is left to a person alone";
    this.#report("approval", `${found}: expected ${expected}`);
  }

  /** A call runs: it was announced, allowed where it must be, and did not run before. */
  checkRun(callKey: string): void {
    const call = this.#find(callKey);
    if (call?.phase !== "started") {
      const phase = call?.phase ?? "not decided";
      const expected = call?.mustAsk
        ? "an approval and a tool_started event"
        : "a tool_started event";
      this.#report(
        "approval",
        `call "${callKey}" ran and was ${phase}: expected ${expected} before`,
      );
    }
    if (call?.hasRun) {
      this.#report("history", `call "${callKey}" ran again: expected it to run once`);
    }
    if (call !== undefined) call.hasRun = true;
  }

  /** A tool finds out what became of a call: only for one that may have run, and must not again. */
  checkFindingOut(callKey: string): void {
    const call = this.#find(callKey);
    if (call?.phase === "started" && call.isOnce) {
      call.isFoundOut = true;
      return;
    }
    const phase = call?.phase ?? "not decided";
    const expected = "a call of a once tool that began";
    this.#report(
      "history",
      `call "${callKey}" was found out about and was ${phase}: expected ${expected}`,
    );
  }

  /** The process died: what was running may run again, unless its tool runs once. */
  die(): void {
    for (const call of this.#open) {
      call.isFoundOut = false;
      if (!call.isOnce) call.hasRun = false;
    }
  }

  /** The session is left as it is: calls are open only where something goes on with them. */
  checkEnd(status: State["status"]): void {
    if (status === "interrupted" || status === "limited" && this.#isCut) return;
    const isKept = status === "needs_approval" ? isWaiting : () => false;
    this.#close(isKept);
  }

  get #open(): readonly FollowedCall[] {
    return this.#calls.filter((call) => call?.phase !== "finished" && call !== undefined);
  }

  #find(callKey: string): FollowedCall | undefined {
    return this.#calls.find((call) => call?.key === callKey);
  }

  #callsOf({ decision, step }: DecisionEvent): FollowedCall[] {
    if (decision.action !== "TOOL_CALL") return [];
    const { tools } = this.#core.graph.steps.get(step)!;
    return decision.calls.map(({ tool: name }) => {
      const tool = tools.find((one) => one.name === name)!;
      const needs = approvalOf(tool);
      const mustAsk = typeof needs === "boolean" ? needs : this.#asksNow();
      return { ...UNDECIDED, isOnce: tool.once, mustAsk };
    });
  }

  #addRequest({ callKey, call: place, reason }: ApprovalRequestedEvent): void {
    const call = this.#calls[place] ??= { ...UNDECIDED };
    call.key = callKey;
    const isExpected = reason === "approval"
      ? call.phase === "decided" && call.mustAsk
      : call.phase === "started" && call.isOnce;
    if (!isExpected) {
      const expected = reason === "approval"
        ? "it for a call that needs approval, before it begins"
        : "it for a call of a once tool that began";
      this.#report(
        "approval",
        `call "${callKey}" was asked about (${reason}): expected ${expected}`,
      );
    }
    call.phase = reason === "approval" ? "asked" : "unknown";
  }

  #addVerdict({ callKey, call: place, verdict }: ApprovalGivenEvent): void {
    const call = this.#calls[place] ??= { ...UNDECIDED };
    if (!isWaiting(call)) {
      this.#report(
        "approval",
        `call "${callKey}" was ${verdict} and was ${call.phase}: expected it to wait for a person`,
      );
    }
    if (verdict === "approved" && call.phase === "unknown") {
      // Somebody knows that it did not run, or that it may run twice.
      call.phase = "started";
      call.hasRun = false;
    } else call.phase = verdict;
  }

  #finish({ callKey, call: place, outcome }: ToolFinishedEvent): void {
    const call = this.#calls[place];
    if (call === undefined || call.phase === "finished") {
      this.#report("history", `call "${callKey}" ended: expected it to have begun once`);
      return;
    }
    const { phase, hasRun, isFoundOut } = call;
    const endings = ENDINGS[phase];
    if (!endings.includes(outcome)) {
      const expected = endings.join(", ") || "no end";
      const found = `call "${callKey}" was ${phase} and ended "${outcome}"`;
      this.#report("approval", `${found}: expected ${expected}`);
    } else if (phase === "started" && outcome !== "aborted" && !hasRun && !isFoundOut) {
      this.#report("history", `call "${callKey}" ended "${outcome}": expected it to run before`);
    }
    call.phase = "finished";
  }

  /** Nothing of the last decision may be left, but for what is kept. */
  #close(isKept: (call: FollowedCall) => boolean = () => false): void {
    for (const call of this.#open) {
      if (isKept(call)) continue;
      const [check, missing] = isWaiting(call)
        ? ["approval", "a verdict or a tool_finished event"] as const
        : ["history", "a tool_finished event"] as const;
      this.#report(check, `call "${call.key}" has no end: expected ${missing}`);
    }
    this.#calls = [];
  }
}

const UNDECIDED: FollowedCall = {
  key: "",
  isOnce: false,
  mustAsk: false,
  phase: "decided",
  hasRun: false,
  isFoundOut: false,
};

function isWaiting({ phase }: FollowedCall): boolean {
  return phase === "asked" || phase === "unknown";
}
