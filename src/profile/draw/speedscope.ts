/**
 * Turns as a file for speedscope, whose format is described at
 * https://github.com/jlfwong/speedscope/wiki/Importing-from-custom-sources
 *
 * @module
 */

import { cleanLabel } from "./flame_graph.ts";
import { type Frame, layOutFrames } from "./frame.ts";
import type { TurnTimeline } from "./timeline.ts";
import { makeTurnFrames } from "./turn_frames.ts";

/** File of speedscope. */
export interface SpeedscopeFile {
  /** Address of the schema. */
  readonly $schema: "https://www.speedscope.app/file-format-schema.json";
  /** Program that wrote the file. */
  readonly exporter: string;
  /** Heading. */
  readonly name: string;
  /** Frames of all profiles. */
  readonly shared: { readonly frames: readonly { readonly name: string }[] };
  /** Profiles, which a menu offers. */
  readonly profiles: readonly SpeedscopeProfile[];
}

/** Profile of speedscope, whose frames nest. */
export interface SpeedscopeProfile {
  /** Kind of the profile. */
  readonly type: "evented";
  /** Name in the menu. */
  readonly name: string;
  /** Unit of all times. */
  readonly unit: "milliseconds";
  /** Start of the profile. */
  readonly startValue: number;
  /** End of the profile. */
  readonly endValue: number;
  /** Starts and ends of frames, in order of time. */
  readonly events: readonly SpeedscopeEvent[];
}

/** Start or end of a frame. */
export interface SpeedscopeEvent {
  /** `"O"` if the frame opens, `"C"` if it closes. */
  readonly type: "O" | "C";
  /** Time since the start of the turn. */
  readonly at: number;
  /** Index of the frame. */
  readonly frame: number;
}

/**
 * Makes the speedscope file of turns: a profile for each turn, and one for each call that ran
 * beside others, because the frames of a profile must nest.
 *
 * @param name Heading, such as the name of the agent.
 * @returns Text of a file whose name ends with `.speedscope.json`.
 *
 * @example A file that https://www.speedscope.app opens
 * ```ts
 * import { makeSpeedscope } from "@nomos/agent/profile";
 * import { assertStringIncludes } from "@std/assert";
 *
 * const text = makeSpeedscope([{
 *   input: "Hi",
 *   wall: 500,
 *   segments: [
 *     { from: 0, to: 400, kind: "first token", name: "gpt-5-mini" },
 *     { from: 400, to: 500, kind: "generation", name: "gpt-5-mini" },
 *   ],
 * }], "barista");
 * assertStringIncludes(text, '"1 Hi"'); // profile.speedscope.json
 * ```
 */
export function makeSpeedscope(turns: readonly TurnTimeline[], name: string): string {
  const indexes = new Map<string, number>();
  const indexOf = (label: string): number => {
    if (!indexes.has(label)) indexes.set(label, indexes.size);
    return indexes.get(label)!;
  };
  const profiles = makeTurnFrames(turns).flatMap(({ lanes = [], ...turn }, index) => [
    makeProfile(turn, turn.name, turn.from!, indexOf),
    ...lanes.map((lane) =>
      makeProfile(lane, `${index + 1} tool ${lane.name}`, turn.from!, indexOf)
    ),
  ]);
  const file: SpeedscopeFile = {
    $schema: "https://www.speedscope.app/file-format-schema.json",
    exporter: "@nomos/agent",
    name: cleanLabel(name),
    shared: { frames: [...indexes.keys()].map((name) => ({ name })) },
    profiles,
  };
  return JSON.stringify(file);
}

/** Makes a profile of a frame and those within it, with times since `origin`. */
function makeProfile(
  root: Frame,
  name: string,
  origin: number,
  indexOf: (label: string) => number,
): SpeedscopeProfile {
  // Rounded to nanoseconds, because no end may be after the next start.
  const toMilliseconds = (time: number) => Math.round(1e3 * (time - origin)) / 1e6;
  const frames = layOutFrames(root, "time");
  const events: SpeedscopeEvent[] = [];
  const open: { readonly frame: number; readonly end: number }[] = [];
  const close = (level: number) => {
    while (open.length > level) {
      const { frame, end } = open.pop()!;
      events.push({ type: "C", at: end, frame });
    }
  };
  for (const { level, start, time, name, detail = "" } of frames) {
    close(level);
    const frame = indexOf(cleanLabel(detail === "" ? name : `${name}, ${detail}`));
    events.push({ type: "O", at: toMilliseconds(start), frame });
    open.push({ frame, end: toMilliseconds(start + time) });
  }
  close(0);
  return {
    type: "evented",
    name: cleanLabel(name),
    unit: "milliseconds",
    startValue: events[0]!.at,
    endValue: events.at(-1)!.at,
    events,
  };
}
