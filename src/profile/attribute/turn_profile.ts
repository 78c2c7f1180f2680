/**
 * The profile of one turn.
 *
 * @module
 */
import type { SessionEvent } from "../../history/event.ts";
import type { TimelineLane, TimelineSegment } from "../draw/timeline.ts";
import type { EventProfile, TurnProfile } from "../report/agent_profile.ts";
import { MONEY_UNITS } from "./attribute_tokens.ts";
import type { CallTokens } from "./call_tokens.ts";
import { cutText } from "../report/safe_text.ts";
import type { RecordedWork, TurnRecord } from "../record/turn_record.ts";

/** Builds the profile of a turn; its times count from its start. */
export function profileTurn(record: TurnRecord, calls: readonly CallTokens[]): TurnProfile {
  const { turn, from, to, end, segments, works, events } = record;
  const move = (segment: TimelineSegment) => moveBy(segment, -from);
  const lanes = listLanes(works).map(({ name, children, ...work }): TimelineLane => ({
    name,
    from: work.from - from,
    to: work.to - from,
    ...(children !== undefined && { children: children.map(move) }),
  }));
  const ended = new Map(calls.map((call) => [call.call.end as SessionEvent | undefined, call]));
  return {
    input: cutText(turn.input ?? ""),
    sessionId: turn.sessionId,
    step: end.step,
    status: end.status,
    wall: to - from,
    segments: segments.map(move),
    ...(lanes.length > 0 && { lanes }),
    events: events.map(({ at, event }): EventProfile => {
      const { tokens, cost } = ended.get(event) ?? {};
      return {
        at: at - from,
        seq: event.seq,
        type: event.type,
        what: cutText(describeEvent(event)),
        ...(tokens !== undefined && { tokens }),
        ...(cost !== undefined && { cost: cost / MONEY_UNITS }),
      };
    }),
  };
}

/** Moves a segment in time. */
export function moveBy(segment: TimelineSegment, by: number): TimelineSegment {
  return { ...segment, from: segment.from + by, to: segment.to + by };
}

/** Lists the calls that ran beside others, and those of agents. */
function listLanes(works: readonly RecordedWork[]): readonly RecordedWork[] {
  const tools = works.filter(({ kind }) => kind === "tool");
  return tools.filter((work) =>
    work.children !== undefined ||
    tools.some((other) => other !== work && other.from < work.to && work.from < other.to)
  );
}

function describeEvent(event: SessionEvent): string {
  switch (event.type) {
    case "user":
      return event.text;
    case "decision": {
      const { decision } = event;
      if (decision.action === "MOVE") return `MOVE to ${decision.step}`;
      if (decision.action !== "TOOL_CALL") return decision.action;
      return `TOOL_CALL of ${decision.calls.map(({ tool }) => tool).join(", ")}`;
    }
    case "tool_finished":
      return `${event.tool}: ${event.outcome}`;
    case "moved":
      return `${event.from} → ${event.to}`;
    case "error":
      return event.path === "" ? event.message : `${event.path}: ${event.message}`;
    case "model_failed":
      return event.code;
    case "limit":
    case "respond_only":
    case "summary":
      return event.reason;
    default:
      return "tool" in event ? event.tool : "";
  }
}
