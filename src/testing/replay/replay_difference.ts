/**
 * How a replay differs from its recording.
 *
 * @module
 */
import type { Decision, MoveDecision, ToolCallDecision } from "../../decision/decision.ts";
import { quote, RunError } from "../../errors.ts";
import type { EventDraft, SessionEvent } from "../../history/event.ts";
import { lineDiff } from "../line_diff.ts";
import { printable } from "../text.ts";

/** One difference between a recording and its replay. */
export interface ReplayDifference {
  /** The place of the recorded event. */
  readonly seq: number;
  /** Where the events differ, for example `decision.step`; empty where there is no event to compare. */
  readonly path: string;
  /** The recorded event, as far as it is compared; undefined if there is none. */
  readonly expected: unknown;
  /** What came in its place; undefined if nothing did. */
  readonly actual: unknown;
  /** What happened, in words. */
  readonly reason: string;
}

/** The fields of an event that are compared, where they are not all of them except number and time. */
const COMPARED: Readonly<Partial<Record<SessionEvent["type"], readonly string[]>>> = {
  decision: ["type", "step", "decision"],
  error: ["type", "step", "path", "attempt"],
  tool_started: ["type", "call", "tool"],
  approval_requested: ["type", "call", "tool", "args", "reason"],
  respond_only: ["type", "reason"],
  limit: ["type", "reason"],
};

/**
 * Returns the part of an event that is compared: no time, no ids, no costs, no
 * reasoning, and of a refusal where it was and what it tried, not how it was worded.
 */
export function comparable(event: SessionEvent | EventDraft): Readonly<Record<string, unknown>> {
  const { seq: _seq, time: _time, joined: _joined, ...rest } = event as Partial<SessionEvent>;
  const compared = COMPARED[event.type] ?? Object.keys(rest);
  return Object.fromEntries(
    Object.entries(rest).filter(([name]) => compared.includes(name)).map(([name, value]) => {
      return [name, name === "decision" ? withoutReasoning(value as Decision) : value];
    }),
  );
}

function withoutReasoning({ reasoning: _, ...decision }: Decision): object {
  return decision;
}

/** Returns what a decision does, without what it says. */
export function effectOf(decision: Decision): object {
  const { action, step, calls } = decision as Partial<MoveDecision> & Partial<ToolCallDecision>;
  return { action, step, calls };
}

/** An agent replays a session otherwise than it was recorded. The message ends with the difference. */
export class ReplayError extends RunError {
  /** `"REPLAY_DIFFERS"` */
  readonly code = "REPLAY_DIFFERS";
  /** The difference. */
  readonly difference: ReplayDifference;

  /** Makes the error from the session and the difference. */
  constructor(session: string, difference: ReplayDifference) {
    const { seq, path, expected, actual, reason } = difference;
    const where = path === "" ? "" : ` at ${quote(path)}`;
    const diff = lineDiff(textOf(expected), textOf(actual));
    super(
      `Could not replay session ${quote(session)}: event ${seq} differs${where}: ` +
        `${printable(reason, 600)}\n\n${diff}`,
    );
    this.difference = difference;
  }
}

function textOf(event: unknown): string {
  return event === undefined ? "nothing" : JSON.stringify(event, undefined, 2);
}
