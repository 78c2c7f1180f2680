/**
 * Checks of everything that must hold on every path of every agent.
 *
 * @module
 */
import type { Limits } from "../../cost/limits.ts";
import { reasonOf } from "../../errors.ts";
import type { SessionEvent } from "../../history/event.ts";
import type { LLMRequest, Message } from "../../llm/llm.ts";
import { createSession } from "../../session/create_session.ts";
import { Session } from "../../session/session.ts";
import type { AgentCore } from "../../turn/agent_core.ts";
import type { State } from "../../turn/state.ts";
import { CallChecks } from "./call_checks.ts";
import { DeltaChecks } from "./delta_checks.ts";
import { UsageChecks } from "./usage_checks.ts";

/** The subject of a check. */
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
  /** The finding, and what was expected. */
  readonly message: string;
}

/** Watches one path at a time. */
export class PathChecks {
  /** Problems found on this path. */
  problems: PathProblem[] = [];
  /** Checks of tool calls. */
  readonly calls: CallChecks;
  /** Checks of the deltas of a stream. */
  readonly deltas: DeltaChecks;
  /** Checks of limits. */
  readonly usage: UsageChecks;
  readonly #core: AgentCore;
  #messages: readonly Message[] = [];
  /** Number of messages that the next request must have again. */
  #stable = 0;
  /** True if the messages of the next request are those of another process. */
  #isElsewhere = false;
  /** Number of events that the last state had. */
  #length = 0;

  /** Checks sessions of one agent; `asksNow` is what functions that decide about approval say. */
  constructor(core: AgentCore, asksNow: () => boolean = () => true) {
    const { graph } = core;
    this.#core = core;
    this.calls = new CallChecks(graph, asksNow, (check, message) => this.report(check, message));
    this.deltas = new DeltaChecks(
      (message) => this.report("stream", message),
      (step) => graph.steps.get(step)!.answer === undefined,
    );
    this.usage = new UsageChecks((message) => this.report("limit", message));
  }

  /** Begins another path, with the limits of its session. */
  begin(limits: Limits = {}): void {
    this.problems = [];
    this.#messages = [];
    this.#stable = 0;
    this.#isElsewhere = false;
    this.#length = 0;
    this.calls.begin();
    this.usage.limits = limits;
  }

  /** The process died, and its state is continued in another one. */
  continueElsewhere(): void {
    this.#isElsewhere = true;
    this.calls.die();
  }

  /** Adds a problem. */
  report(check: CheckName, message: string): void {
    this.problems.push({ check, message });
  }

  /** Checks that a request begins with the stable messages of the one before it. */
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
      report(changed, " changed: expected the same message as in the request before");
    }
    for (let at = Math.max(this.#stable, 1); at < messages.length; at++) {
      if (isBefore(messages[at - 1]!, messages[at]!)) continue;
      report(at, ": expected the results of a decision in the order of its calls");
    }
    this.#messages = messages;
    this.#stable = stable;
  }

  /**
   * The calls are as they must be; the state is JSON, and a session made of it
   * stands where this one does.
   */
  checkState(session: Session): void {
    const { state } = session;
    const from = this.#length;
    if (state.events.length === from) return;
    this.#follow(state.events);
    this.calls.checkStatus(state.status);
    try {
      const again = createSession(this.#core, { state: JSON.parse(JSON.stringify(state)) });
      // What stood before these events was compared when it was new.
      const [found, expected] = [again, session].map((one) =>
        newest(one.state, from) + folded(one)
      );
      if (found !== expected) this.report("state", `it became ${found}: expected ${expected}`);
    } catch (error) {
      const last = this.#length - 1;
      this.report("state", `after event ${last} it cannot be continued: ${reasonOf(error)}`);
    }
  }

  /**
   * Events are numbered without gaps, and no call is left open: only an
   * interrupted session may have some, for `resume()`, and one that waits for a
   * person or has nothing left to spend.
   */
  checkHistory({ events, status }: State): void {
    for (const [place, event] of events.entries()) {
      if (event.seq === place) continue;
      this.report("history", `event ${place} has the number ${event.seq}: expected ${place}`);
    }
    this.#follow(events);
    this.calls.checkEnd(status);
  }

  #follow(events: readonly SessionEvent[]): void {
    for (; this.#length < events.length; this.#length++) this.calls.add(events[this.#length]!);
  }
}

/** A state with the events from a place on. */
function newest(state: State, from: number): string {
  const { events } = state;
  return JSON.stringify({ ...state, length: events.length, events: events.slice(from) });
}

/** All that follows from the log of a session, what it waits for included. */
function folded(session: Session): string {
  return Session.live(session).log.position.snapshot();
}

function isSameMessage(a: Message | undefined, b: Message | undefined): boolean {
  return a?.role === b?.role && a?.content === b?.content && a?.callId === b?.callId;
}

/** Returns true if a result may stand before another: call keys end in decision and place. */
function isBefore({ callId: first }: Message, { callId: second }: Message): boolean {
  if (first === undefined || second === undefined) return true;
  const [at, next] = [first.lastIndexOf("/"), second.lastIndexOf("/")];
  if (first.slice(0, at) !== second.slice(0, next)) return true;
  return Number(first.slice(at + 1)) < Number(second.slice(next + 1));
}
