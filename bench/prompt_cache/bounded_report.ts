/**
 * Report of a long conversation whose history is bounded by summaries.
 *
 * @module
 */
import { formatCount, formatPercent } from "../../src/profile/draw/table.ts";
import type { PlayedRequest } from "./conversation.ts";
import { computeShare, serve } from "./vendor_cache.ts";

/** Figures of a conversation with summaries. */
export interface BoundedReport {
  /** Number of turns. */
  readonly turns: number;
  /** Number of requests for decisions. */
  readonly decisions: number;
  /** Number of requests for summaries. */
  readonly summaries: number;
  /** Fraction of the characters of all requests that a cache serves, from 0 to 1. */
  readonly share: number;
  /** Minimum of `share`. */
  readonly goal: number;
  /** Estimated tokens of the largest request. */
  readonly largest: number;
  /** Maximum number of tokens of a request. */
  readonly bound: number;
  /** True if the goal is reached, and no request exceeds the bound. */
  readonly isKept: boolean;
}

/** Computes the figures, for prompts of messages only. The goal is a fraction from 0 to 1. */
export function computeBoundedReport(
  requests: readonly PlayedRequest[],
  bound: number,
  goal: number,
): BoundedReport {
  const share = computeShare(serve(requests, false));
  const largest = Math.max(
    ...requests.map(({ messages }) =>
      messages.reduce((sum, { content }) => sum + content.length, 0) / 4
    ),
  );
  const summaries = requests.filter(({ step }) => step === "summary").length;
  return {
    turns: requests.at(-1)?.turn ?? 0,
    decisions: requests.length - summaries,
    summaries,
    share,
    goal,
    largest: Math.ceil(largest),
    bound,
    isKept: share >= goal && largest <= bound,
  };
}

/** Formats the figures as text. */
export function formatBoundedReport(report: BoundedReport): string {
  const { turns, decisions, summaries, share, goal, largest, bound, isKept } = report;
  return `With summaries: ${turns} turns, ${formatCount(decisions)} requests for decisions and ` +
    `${summaries} for summaries. Served: ${formatPercent(share, 1)} % ` +
    `(≥ ${formatPercent(goal, 1)} %). Largest request: ${formatCount(largest)} tokens ` +
    `(≤ ${formatCount(bound)}). ${isKept ? "Kept." : "Missed."}\n`;
}
