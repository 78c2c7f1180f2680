/**
 * How a replay differs from its recording.
 *
 * @module
 */
import type { Decision } from "../../decision/decision.ts";
import { quote, RunError } from "../../errors.ts";
import type { SessionEvent } from "../../history/event.ts";
import { lineDiff } from "../cassette/line_diff.ts";
import { printable } from "../trajectory/printable.ts";

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

/**
 * The part of an event that is compared: no time, no ids, no costs, no reasoning,
 * and of a refusal where it was and what it tried, not how it was worded.
 */
export function comparable(event: SessionEvent): Readonly<Record<string, unknown>> {
  switch (event.type) {
    case "decision": {
      const { type, step } = event;
      return { type, step, decision: withoutReasoning(event.decision) };
    }
    case "error": {
      const { type, step, path, attempt } = event;
      return { type, step, path, ...(attempt && { attempt }) };
    }
    case "tool_started": {
      const { type, call, tool } = event;
      return { type, call, tool };
    }
    case "approval_requested": {
      const { type, call, tool, args, reason } = event;
      return { type, call, tool, args, reason };
    }
    case "fallback":
    case "limit": {
      const { type, reason } = event;
      return { type, reason };
    }
    default: {
      const { seq: _seq, time: _time, ...rest } = event;
      return rest;
    }
  }
}

/** What a decision does and says, without why. */
export function withoutReasoning({ reasoning: _, ...decision }: Decision): object {
  return decision;
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
