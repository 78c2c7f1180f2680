/**
 * Differences between a recording and its replay.
 *
 * @module
 */
import type { Decision, MoveDecision, ToolCallDecision } from "../../decision/decision.ts";
import { quote, RunError } from "../../errors.ts";
import type { EventDraft, SessionEvent } from "../../history/event.ts";
import { formatLineDiff } from "../line_diff.ts";
import { escapeHidden } from "../text.ts";

/** One difference between a recording and its replay. */
export interface ReplayDifference {
  /** Sequence number of the recorded event. */
  readonly seq: number;
  /** Path of the difference, for example `decision.step`; empty if one of the events is missing. */
  readonly path: string;
  /** Compared fields of the recorded event; undefined if the recording has none here. */
  readonly expected: unknown;
  /** Compared fields of the replayed event; undefined if the replay has none here. */
  readonly actual: unknown;
  /** Description of the difference. */
  readonly reason: string;
}

/** Compared fields by event type. Default: all fields except `seq`, `time` and `joined`. */
const COMPARED: Readonly<Partial<Record<SessionEvent["type"], readonly string[]>>> = {
  decision: ["type", "step", "decision"],
  error: ["type", "step", "path", "attempt"],
  tool_started: ["type", "call", "tool"],
  approval_requested: ["type", "call", "tool", "args", "reason"],
  respond_only: ["type", "reason"],
  limit: ["type", "reason"],
};

/**
 * Returns the compared fields of an event: without times, ids, cost, reasoning and
 * the wording of refusals.
 */
export function comparedFields(
  event: SessionEvent | EventDraft,
): Readonly<Record<string, unknown>> {
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

/** Returns the action, step and calls of a decision, without its texts. */
export function effectOf(decision: Decision): object {
  const { action, step, calls } = decision as Partial<MoveDecision> & Partial<ToolCallDecision>;
  return { action, step, calls };
}

/** Thrown if a replay differs from its recording. The message ends with a diff. */
export class ReplayError extends RunError {
  /** `"REPLAY_DIFFERS"` */
  readonly code = "REPLAY_DIFFERS";
  /** First difference. */
  readonly difference: ReplayDifference;

  /** Creates the error for a session by id. */
  constructor(session: string, difference: ReplayDifference) {
    const { seq, path, expected, actual, reason } = difference;
    const where = path === "" ? "" : ` at ${quote(path)}`;
    const diff = formatLineDiff(textOf(expected), textOf(actual));
    super(
      `Replay of session ${quote(session)} differs from its recording: event ${seq}${where}: ` +
        `${escapeHidden(reason, 600)} (- recorded, + replayed)\n\n${diff}`,
    );
    this.difference = difference;
  }
}

function textOf(event: unknown): string {
  return event === undefined ? "nothing" : JSON.stringify(event, undefined, 2);
}
