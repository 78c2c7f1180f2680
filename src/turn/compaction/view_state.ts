/**
 * Estimates of the size of a session's requests, and the compaction under way, in one process.
 *
 * @module
 */
import type { SummaryFields } from "../../history/summary.ts";
import { readUsage } from "../../llm/usage.ts";

/** Range of plausible corrections of an estimate. */
const [LEAST, MOST] = [0.1, 10];

/** Compaction of a view that has not reached its goal yet. */
interface OpenCompaction {
  readonly reason: SummaryFields["reason"];
  /** Size that requests are to have, in tokens. */
  readonly goal: number;
  /** Number of events that are to leave the requests, in one or several steps; undefined at first. */
  until?: number;
}

/** Estimates of a session whose requests are bounded, and the compaction that is under way. */
export class ViewState {
  /** Compaction under way; undefined if there is none. */
  open: OpenCompaction | undefined;
  /** Maximum size of a request for a summary, after the model refused a longer one. */
  maxSummarized: number = Infinity;
  /** First event of the turn in which a summary failed last: the next turn tries again. */
  failedAt = -1;
  /** Estimated size of the last request for a decision, before its correction. */
  sent = 0;
  /** Names of models whose reports in the log were read. */
  readonly read: Set<string> = new Set();
  /** Reported tokens for one estimated, by the names of models. */
  readonly #corrections = new Map<string, number>();

  /** Returns the factor by which estimates for a model are corrected; 1 before its first report. */
  correctionOf(llm: string): number {
    return this.#corrections.get(llm) ?? 1;
  }

  /** Corrects later estimates by the reported usage of a request of `estimated` tokens. */
  correct(llm: string, estimated: number, reported: unknown): void {
    const { input, isEstimated } = readUsage(reported) ?? {};
    if (input === undefined || isEstimated || input === 0 || estimated === 0) return;
    this.#corrections.set(llm, Math.min(MOST, Math.max(LEAST, input / estimated)));
  }
}
