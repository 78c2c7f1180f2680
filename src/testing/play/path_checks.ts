/**
 * Invariants that hold on every path of every agent.
 *
 * @module
 */
import type { Limits } from "../../cost/limits.ts";
import { reasonOf } from "../../errors.ts";
import type { SessionEvent } from "../../history/event.ts";
import type { State } from "../../history/state.ts";
import type { LLMRequest, Message } from "../../llm/llm.ts";
import { createSession } from "../../session/create_session.ts";
import { liveSessionOf, type Session } from "../../session/session.ts";
import type { AgentCore } from "../../turn/agent_core.ts";
import { CallChecks } from "./call_checks.ts";
import { DeltaChecks } from "./delta_checks.ts";
import { listExceededLimits } from "./limit_checks.ts";

/** Subject of a check. */
export type CheckName =
  | "error"
  | "turn"
  | "way out"
  | "history"
  | "approval"
  | "state"
  | "prompt"
  | "decision"
  | "stream"
  | "limit";

/** A check that failed. */
export interface PathProblem {
  /** Subject of the check. */
  readonly check: CheckName;
  /** Description of what was found and what was expected. */
  readonly message: string;
}

/** Checks one path at a time. */
export class PathChecks {
  /** Failed checks of the current path. */
  problems: PathProblem[] = [];
  /** Checks of tool calls. */
  readonly calls: CallChecks;
  /** Checks of the deltas of a stream. */
  readonly deltas: DeltaChecks;
  readonly #core: AgentCore;
  #limits: Limits = {};
  #messages: readonly Message[] = [];
  /** Number of messages that the next request must repeat. */
  #stable = 0;
  /** True if another process makes the next request, so its messages are other objects. */
  #isElsewhere = false;
  /** Number of events already checked. */
  #length = 0;

  /** Creates checks for one agent; `needsApprovalNow` replaces its `needsApproval` functions. */
  constructor(core: AgentCore, needsApprovalNow: () => boolean = () => true) {
    const { graph } = core;
    this.#core = core;
    this.calls = new CallChecks(graph, needsApprovalNow, this.report.bind(this));
    this.deltas = new DeltaChecks(
      (message) => this.report("stream", message),
      (step) => graph.steps.get(step)!.answer === undefined,
    );
  }

  /** Starts another path; `limits` are those of its session. */
  begin(limits: Limits = {}): void {
    this.problems = [];
    this.#messages = [];
    this.#stable = 0;
    this.#isElsewhere = false;
    this.#length = 0;
    this.calls.begin();
    this.#limits = limits;
  }

  /** Expects that the next request begins differently, because events left the requests. */
  summarize(): void {
    this.#stable = 0;
  }

  /** Simulates a crash after which another process continues the session. */
  continueElsewhere(): void {
    this.#isElsewhere = true;
    this.calls.crash();
  }

  /** Adds a failed check. */
  report(check: CheckName, message: string): void {
    this.problems.push({ check, message });
  }

  /** Checks that no limit is reached before a call; `from` is the first event of the turn. */
  checkLimits(work: "model" | "tool", events: readonly SessionEvent[], from: number): void {
    for (const problem of listExceededLimits(this.#limits, work, events, from)) {
      this.report("limit", problem);
    }
  }

  /** Checks that a request begins with the stable messages of the previous request. */
  checkRequest({ messages, stable, step }: LLMRequest): void {
    const before = this.#messages;
    const isSame = this.#isElsewhere ? isSameMessage : Object.is;
    this.#isElsewhere = false;
    const report = (at: number, problem: string) =>
      this.report("prompt", `message ${at} of the request in step "${step}"${problem}`);
    const changed = before.slice(0, this.#stable).findIndex((one, at) =>
      !isSame(messages[at], one)
    );
    if (changed >= 0) {
      report(changed, " changed: expected the same message as in the previous request");
    }
    for (let at = Math.max(this.#stable, 1); at < messages.length; at++) {
      if (isBefore(messages[at - 1]!, messages[at]!)) continue;
      report(at, ": expected the results of a decision in the order of its calls");
    }
    this.#messages = messages;
    this.#stable = stable;
  }

  /**
   * Checks the calls, and that a session restored from the JSON of the state is
   * equivalent to this one.
   */
  checkState(session: Session): void {
    const { state } = session;
    const from = this.#length;
    if (state.events.length === from) return;
    this.#follow(state.events);
    this.calls.checkStatus(state.status);
    try {
      const again = createSession(this.#core, { state: JSON.parse(JSON.stringify(state)) });
      // Earlier events were compared when they were new.
      const [found, expected] = [again, session].map((one) => serialize(one, from));
      if (found !== expected) {
        this.report("state", `a session restored from JSON is ${found}: expected ${expected}`);
      }
    } catch (error) {
      const last = this.#length - 1;
      const found = `the state after event ${last} cannot be restored: ${reasonOf(error)}`;
      this.report("state", `${found}: expected a session`);
    }
  }

  /**
   * Checks that events are numbered without gaps and that no call is unfinished,
   * unless the session is interrupted, waits for approval or reached a limit.
   */
  checkHistory({ events, status }: State): void {
    for (const [index, event] of events.entries()) {
      if (event.seq === index) continue;
      this.report("history", `event ${index} has the number ${event.seq}: expected ${index}`);
    }
    this.#follow(events);
    this.calls.checkEnd(status);
  }

  #follow(events: readonly SessionEvent[]): void {
    for (; this.#length < events.length; this.#length++) this.calls.add(events[this.#length]!);
  }
}

/** Returns the JSON of a session: its state without the first events, and the folds of its log. */
function serialize(session: Session, from: number): string {
  const { events, ...state } = session.state;
  const { position } = liveSessionOf(session).log;
  return JSON.stringify([state, events.length, events.slice(from)]) + position.snapshot();
}

function isSameMessage(a: Message | undefined, b: Message | undefined): boolean {
  return a?.role === b?.role && a?.content === b?.content && a?.callId === b?.callId;
}

/** Returns true if a result may precede another. Call keys end in decision and call index. */
function isBefore({ callId: first }: Message, { callId: second }: Message): boolean {
  if (first === undefined || second === undefined) return true;
  const [at, next] = [first.lastIndexOf("/"), second.lastIndexOf("/")];
  if (first.slice(0, at) !== second.slice(0, next)) return true;
  return Number(first.slice(at + 1)) < Number(second.slice(next + 1));
}
