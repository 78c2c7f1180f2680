/**
 * Records of turns, from which profiles are built.
 *
 * @module
 */
import type { LegalActions } from "../../decision/decision.ts";
import type { SessionEvent } from "../../history/event.ts";
import type { LLMRequest } from "../../llm/llm.ts";
import type { ObservedEnd, ObservedTurn } from "../../turn/observer.ts";
import type { TimelineSegment } from "../draw/timeline.ts";
import type { Work } from "./work.ts";

/** Work that was observed. */
export interface RecordedWork extends Work {
  /** True if it is a call of its own; false if it goes on with an earlier one, or is only a mark. */
  readonly isCall: boolean;
}

/** Event with which a model call ends. */
export type ModelEvent = SessionEvent<"decision" | "error" | "model_failed" | "summary" | "limit">;

/** Model call of a turn. */
export interface ModelCall {
  /** Name of the LLM. */
  readonly llm: string;
  /** Step for which the call was made. */
  readonly step: string;
  /** Number of the call in its turn, from 0. */
  readonly decision: number;
  /** Offer of the request, as {@linkcode listOffers} has it; absent if it is not known. */
  readonly offers?: readonly string[];
  /** Number of events of the turn before the call. */
  readonly eventsBefore: number;
  /** Event with which it ended; undefined if the turn ended before. */
  readonly end: ModelEvent | undefined;
}

/** Lists the tools and routes that a request offered. */
export function listOffers({ tools, routes }: LegalActions): readonly string[] {
  return [...tools, ...routes.map((route) => `→ ${route}`)];
}

/** Model call that was observed. */
export interface RecordedCall extends ModelCall {
  /** Request. Its messages are read when the turn is over. */
  readonly request: LLMRequest;
  end: ModelEvent | undefined;
}

/** Turn that was observed, in milliseconds of one clock. */
export interface TurnRecord {
  readonly turn: ObservedTurn;
  readonly from: number;
  readonly to: number;
  readonly end: ObservedEnd;
  readonly segments: readonly TimelineSegment[];
  readonly works: readonly RecordedWork[];
  readonly events: readonly RecordedEvent[];
}

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

/** Event, and when it was committed. */
export interface RecordedEvent {
  readonly at: number;
  readonly event: SessionEvent;
}
