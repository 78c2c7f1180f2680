/**
 * The profile of one turn.
 *
 * @module
 */
import type { SessionEvent } from "../../history/event.ts";
import type { TurnProfile } from "../agent_profile.ts";
import type { TimelineLane } from "../draw/timeline.ts";
import type { TurnRecord, Work } from "../record/turn_record.ts";
import { cutText } from "../safe_text.ts";
import type { CallTokens } from "./call_tokens.ts";
import { Sum } from "./money.ts";
import type { AttributedTurn } from "./profile_rows.ts";

type EventProfile = TurnProfile["events"][number];

/** Builds the profile of a turn; its times count from its start. */
export function profileTurn({ record, segments, calls }: AttributedTurn): TurnProfile {
  const { turn, from, to, end, works, events } = record;
  const move = <Span extends { readonly from: number; readonly to: number }>(span: Span): Span => ({
    ...span,
    from: span.from - from,
    to: span.to - from,
  });
  const lanes = listLanes(works).map((work): TimelineLane => ({
    ...move({ name: work.name, from: work.from, to: work.to }),
    ...(work.children && { children: work.children.map(move) }),
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
    events: events.map(({ at, event }): EventProfile => ({
      at: at - from,
      seq: event.seq,
      type: event.type,
      what: cutText(describeEvent(event)),
      ...sumOf(ended.get(event)),
    })),
  };
}

/** Tokens and price of a call, as fields of its event. */
function sumOf(call: CallTokens | undefined): Pick<EventProfile, "tokens" | "cost"> {
  if (call === undefined) return {};
  const sum = new Sum();
  sum.add(call.tokens, call.units);
  return sum.fields;
}

/** Lists the calls that ran beside others, and those of agents. */
function listLanes(works: TurnRecord["works"]): readonly Work[] {
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
