/**
 * Timeline of turns, from which pictures are drawn.
 *
 * @module
 */

/** One turn as a timeline. Times are in milliseconds since the start of the turn. */
export interface TurnTimeline {
  /** Text that started the turn. */
  readonly input: string;
  /** Duration, in milliseconds. */
  readonly wall: number;
  /** Parts of the turn's time, in order, which do not overlap. */
  readonly segments: readonly {
    /** Start, in milliseconds since the start of the turn. */
    readonly from: number;
    /** End, in milliseconds since the start of the turn. */
    readonly to: number;
    /**
     * Kind of work that the turn waited for: `"guard"`, a guard or an approval condition; `"first
     * token"`, a model before its answer begins; `"generation"`, a model that answers; `"tool"`, a
     * tool; `"commit"`, the store; `"reader"`, the reader of a stream; `"framework"`, the framework
     * itself; `"unattributed"`, unknown.
     */
    readonly kind:
      | "guard"
      | "first token"
      | "generation"
      | "tool"
      | "commit"
      | "reader"
      | "framework"
      | "unattributed";
    /** Name of the guard, model or tool, or of the work. */
    readonly name: string;
    /** Step in which it happened. */
    readonly step?: string;
    /** Number of the model call to which it belongs, from 0; absent before the first. */
    readonly decision?: number;
    /** Agent whose session did it, if it ran as a tool of this one. */
    readonly agent?: string;
  }[];
  /** Calls that ran at the same time, and those of agents, in order of time. Default: none. */
  readonly lanes?: readonly {
    /** Name of the tool. */
    readonly name: string;
    /** Start, in milliseconds since the start of the turn. */
    readonly from: number;
    /** End, in milliseconds since the start of the turn. */
    readonly to: number;
    /** Segments of the child session, if the tool is an agent. */
    readonly children?: TurnTimeline["segments"];
  }[];
}

/** Part of a turn's time, and the one thing that the turn waited for. */
export type TimelineSegment = TurnTimeline["segments"][number];

/** Kind of work that a turn waits for. */
export type SegmentKind = TimelineSegment["kind"];

/** Call that ran beside others, or that ran a session of its own. */
export type TimelineLane = NonNullable<TurnTimeline["lanes"]>[number];
