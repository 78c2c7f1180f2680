/**
 * Compaction of a view: older events leave the requests of a session. Loaded when it is needed.
 *
 * @module
 */
import { reasonOf } from "../../errors.ts";
import type { HistoryBounds } from "../../graph/history_options.ts";
import type { EventDraft, SessionEvent } from "../../history/event.ts";
import type { RunningTurn } from "../../history/running_turn.ts";
import { type SummaryFields, type ViewFields, WHOLE_VIEW } from "../../history/summary.ts";
import { isVisible, renderSummary } from "../../prompt/render_event.ts";
import type { LiveSession } from "../live_session.ts";
import type { Prepared } from "../request/prepare.ts";
import {
  type CompactionStep,
  measureTurn,
  planCompaction,
  type Sizes,
  splitTurns,
  type TurnRange,
  type View,
} from "./compaction_plan.ts";
import { cutToSize } from "./text_size.ts";
import { measureAll, TokenMeter } from "./token_meter.ts";
import { ViewState } from "./view_state.ts";
import { LEAST_REQUEST, writeSummary } from "./write_summary.ts";

/** Smallest and largest summary, in tokens. */
const [LEAST_SUMMARY, MAX_SUMMARY] = [50, 2_000];

/** Compacts the view of one session before one request. */
export class Compaction {
  readonly #session: LiveSession;
  readonly #state: ViewState;
  readonly #bounds: HistoryBounds;
  readonly #meter: TokenMeter;
  /** Last summary of the log; undefined if there is none. */
  readonly #last: SessionEvent<"summary"> | undefined;

  /** Measures the next request of a session. */
  constructor(session: LiveSession, prepared: Prepared) {
    this.#session = session;
    this.#state = session.view ??= new ViewState();
    this.#bounds = prepared.step.history;
    this.#meter = new TokenMeter(session, this.#state, prepared, this.#bounds.countTokens);
    this.#last = session.prompts!.summary;
  }

  /**
   * Returns the events of the next step of a compaction, if the next request is too large;
   * undefined if it can be sent. Also makes up for a summary that failed in an earlier turn.
   */
  async run(turn: RunningTurn): Promise<readonly EventDraft[] | undefined> {
    const state = this.#state;
    const { maxTokens: bound } = this.#bounds;
    if (this.#meter.size > bound) state.open ??= { reason: "bound", goal: bound / 2 };
    if (state.open !== undefined) {
      const drafts = await this.#takeStep(turn, state.open);
      if (drafts !== undefined) return drafts;
      state.open = undefined;
    }
    const { covered, until } = this.#shownNow;
    const hasGap = covered < until && state.failedAt !== this.#running.from;
    if (!hasGap || this.#bounds.summarize === false) return undefined;
    const drafts = await this.#summarize(turn, this.#last!.reason, this.#shownNow);
    return drafts.length > 0 || turn.isStopped ? drafts : undefined;
  }

  /**
   * Begins a compaction because the model reported a full context. Returns false if nothing can
   * leave the requests, or it has just done so.
   */
  begin(): boolean {
    const state = this.#state;
    const hasJustRun = this.#last?.reason === "full" &&
      this.#last.seq === this.#session.log.head - 1;
    if (hasJustRun) return false;
    const { size } = this.#meter;
    const goal = Math.min(size, this.#bounds.maxTokens) / 2;
    if (this.#plan(goal) === undefined) return false;
    state.open = { reason: "full", goal };
    state.maxSummarized = Math.min(state.maxSummarized, size);
    return true;
  }

  /** Part of the log that requests show now. */
  get #shownNow(): ViewFields {
    return this.#last ?? WHOLE_VIEW;
  }

  /** Turns that requests show; the last one is running. */
  get #shown(): readonly TurnRange[] {
    return splitTurns(this.#session.log, this.#shownNow.until);
  }

  get #running(): TurnRange {
    return this.#shown.at(-1)!;
  }

  #plan(goal: number): CompactionStep | undefined {
    const { measure, fixed } = this.#meter;
    const { shortened = 0 } = this.#shownNow;
    const turns = this.#shown.map((turn) =>
      measureTurn(this.#session.log, turn, shortened, measure)
    );
    const summary = measureAll(renderSummary(this.#shownNow), measure);
    const view: View = { fixed, summary, shown: turns.slice(0, -1), running: turns.at(-1)! };
    return planCompaction(view, this.#sizesFor(goal), this.#bounds.keepTurns);
  }

  #sizesFor(goal: number): Sizes {
    const { maxTokens: bound, summarize, keepFirst } = this.#bounds;
    const parts = (summarize === false ? 0 : 1) + (keepFirst ? 1 : 0);
    return { bound, goal, summary: parts * this.#summarySizeFor(goal) };
  }

  /** Returns the maximum size of a summary, and of the first input, in tokens. */
  #summarySizeFor(goal: number): number {
    const most = Math.min(goal, this.#state.maxSummarized) / 4;
    return Math.min(MAX_SUMMARY, Math.max(LEAST_SUMMARY, most));
  }

  async #takeStep(
    turn: RunningTurn,
    open: NonNullable<ViewState["open"]>,
  ): Promise<readonly EventDraft[] | undefined> {
    const { reason } = open;
    // The size that the same model refused for a summary bounds its window.
    const { maxSummarized } = this.#state;
    const isOwn = this.#bounds.summarize === undefined;
    const goal = isOwn ? Math.min(open.goal, maxSummarized) : open.goal;
    const shown = this.#shownNow;
    const step: CompactionStep | undefined = shown.until < (open.until ?? 0)
      ? { do: "leave", until: open.until!, shortened: undefined }
      : this.#plan(goal);
    switch (step?.do) {
      case undefined:
        return undefined;
      case "shorten":
        return [this.#createDraft(reason, { ...shown, shortened: step.shortened })];
      case "trim": {
        const trimmed = this.#trim(shown, step.size);
        // Sums of corrected sizes are rounded, so a text that is short enough could be cut forever.
        const isShorter = trimmed.text !== shown.text || trimmed.first !== shown.first;
        return isShorter ? [this.#createDraft(reason, trimmed)] : undefined;
      }
      case "leave": {
        const { first: _, ...rest } = shown;
        const { until, shortened = shown.shortened } = step;
        open.until = until;
        const first = this.#findFirst(until, this.#summarySizeFor(goal));
        const next: ViewFields = {
          ...rest,
          until,
          ...(first !== undefined && { first }),
          ...(shortened !== undefined && { shortened }),
        };
        if (this.#bounds.summarize !== false) return await this.#summarize(turn, reason, next);
        return [this.#createDraft(reason, { ...next, covered: until })];
      }
    }
  }

  /** Returns the first input, if it stays in the requests although its turn leaves them. */
  #findFirst(until: number, size: number): string | undefined {
    if (!this.#bounds.keepFirst) return undefined;
    if (this.#last?.first !== undefined) return this.#last.first;
    const { events } = this.#session.log;
    const first = events.find((event) => event.type === "user" && isVisible(event));
    const isOlder = first?.type === "user" && first.seq < until;
    return isOlder ? cutToSize(first.text, size, this.#meter.measure) : undefined;
  }

  /** Cuts the summary, and the first input if that is not enough. */
  #trim({ text, first, ...rest }: ViewFields, size: number): ViewFields {
    const { measure } = this.#meter;
    const shortFirst = first && cutToSize(first, size, measure);
    const title = measureAll(renderSummary({ ...rest, text: "" }), measure);
    const left = size - title - measure(shortFirst ?? "");
    const shortText = text && cutToSize(text, left, measure);
    return {
      ...rest,
      ...(shortText && { text: shortText }),
      ...(shortFirst && { first: shortFirst }),
    };
  }

  /**
   * Summarizes the turns up to `until` that have no summary yet, or as many of them as fit into one
   * request. Nothing is lost if that fails: the turns leave the requests, and a later summary covers
   * them. Returns no events if only that is repeated.
   */
  async #summarize(
    turn: RunningTurn,
    reason: SummaryFields["reason"],
    fields: ViewFields,
  ): Promise<readonly EventDraft[]> {
    const { agent, tracker, id } = this.#session;
    const { until } = fields;
    const maxSize = this.#summarySizeFor(this.#state.open?.goal ?? this.#meter.size / 2);
    const maxRequest = Math.min(this.#bounds.maxTokens, this.#state.maxSummarized);
    const sizes = { maxSize, maxRequest, meter: this.#meter };
    const { result, end, size } = await writeSummary(this.#session, turn, fields, sizes);
    if (result.text !== undefined) {
      const { text, call } = result;
      const shown = Math.max(this.#shownNow.until, end);
      const draft = this.#createDraft(reason, { ...fields, until: shown, covered: end, text });
      return call === undefined
        ? [draft]
        : [{ ...draft, ...call }, ...tracker!.limitUnpriced(call.cost)];
    }
    const failed = result.failure === undefined ? [] : [result.failure];
    if (turn.isStopped) return failed;
    if (result.isTooLong && size > LEAST_REQUEST) {
      this.#state.maxSummarized = size / 2;
      return failed;
    }
    this.#state.failedAt = this.#running.from;
    agent.warn(
      "summarize",
      `Cannot summarize the older part of session "${id}": ${reasonOf(result.cause)}: requests ` +
        "go on without it, and the next turn tries again",
      result.cause,
    );
    if (until === this.#shownNow.until) return failed;
    return [...failed, this.#createDraft(reason, fields)];
  }

  #createDraft(
    reason: SummaryFields["reason"],
    { until, covered, text, first, shortened }: ViewFields,
  ): EventDraft<"summary"> {
    return {
      type: "summary",
      step: this.#session.step.id,
      reason,
      until,
      covered,
      ...(text !== undefined && { text }),
      ...(first !== undefined && { first }),
      ...(shortened !== undefined && { shortened }),
    };
  }
}
