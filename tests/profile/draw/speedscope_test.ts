import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  makeSpeedscope,
  type SpeedscopeFile,
  type SpeedscopeProfile,
} from "../../../src/profile/draw/speedscope.ts";
import type { TurnTimeline } from "../../../src/profile/draw/timeline.ts";
import { makeSegments, sampleTurns } from "./sample_turns.ts";

function read(turns: readonly TurnTimeline[], name: string): SpeedscopeFile {
  return JSON.parse(makeSpeedscope(turns, name));
}

/** Writes the events of a profile, and fails if they do not nest. */
function write({ shared }: SpeedscopeFile, profile: SpeedscopeProfile): string[] {
  const open: number[] = [];
  let last = profile.startValue;
  const written = profile.events.map(({ type, at, frame }) => {
    assert(at >= last && at <= profile.endValue, `${at} is before ${last}`);
    last = at;
    if (type === "O") open.push(frame);
    else assertEquals(open.pop(), frame);
    return `${type} ${at} ${shared.frames[frame]!.name}`;
  });
  assertEquals(open, []);
  return written;
}

Deno.test("makeSpeedscope() makes a profile for each turn and each parallel call", () => {
  const file = read(sampleTurns(), "barista");
  assertEquals(file.profiles.map(({ name }) => name), [
    "1 Hello",
    "2 A latte & <b>an espresso</b>",
    "2 tool get_menu",
    "2 tool ask_chef",
  ]);
  assertEquals(write(file, file.profiles[0]!), [
    "O 0 1 Hello",
    "O 0 greet, model call 1",
    "O 0 first token, gpt",
    "C 6 first token, gpt",
    "O 6 generation, gpt",
    "C 10 generation, gpt",
    "C 10 greet, model call 1",
    "C 10 1 Hello",
  ]);
  const { startValue, endValue } = file.profiles[3]!;
  assertEquals([startValue, endValue], [32, 70]);
  assertEquals(write(file, file.profiles[3]!)[1], "O 33 cook, chef, model call 1");
  assertEquals(file.profiles.flatMap((profile) => write(file, profile)).length, 2 * 21);
});

Deno.test("makeSpeedscope() names each frame once", () => {
  const names = read(sampleTurns(), "barista").shared.frames.map(({ name }) => name);
  assertEquals(new Set(names).size, names.length);
});

Deno.test("makeSpeedscope() makes profiles that nest, whatever the times", () => {
  const duration = fc.double({ min: 0, max: 1e4, noNaN: true });
  const turn = fc.record({
    input: fc.string({ unit: "binary" }),
    wall: duration,
    durations: fc.array(duration),
    calls: fc.array(fc.record({ name: fc.string(), from: duration, time: duration })),
  }).map(({ durations, calls, ...rest }): TurnTimeline => ({
    ...rest,
    segments: makeSegments(0, durations.map((time) => ["tool", "a", time])),
    lanes: calls.map(({ name, from, time }) => ({ name, from, to: from + time })),
  }));
  fc.assert(fc.property(fc.array(turn), (turns) => {
    const file = read(turns, "any");
    for (const profile of file.profiles) write(file, profile);
    assert(JSON.stringify(file).isWellFormed());
  }));
});
