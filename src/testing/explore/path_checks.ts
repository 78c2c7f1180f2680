/**
 * What must hold on every path of every agent.
 *
 * @module
 */
import type { AgentCore } from "../../turn/agent_core.ts";
import { createSession } from "../../session/create_session.ts";
import { reasonOf } from "../../errors.ts";
import type { SessionEvent } from "../../history/event.ts";
import type { State } from "../../session/state.ts";
import type { LLMRequest, Message } from "../../llm/llm.ts";
import { liveSessionOf, type Session } from "../../session/session.ts";
import { CallChecks } from "./call_checks.ts";

/** What is checked. */
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
  /** Which check. */
  readonly check: CheckName;
  /** What was found and what was expected. */
  readonly message: string;
}

/** Watches one path at a time. */
export class PathChecks {
  /** What was found on this path. */
  problems: PathProblem[] = [];
  /** What is checked of calls. */
  readonly calls: CallChecks;
  readonly #core: AgentCore;
  #messages: readonly Message[] = [];
  /** Whether the messages of the next request are those of another process. */
  #isElsewhere = false;
  /** How many events the last state had. */
  #length = 0;

  /** For the sessions of one agent; `asksNow` is what functions that decide about approval say. */
  constructor(core: AgentCore, asksNow: () => boolean = () => true) {
    this.#core = core;
    this.calls = new CallChecks(core, asksNow, (check, message) => this.report(check, message));
  }

  /** Begins another path. */
  begin(): void {
    this.problems = [];
    this.#messages = [];
    this.#isElsewhere = false;
    this.#length = 0;
    this.calls.begin();
  }

  /** The process died, and its state is continued in another one. */
  continueElsewhere(): void {
    this.#isElsewhere = true;
    this.calls.die();
  }

  /** Writes down a problem. */
  report(check: CheckName, message: string): void {
    this.problems.push({ check, message });
  }

  /** A request begins with all of the one before it, but for its last message. */
  checkRequest({ messages, step }: LLMRequest): void {
    const before = this.#messages;
    const isSame = this.#isElsewhere ? isSameMessage : Object.is;
    this.#isElsewhere = false;
    for (let at = 0; at < before.length - 1; at++) {
      if (!isSame(messages[at], before[at])) {
        const expected = "expected the same message as in the request before";
        this.report(
          "prompt",
          `message ${at} of the request in step "${step}" changed: ${expected}`,
        );
        break;
      }
    }
    for (let at = Math.max(before.length - 1, 1); at < messages.length; at++) {
      if (!isBefore(messages[at - 1]!, messages[at]!)) {
        const expected = "expected the results of a decision in the order of its calls";
        this.report("prompt", `message ${at} of the request in step "${step}": ${expected}`);
      }
    }
    this.#messages = messages;
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
      const expected = newest(state, from) + positionOf(session);
      const found = newest(again.state, from) + positionOf(again);
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
function positionOf(session: Session): string {
  return liveSessionOf(session).log.position.snapshot();
}

function isSameMessage(a: Message | undefined, b: Message | undefined): boolean {
  return a?.role === b?.role && a?.content === b?.content && a?.callId === b?.callId;
}

/** Whether a result may stand before another: call keys end in decision and place. */
function isBefore({ callId: first }: Message, { callId: second }: Message): boolean {
  if (first === undefined || second === undefined) return true;
  const [at, next] = [first.lastIndexOf("/"), second.lastIndexOf("/")];
  if (first.slice(0, at) !== second.slice(0, next)) return true;
  return Number(first.slice(at + 1)) < Number(second.slice(next + 1));
}
