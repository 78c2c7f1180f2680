/**
 * Readers of a stream, as its turn calls them.
 *
 * @module
 */
import type { Clock } from "../clock.ts";
import { type OnWork, runIn } from "../graph/work.ts";
import type { RunningTurn } from "../history/running_turn.ts";
import type { Out, StreamPart } from "./stream_part.ts";

/**
 * Returns a reader that stops the turn if it takes longer than `timeout` milliseconds to ask for
 * the next part. It gets no part after that.
 */
export function limitReader(
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

/** Returns a reader that gets one part at a time, although child sessions run concurrently. */
export function inOrder(reader: Out<StreamPart>): Out<StreamPart> {
  let last = Promise.resolve();
  return (part) => last = last.then(() => reader(part));
}

/** Returns a reader for which the turn waits within a scope of its observers. */
export function observeReader(reader: Out<StreamPart>, onWork: OnWork): Out<StreamPart> {
  return (part) => {
    const { callKey } = part.type === "progress" || part.type === "child" ? part : {};
    const scope = onWork({ kind: "yield", ...(callKey !== undefined && { callKey }) });
    return runIn(scope, () => reader(part));
  };
}
