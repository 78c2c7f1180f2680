/**
 * The view: the part of a log that requests show, as the last summary limits it.
 *
 * @module
 */

/**
 * Fields of the event `summary`, beside those of a model call. `usage` is present if a model
 * was asked.
 */
export interface SummaryFields {
  /** Step in which it was made. */
  readonly step: string;
  /** `"bound"`: requests exceeded `maxTokens`; `"full"`: the model reported a full context. */
  readonly reason: "bound" | "full";
  /** Number of events, from the first of the log, that requests no longer show. */
  readonly until: number;
  /**
   * Number of events, from the first of the log, for which `text` stands. Less than `until` if a
   * summary failed: a later one makes up for it.
   */
  readonly covered: number;
  /** Summary of the covered events; absent if there is none, because `summarize` is false. */
  readonly text?: string;
  /** Text of the first input, if it stays in the requests although its turn left them. */
  readonly first?: string;
  /** Number of events, from the first of the log, whose long results requests show shortened. */
  readonly shortened?: number;
}

/** Part of a log that requests show. */
export type ViewFields = Omit<SummaryFields, "step" | "reason">;

/** View of a log without a summary. */
export const WHOLE_VIEW: ViewFields = { until: 0, covered: 0 };
