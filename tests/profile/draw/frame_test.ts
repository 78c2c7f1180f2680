import { assert, assertEquals } from "@std/assert";
import { type Frame, layOutFrames, type PlacedFrame } from "../../../src/profile/draw/frame.ts";

/** Makes a frame at a time, if one is given. */
function frame(name: string, time: number, rest: Partial<Frame> = {}): Frame {
  return { name, time, children: [], ...rest };
}

/** Writes placed frames as `name row start+time`. */
function write(placed: readonly PlacedFrame[]): string[] {
  return placed.map(({ name, level, start, time }) => `${name} ${level} ${start}+${time}`);
}

Deno.test("layOutFrames() by size adds up the same label, and shows the longest first", () => {
  const tree = frame("all", 10, {
    children: [
      frame("a", 1, { children: [frame("x", 1)] }),
      frame("b", 5),
      frame("a", 3, { children: [frame("x", 1), frame("y", 2)] }),
      frame("never", 0),
    ],
  });
  const placed = layOutFrames(tree, "size");
  assertEquals(write(placed), ["all 0 0+10", "b 1 0+5", "a 1 5+4", "x 2 5+2", "y 2 7+2"]);
  assertEquals(placed.map(({ self }) => self), [1, 5, 0, 2, 2]);
});

Deno.test("layOutFrames() by size tells labels with different details apart", () => {
  const children = [frame("f", 1, { detail: "a.ts:1" }), frame("f", 1, { detail: "b.ts:1" })];
  assertEquals(layOutFrames(frame("all", 2, { children }), "size").length, 3);
});

Deno.test("layOutFrames() by time places frames where they happened, also equal ones", () => {
  const tree = frame("all", 100, {
    from: 1000,
    children: [
      frame("a", 10, { from: 1020 }),
      frame("b", 40),
      frame("a", 5, { from: 1090, children: [frame("x", 2)] }),
    ],
  });
  assertEquals(write(layOutFrames(tree, "time")), [
    "all 0 1000+100",
    "a 1 1020+10",
    "b 1 1030+40",
    "a 1 1090+5",
    "x 2 1090+2",
  ]);
});

Deno.test("layOutFrames() by time cuts frames off at those around and before them", () => {
  const tree = frame("all", 10, {
    children: [
      frame("early", 3, { from: -1 }),
      frame("late", 3, { from: 1 }),
      frame("beyond", 100, { from: 9 }),
      frame("outside", 5, { from: 11 }),
    ],
  });
  assertEquals(write(layOutFrames(tree, "time")), [
    "all 0 0+10",
    "early 1 0+2",
    "late 1 2+2",
    "beyond 1 9+1",
  ]);
});

Deno.test("layOutFrames() by time places lanes above everything that they run beside", () => {
  const tree = frame("all", 100, {
    children: [
      frame("low", 50, { from: 0 }),
      frame("high", 50, { from: 50, children: [frame("x", 50, { children: [frame("y", 9)] })] }),
    ],
    lanes: [
      frame("over low", 20, { from: 10, children: [frame("z", 1)] }),
      frame("over over low", 10, { from: 25 }),
      frame("over low too", 10, { from: 35 }),
      frame("over high", 20, { from: 45 }),
    ],
  });
  const lanes = layOutFrames(tree, "time").filter(({ name }) => /^over|^z/.test(name));
  assertEquals(write(lanes), [
    "over low 2 10+20",
    "z 3 10+1",
    "over over low 4 25+10",
    "over low too 2 35+10",
    "over high 4 45+20",
  ]);
});

Deno.test("layOutFrames() by time never places two frames on each other", () => {
  let seed = 7;
  const random = (below: number) => (seed = seed * 16807 % 2147483647) % below;
  const grow = (from: number, time: number, depth: number): Frame =>
    frame("f", time, {
      from,
      children: depth === 0
        ? []
        : Array.from({ length: 3 }, (_, at) => grow(from + at * time / 3, time / 3, depth - 1)),
      lanes: depth !== 2
        ? []
        : Array.from({ length: 8 }, () => grow(from + random(99), 1 + random(30), depth - 1)),
    });
  const placed = layOutFrames(grow(0, 100, 3), "time");
  const rows = Map.groupBy(placed, ({ level }) => level);
  for (const row of rows.values()) {
    row.sort((a, b) => a.start - b.start);
    for (const [index, { start, time }] of row.entries()) {
      const next = row[index + 1];
      assert(next === undefined || start + time <= next.start + 1e-9);
    }
  }
  assert(rows.size > 5);
});
