/**
 * Frames of a flame graph, from the timelines of turns.
 *
 * @module
 */

import { ANYTHING, checkOptions } from "../../llm/option_rules.ts";
import { drawFlameGraph, type FrameGroup } from "./flame_graph.ts";
import type { Frame } from "./frame.ts";
import type { SegmentKind, TimelineSegment, TurnTimeline } from "./timeline.ts";

const COLOURS: Readonly<Record<SegmentKind, FrameGroup["colour"]>> = {
  "guard": [55, 85, 62],
  "first token": [212, 70, 70],
  "generation": [270, 55, 78],
  "tool": [26, 90, 64],
  "commit": [140, 42, 62],
  "reader": [325, 60, 78],
  "framework": [0, 60, 66],
  "unattributed": [230, 4, 70],
};

/** Groups of the frames of turns, by what a turn waits for. */
const TURN_GROUPS: readonly FrameGroup[] = Object.entries(COLOURS)
  .map(([name, colour]) => ({ name, colour }));

/**
 * Draws turns as a flame graph in order of time, one after the other, because a turn does not
 * include the time between it and the next. Above the bottom are the turns, the model calls and
 * what they waited for, then the calls that ran beside others. In a browser, a click zooms.
 *
 * @param heading Heading of the picture, and the line below it.
 * @returns Text of an SVG file.
 * @throws {ConfigError} if the heading has an unknown field.
 *
 * @example Picture of a conversation
 * ```ts
 * import { Agent, decide, MockLLM } from "@nomos/agent";
 * import { drawTurns, Profiler } from "@nomos/agent/profile";
 * import { assertStringIncludes } from "@std/assert";
 *
 * const profiler = new Profiler();
 * const agent = new Agent({
 *   name: "greeter",
 *   llm: new MockLLM([decide.respond("Hello")]),
 *   observers: [profiler],
 *   start: "greet",
 *   steps: { greet: { description: "Greet the user" } },
 * });
 * await agent.createSession().next("Hi");
 * const svg = drawTurns(profiler.profile().turns, { title: "greeter", subtitle: "1 turn" });
 * assertStringIncludes(svg, ">1 Hi  ");
 * ```
 */
export function drawTurns(
  turns: readonly TurnTimeline[],
  heading: { readonly title: string; readonly subtitle: string },
): string {
  checkOptions("draw turns", heading, { title: ANYTHING, subtitle: ANYTHING });
  const children = makeTurnFrames(turns);
  const time = children.reduce((sum, turn) => sum + turn.time, 0);
  const all: Frame = { name: "all", time, children };
  return drawFlameGraph(all, { ...heading, groups: TURN_GROUPS, order: "time" });
}

/**
 * Makes a frame for each turn. Within it are the model calls with their segments, and lanes for
 * the calls that ran beside others.
 */
export function makeTurnFrames(turns: readonly TurnTimeline[]): Frame[] {
  let end = 0;
  return turns.map(({ input, wall, segments, lanes = [] }, index) => {
    const from = end;
    end += 1e3 * wall;
    return {
      name: `${index + 1} ${input}`,
      from,
      time: 1e3 * wall,
      children: makeDecisionFrames(segments, from),
      lanes: lanes.map((lane): Frame => ({
        ...spanOf(lane, from),
        name: lane.name,
        detail: "tool",
        group: "tool",
        children: makeDecisionFrames(lane.children ?? [], from),
      })),
    };
  });
}

/** Makes a frame for each model call, with the segments that belong to it. */
function makeDecisionFrames(segments: readonly TimelineSegment[], start: number): Frame[] {
  const runs: TimelineSegment[][] = [];
  for (const segment of segments) {
    const run = runs.at(-1);
    if (run !== undefined && labelOf(run[0]!) === labelOf(segment)) run.push(segment);
    else runs.push([segment]);
  }
  return runs.map((run) => {
    const [name = "", ...details] = partsOf(run[0]!);
    return {
      ...spanOf({ from: run[0]!.from, to: run.at(-1)!.to }, start),
      name,
      detail: details.join(", "),
      children: makeSegmentFrames(run, start),
    };
  });
}

function labelOf(segment: TimelineSegment): string {
  return JSON.stringify(partsOf(segment));
}

function partsOf({ step, decision, agent }: TimelineSegment): string[] {
  const parts = [step, agent, decision === undefined ? undefined : `model call ${decision + 1}`];
  return parts.filter((part) => part !== undefined);
}

/** Makes frames of segments. A frame of an answer contains its interruptions, such as its reader. */
function makeSegmentFrames(segments: readonly TimelineSegment[], start: number): Frame[] {
  const frames: Frame[] = [];
  for (let at = 0; at < segments.length; at++) {
    const segment = segments[at]!;
    const end = findEnd(segments, at);
    const children = segments.slice(at + 1, end).filter(({ kind }) => kind !== "generation")
      .map((inner) => makeSegmentFrame(inner, start));
    frames.push({ ...makeSegmentFrame({ ...segment, to: segments[end]!.to }, start), children });
    at = end;
  }
  return frames;
}

/** Returns the index of the last segment of an answer; of another segment, its own. */
function findEnd(segments: readonly TimelineSegment[], at: number): number {
  const { kind, name } = segments[at]!;
  if (kind !== "generation") return at;
  const next = segments.findIndex((other, index) => index > at && other.kind === "first token");
  return segments.findLastIndex((other, index) =>
    other.kind === kind && other.name === name && (next === -1 || index < next)
  );
}

/** Names a segment by the kind of work for a model, and otherwise by who did it. */
function makeSegmentFrame(segment: TimelineSegment, start: number): Frame {
  const { kind, name } = segment;
  const isModel = kind === "first token" || kind === "generation";
  const [first, second] = isModel ? [kind, name] : [name, kind];
  return { ...spanOf(segment, start), name: first, detail: second, group: kind, children: [] };
}

/** Converts a span from milliseconds of a turn to microseconds of the picture. */
function spanOf({ from, to }: Pick<TimelineSegment, "from" | "to">, start: number) {
  return { from: start + 1e3 * from, time: 1e3 * (to - from) };
}
