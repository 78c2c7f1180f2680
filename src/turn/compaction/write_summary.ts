/**
 * Writing a summary of the turns that leave the requests.
 *
 * @module
 */
import { isModel } from "../../graph/history_options.ts";
import type { Log } from "../../history/log.ts";
import type { RunningTurn } from "../../history/running_turn.ts";
import type { ViewFields } from "../../history/summary.ts";
import { isVisible, renderEvent } from "../../prompt/render_event.ts";
import type { LiveSession } from "../live_session.ts";
import { measureTurn, splitTurns } from "./compaction_plan.ts";
import {
  askForSummary,
  buildSummaryMessages,
  callForSummary,
  type SummaryResult,
} from "./summarize.ts";
import { cutToSize, fitMessages } from "./text_size.ts";
import { measureAll, type TokenMeter } from "./token_meter.ts";

/** Size of the smallest request for a summary that is tried, in tokens. */
export const LEAST_REQUEST = 100;

/** Sizes for a summary, in tokens. */
interface SummarySizes {
  readonly maxSize: number;
  /** Maximum size of the request for it. */
  readonly maxRequest: number;
  readonly meter: TokenMeter;
}

/** Result of writing a summary. */
interface WrittenSummary {
  readonly result: SummaryResult;
  /** Number of events, from the first of the log, for which it stands. */
  readonly end: number;
  /** Size of the summarized turns in a request, in tokens; 0 if no model reads them. */
  readonly size: number;
}

/**
 * Summarizes the turns up to `until` that have no summary yet, or as many of them as fit into one
 * request.
 */
export async function writeSummary(
  session: LiveSession,
  turn: RunningTurn,
  { until, covered, text: summary }: ViewFields,
  { maxSize, maxRequest, meter }: SummarySizes,
): Promise<WrittenSummary> {
  const { log, step } = session;
  const { summarize: writer = step.llm } = step.history;
  const maxChars = Math.floor(4 * maxSize);
  const cut = (text: string) => cutToSize(text, maxSize, meter.measure);
  if (!isModel(writer)) {
    const messages = renderShort(log, covered, until);
    const write = writer as Exclude<typeof writer, false>;
    const result = await callForSummary(turn, write, { summary, messages, maxChars }, cut);
    return { result, end: until, size: 0 };
  }
  const measure = meter.measureFor(writer);
  const own = buildSummaryMessages({ summary, maxChars, messages: [] });
  const room = Math.max(LEAST_REQUEST, maxRequest - measureAll(own, measure));
  let [end, size] = [until, 0];
  for (const each of splitTurns(log, covered).filter(({ from }) => from < until)) {
    const added = measureTurn(log, each, Infinity, measure).size;
    if (size > 0 && size + added > room) break;
    [end, size] = [each.until, size + added];
  }
  const messages = fitMessages(renderShort(log, covered, end), room, measure);
  const request = { summary, maxChars, messages };
  const result = await askForSummary(session, turn, writer, request, cut);
  return { result, end, size: Math.min(size, room) };
}

/** Renders events with their long results shortened. */
function renderShort(log: Log, from: number, until: number) {
  const events = log.since(from).slice(0, until - from);
  return events.filter(isVisible).map((event) => renderEvent(event, true));
}
