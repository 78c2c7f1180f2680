/**
 * Frames of a flame graph, and their layout in rows.
 *
 * @module
 */

/** Frame of a flame graph: a span of time, and the frames within it. */
export interface Frame {
  /** First part of the label. */
  readonly name: string;
  /** Second part of the label, such as the file of a function. Default: none. */
  readonly detail?: string;
  /** Name of the group whose colour it has. Default: none, for a grey frame. */
  readonly group?: string;
  /**
   * Start, in microseconds; only the order of time uses it. Default: the end of the frame before
   * it, or the start of the frame around it.
   */
  readonly from?: number;
  /** Duration, in microseconds, including the frames within it. */
  readonly time: number;
  /** Frames within it, one after the other. */
  readonly children: readonly Frame[];
  /** Frames within it that run at the same time as its children. Default: none. */
  readonly lanes?: readonly Frame[];
}

/**
 * Order of frames: `"time"` shows them where they happened; `"size"` shows the longest first, and
 * adds up those with the same label.
 */
export type FrameOrder = "time" | "size";

/** Frame with its position. */
export interface PlacedFrame extends Pick<Frame, "name" | "detail" | "group" | "time"> {
  /** Start, in microseconds. */
  readonly start: number;
  /** Time outside of its children, in microseconds. */
  readonly self: number;
  /** Row, from 0. */
  readonly level: number;
}

/**
 * Lays out a frame and those within it. Leaves out frames without a duration.
 *
 * @returns The frames, those around others first.
 */
export function layOutFrames(frame: Frame, order: FrameOrder): PlacedFrame[] {
  const placed: PlacedFrame[] = [];
  if (order === "size") placeBySize(placed, [frame], 0, 0);
  else {
    const { from = 0, time } = frame;
    placeByTime(placed, frame, from, from + time, 0);
  }
  return placed;
}

/** Places frames with the same label as one. */
function placeBySize(
  placed: PlacedFrame[],
  same: readonly Frame[],
  start: number,
  level: number,
): void {
  placed.push({ ...placeOf(same), start, level });
  const byLabel = Map.groupBy(
    same.flatMap(({ children }) => children),
    ({ name, detail = "" }) => `${detail}\n${name}`,
  );
  for (const group of [...byLabel.values()].sort((a, b) => sumTimes(b) - sumTimes(a))) {
    const time = sumTimes(group);
    if (time > 0) placeBySize(placed, group, start, level + 1);
    start += time;
  }
}

/** Part of a row, and the lowest row that is free above it. */
interface Taken {
  readonly from: number;
  readonly to: number;
  readonly free: number;
}

/**
 * Places a frame and those within it, which are cut off at its borders.
 *
 * @returns The lowest row that is free above all of them.
 */
function placeByTime(
  placed: PlacedFrame[],
  frame: Frame,
  from: number,
  to: number,
  level: number,
): number {
  placed.push({ ...placeOf([frame]), time: to - from, start: from, level });
  const taken: Taken[] = [];
  let end = from;
  for (const child of frame.children) {
    const span = spanOf(child, end, to);
    if (span.to <= span.from) continue;
    end = span.to;
    taken.push({ ...span, free: placeByTime(placed, child, span.from, span.to, level + 1) });
  }
  for (const lane of frame.lanes ?? []) {
    const span = spanOf(lane, from, to);
    if (span.to <= span.from) continue;
    const beside = taken.filter((other) => other.from < span.to && other.to > span.from);
    const row = findFree(beside, level + 1);
    taken.push({ ...span, free: placeByTime(placed, lane, span.from, span.to, row) });
  }
  return findFree(taken, level + 1);
}

function findFree(taken: readonly Taken[], lowest: number): number {
  return taken.reduce((row, { free }) => Math.max(row, free), lowest);
}

/** Returns the part of a frame's time that lies between two others. */
function spanOf({ from, time }: Frame, earliest: number, latest: number) {
  const start = from ?? earliest;
  return { from: Math.max(start, earliest), to: Math.min(start + time, latest) };
}

function placeOf(same: readonly Frame[]) {
  const { name, detail, group } = same[0]!;
  const time = sumTimes(same);
  const within = sumTimes(same.flatMap(({ children }) => children));
  return {
    name,
    ...(detail !== undefined && { detail }),
    ...(group !== undefined && { group }),
    time,
    self: Math.max(0, time - within),
  };
}

function sumTimes(frames: readonly Frame[]): number {
  return frames.reduce((sum, { time }) => sum + time, 0);
}
