/**
 * Records of turns: what happened in them and when, as an observer saw it or a log tells.
 *
 * @module
 */
import type { LegalActions } from "../../decision/decision.ts";
import type { SessionEvent } from "../../history/event.ts";
import type { ModelCallRecord, ModelCallUsage } from "../../history/model_call.ts";
import type { LLMRequest } from "../../llm/llm.ts";
import type { ObservedEnd, ObservedTurn } from "../../turn/observer.ts";
import type { SegmentKind, TimelineSegment } from "../draw/timeline.ts";

/** Turn, in milliseconds of one clock. */
export interface TurnRecord {
  readonly turn: ObservedTurn;
  readonly from: number;
  readonly to: number;
  readonly end: ObservedEnd;
  /** Works, in order of their starts if they were observed. */
  readonly works: readonly Work[];
  /** Model calls, in order. */
  readonly calls: readonly ModelCall[];
  /** Sequence number of the decision whose calls ran first; absent if none ran, or in a log. */
  readonly firstDecision?: number;
  /** Events, and when they were committed. */
  readonly events: readonly { readonly at: number; readonly event: SessionEvent }[];
}

/** Work that a turn may have waited for. Works of one turn may overlap. */
export interface Work {
  readonly from: number;
  readonly to: number;
  readonly kind: Exclude<SegmentKind, "unattributed">;
  /** Name of the guard, model or tool, or of the work. */
  readonly name: string;
  /** Step in which it happened. */
  readonly step: string;
  /** Number of the model call to which it belongs, from 0; absent before the first. */
  readonly decision?: number;
  /** True if it is a call of its own; false if it continues an earlier one, or is only a mark. */
  readonly isCall: boolean;
  /** Times at which this tool waited for the reader of a stream; absent if it has `children`. */
  readonly pauses?: readonly Pick<Work, "from" | "to">[];
  /** Segments of the agent that ran as this tool, with those of its own readers. */
  readonly children?: readonly TimelineSegment[];
}

/** Splits a tool at its pauses. */
export function splitWork({ pauses = [], ...work }: Work): Work[] {
  const parts: Work[] = [];
  let { from } = work;
  for (const pause of pauses) {
    // Parts of parallel calls of a child session may wait at once.
    if (pause.from > from) parts.push({ ...work, from, to: pause.from });
    from = Math.max(from, Math.min(pause.to, work.to));
  }
  return [...parts, { ...work, from }];
}

/** Model call of a turn. */
export interface ModelCall {
  /** Name of the LLM. */
  readonly llm: string;
  /** Step for which the call was made. */
  readonly step: string;
  /** Number of the call in its turn, from 0. */
  readonly decision: number;
  /** Tools that the request offered, and routes, such as `"→ pay"`; absent if they are not known. */
  readonly offers?: readonly string[];
  /** Number of events of the turn before the call. */
  readonly eventsBefore: number;
  /** Request; absent in a log. Its messages are read when the turn is over. */
  readonly request?: LLMRequest;
  /** Event with which it ended; undefined if the turn ended before. */
  readonly end: ModelEvent | undefined;
}

/** Event with which a model call ends, and the fields that some of these events have. */
export type ModelEvent =
  & SessionEvent<"decision" | "error" | "model_failed" | "summary" | "limit">
  & ModelCallUsage
  & ModelCallRecord
  & { readonly step?: string };

/** Returns true if an event ends a model call. */
export function isModelEvent(event: SessionEvent): event is ModelEvent {
  switch (event.type) {
    case "decision":
    case "error":
    case "model_failed":
      return true;
    // A summary may be made without a model, and a limit reached without one.
    case "summary":
    case "limit":
      return event.usage !== undefined;
    default:
      return false;
  }
}

/** Returns true if the event of a model call shows that it asked for a summary. */
export function isSummaryCall({ type, timing, prompt }: ModelEvent): boolean {
  // With times, only a request for a summary has no size.
  return type === "summary" ||
    type === "model_failed" && timing !== undefined && prompt === undefined;
}

/** Lists the tools and routes that a request offered, as {@linkcode ModelCall.offers}. */
export function listOffers({ tools, routes }: LegalActions): readonly string[] {
  return [...tools, ...routes.map((route) => `→ ${route}`)];
}
