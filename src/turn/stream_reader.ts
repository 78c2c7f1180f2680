/**
 * Readers of a stream, as its turn calls them.
 *
 * @module
 */
import { type Clock, systemClock } from "../clock.ts";
import { type OnWork, runIn } from "../graph/work.ts";
import type { RunningTurn } from "../history/running_turn.ts";
import type { LiveSession } from "./live_session.ts";
import type { Out, StreamPart } from "./stream_part.ts";
import type { StreamOptions } from "./turn_options.ts";

/** Returns a reader as its turn calls it: with a time limit, in order and observed. */
export function prepareReader(
  reader: Out<StreamPart>,
  { durability, observers }: LiveSession,
  turn: RunningTurn,
  { children, readerTimeout }: StreamOptions,
): Out<StreamPart> {
  let prepared = reader;
  if (readerTimeout !== undefined) {
    const clock = durability?.turns?.clock ?? systemClock;
    prepared = limitReader(prepared, readerTimeout, turn, clock);
  }
  if (children) prepared = inOrder(prepared);
  const onWork = observers?.onWork;
  return onWork === undefined ? prepared : observeReader(prepared, onWork);
}

/**
 * Returns a reader that stops the turn if it takes longer than `timeout` milliseconds to ask for
 * the next part. The reader receives no part after that.
 */
function limitReader(
  reader: Out<StreamPart>,
  timeout: number,
  turn: RunningTurn,
  clock: Clock,
): Out<StreamPart> {
  let isLate = false;
  return (part) =>
    new Promise((resolve) => {
      if (isLate) return resolve();
      // An abandoned stream alone must not keep the program alive.
      const cancel = clock.setTimer(timeout, () => {
        isLate = true;
        const reason = `The stream was not read for ${timeout} ms (readerTimeout)`;
        turn.interrupt(new DOMException(reason, "AbortError"));
        resolve();
      }, true);
      reader(part).then(() => {
        cancel();
        resolve();
      });
    });
}

/** Returns a reader that receives one part at a time, although child sessions run concurrently. */
function inOrder(reader: Out<StreamPart>): Out<StreamPart> {
  let last = Promise.resolve();
  return (part) => last = last.then(() => reader(part));
}

/** Returns a reader whose waiting time observers see as work of the turn. */
function observeReader(reader: Out<StreamPart>, onWork: OnWork): Out<StreamPart> {
  return (part) => {
    const { callKey } = part.type === "progress" || part.type === "child" ? part : {};
    const scope = onWork({ kind: "yield", ...(callKey !== undefined && { callKey }) });
    return runIn(scope, () => reader(part));
  };
}
