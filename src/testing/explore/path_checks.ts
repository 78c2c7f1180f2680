/**
 * What must hold on every path of every agent.
 *
 * @module
 */
import type { AgentCore } from "../../agent_core.ts";
import { createSession } from "../../create_session.ts";
import { reasonOf } from "../../errors.ts";
import type { State } from "../../history/state.ts";
import type { LLMRequest, Message } from "../../llm/llm.ts";
import type { Session } from "../../session.ts";

/** What is checked. */
export type CheckName = "error" | "turn" | "way out" | "history" | "state" | "prompt" | "decision";

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
  readonly #core: AgentCore;
  #messages: readonly Message[] = [];
  /** How many events the last state had. */
  #length = 0;

  /** For the sessions of one agent. */
  constructor(core: AgentCore) {
    this.#core = core;
  }

  /** Begins another path. */
  begin(): void {
    this.problems = [];
    this.#messages = [];
    this.#length = 0;
  }

  /** Writes down a problem. */
  report(check: CheckName, message: string): void {
    this.problems.push({ check, message });
  }

  /** A request begins with all of the one before it, but for its last message. */
  checkRequest({ messages, step }: LLMRequest): void {
    const before = this.#messages;
    for (let at = 0; at < before.length - 1; at++) {
      if (messages[at] !== before[at]) {
        const expected = "expected the same message as in the request before";
        this.report(
          "prompt",
          `message ${at} of the request in step "${step}" changed: ${expected}`,
        );
        break;
      }
    }
    this.#messages = messages;
  }

  /** The state is JSON, and a session made of it has the same one. */
  checkState(session: Session): void {
    const { state } = session;
    const from = this.#length;
    if (state.events.length === from) return;
    this.#length = state.events.length;
    try {
      const again = createSession(this.#core, { state: JSON.parse(JSON.stringify(state)) }).state;
      // What stood before these events was compared when it was new.
      const [expected, found] = [state, again].map((one) =>
        JSON.stringify({ ...one, length: one.events.length, events: one.events.slice(from) })
      );
      if (found !== expected) this.report("state", `it became ${found}: expected ${expected}`);
    } catch (error) {
      const last = this.#length - 1;
      this.report("state", `after event ${last} it cannot be continued: ${reasonOf(error)}`);
    }
  }

  /**
   * Events are numbered without gaps, and no call is left open: only an
   * interrupted session may have some, for `resume()`.
   */
  checkHistory({ events, status }: State): void {
    const open = new Set<string>();
    for (const [place, event] of events.entries()) {
      if (event.seq !== place) {
        this.report("history", `event ${place} has the number ${event.seq}: expected ${place}`);
      }
      if (event.type === "decision" || event.type === "user") this.#checkClosed(open);
      if (event.type === "tool_started") open.add(event.callKey);
      if (event.type === "tool_finished" && !open.delete(event.callKey)) {
        this.report("history", `call "${event.callKey}" ended: expected it to have begun once`);
      }
    }
    if (status !== "interrupted") this.#checkClosed(open);
  }

  #checkClosed(open: Set<string>): void {
    for (const key of open) {
      this.report("history", `call "${key}" has no end: expected a tool_finished event`);
    }
    open.clear();
  }
}
