/**
 * The next step of a compaction: a pure function of the sizes of the parts of a request.
 *
 * @module
 */
import type { SessionEvent } from "../../history/event.ts";
import type { Log } from "../../history/log.ts";
import { measureMessage } from "../../prompt/message_parts.ts";
import { isVisible, renderEvent, SHORT_RESULT } from "../../prompt/render_event.ts";

/** Returns the number of tokens of a text. */
export type Measure = (text: string) => number;

/** Consecutive events of one turn. */
export interface TurnRange {
  /** Sequence number of the first event. */
  readonly from: number;
  /** Sequence number after the last event. */
  readonly until: number;
}

/**
 * Splits a log into turns, from the event `from` on. The last one is the running turn, which may
 * have no events yet. A turn begins with input, or after a response.
 */
export function splitTurns(log: Log, from: number): readonly TurnRange[] {
  const turns: TurnRange[] = [];
  let start = from;
  let [isEmpty, isOver] = [true, false];
  for (let seq = from; seq < log.head; seq++) {
    const event = log.at(seq)!;
    if (!isEmpty && (isOver || event.type === "user")) {
      turns.push({ from: start, until: seq });
      start = seq;
      [isEmpty, isOver] = [true, false];
    }
    if (isVisible(event)) isEmpty = false;
    if (event.type === "decision" && event.decision.action === "RESPOND") isOver = true;
  }
  if (isOver) {
    turns.push({ from: start, until: log.head });
    start = log.head;
  }
  return [...turns, { from: start, until: log.head }];
}

/** Turn that requests show, and its size in tokens. */
export interface SizedTurn extends TurnRange {
  readonly size: number;
  /** Number of tokens that shortening its long results saves. */
  readonly saving: number;
}

/** Measures a turn; results before the event `shortened` are shortened already. */
export function measureTurn(
  log: Log,
  { from, until }: TurnRange,
  shortened: number,
  measure: Measure,
): SizedTurn {
  let [size, saving] = [0, 0];
  for (let seq = from; seq < until; seq++) {
    const event = log.at(seq)!;
    if (!isVisible(event)) continue;
    const shown = measureMessage(renderEvent(event, seq < shortened), measure);
    size += shown;
    if (seq >= shortened && isLongResult(event)) {
      saving += Math.max(0, shown - measureMessage(renderEvent(event, true), measure));
    }
  }
  return { from, until, size, saving };
}

function isLongResult(event: SessionEvent): boolean {
  if (event.type !== "tool_finished") return false;
  return event.text.length > SHORT_RESULT || event.parts !== undefined;
}

/** Parts of the next request, with their sizes in tokens. */
export interface View {
  /** Size of the standing text and of the messages after the history. */
  readonly fixed: number;
  /** Size of the messages that stand for events which are no longer shown. */
  readonly summary: number;
  /** Turns that are shown, oldest first, without the running one. */
  readonly shown: readonly SizedTurn[];
  readonly running: SizedTurn;
}

/** Sizes that requests may have, in tokens. */
export interface Sizes {
  /** Maximum size of a request. */
  readonly bound: number;
  /** Size that a compaction is to reach, so that the next one is not due at once. */
  readonly goal: number;
  /** Maximum size of the messages that stand for events which are no longer shown. */
  readonly summary: number;
}

/** Next step of a compaction. */
export type CompactionStep =
  /** Results before the event `shortened` are shown shortened. */
  | { readonly do: "shorten"; readonly shortened: number }
  /** Events before `until` leave the requests, and results before `shortened` are shortened. */
  | { readonly do: "leave"; readonly until: number; readonly shortened: number | undefined }
  /** The messages that stand for events which are no longer shown are cut to `size` tokens. */
  | { readonly do: "trim"; readonly size: number };

/** Returns the size of a request that shows a view. */
export function sizeOf({ fixed, summary, shown, running }: View): number {
  return fixed + summary + sum(shown, ({ size }) => size) + running.size;
}

/** Returns the next step towards the goal; undefined if it is reached, or nothing more can be done. */
export function planCompaction(
  view: View,
  { bound, goal, summary: allowance }: Sizes,
  keepTurns: number,
): CompactionStep | undefined {
  const { fixed, summary, shown, running } = view;
  const total = sizeOf(view);
  if (total <= goal) return undefined;
  const kept = shown.slice(Math.max(0, shown.length - keepTurns));
  // Results of turns that are not kept are shortened first, and others only if that is not enough.
  for (const shortened of [kept[0]?.from ?? running.from, running.from]) {
    const saved = sum(shown, (turn) => turn.from < shortened ? turn.saving : 0);
    if (saved > 0 && total - saved <= goal) return { do: "shorten", shortened };
  }
  const room = goal - fixed - running.size - allowance;
  const whole = countFitting(kept, room, ({ size }) => size);
  const short = countFitting(kept, room, ({ size, saving }) => size - saving);
  const stays = Math.max(whole, short);
  if (stays < shown.length) {
    const until = stays === 0 ? running.from : shown[shown.length - stays]!.from;
    return { do: "leave", until, shortened: short > whole ? running.from : undefined };
  }
  const least = fixed + running.size;
  return summary > 0 && total > bound && least <= bound
    ? { do: "trim", size: bound - least }
    : undefined;
}

/** Returns the number of last turns that fit into `room` tokens together. */
function countFitting(
  turns: readonly SizedTurn[],
  room: number,
  sizeOf: (turn: SizedTurn) => number,
): number {
  let [count, used] = [0, 0];
  for (const turn of turns.toReversed()) {
    used += sizeOf(turn);
    if (used > room) break;
    count++;
  }
  return count;
}

function sum(turns: readonly SizedTurn[], amount: (turn: SizedTurn) => number): number {
  return turns.reduce((total, turn) => total + amount(turn), 0);
}
