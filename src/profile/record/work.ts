/**
 * Work of a turn, from which its time is attributed.
 *
 * @module
 */
import type { SegmentKind, TimelineSegment } from "../draw/timeline.ts";

/** Work that was observed, in milliseconds of one clock. Works of one turn may overlap. */
export interface Work {
  /** Start. */
  readonly from: number;
  /** End. */
  readonly to: number;
  /** Kind of the work. */
  readonly kind: Exclude<SegmentKind, "unattributed">;
  /** Name of the guard, model or tool, or of the work. */
  readonly name: string;
  /** Step in which it happened. */
  readonly step: string;
  /** Number of the model call to which it belongs, from 0; absent before the first. */
  readonly decision?: number;
  /** Segments of the agent that ran as this tool, in milliseconds of the same clock. */
  readonly children?: readonly TimelineSegment[];
}

/** Work of the framework: all names that it may have. */
export type FrameworkWork =
  | "open turn"
  | "prepare request"
  | "read answer"
  | "act"
  | "close turn";
