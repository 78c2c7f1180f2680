import { assertEquals } from "@std/assert";
import { type Figure, isWithin, judged, spreadOf, timesFloor } from "../../bench/figure.ts";

const ALONE: Figure = { name: "a turn", unit: "µs", minimum: 30, median: 40 };
const OVER_FLOOR: Figure = { ...ALONE, floor: { name: "bare", minimum: 12, median: 20 } };

Deno.test("spreadOf() returns the minimum and the median, in any order of the rounds", () => {
  assertEquals(spreadOf([10, 9, 100]), { minimum: 9, median: 10 });
  assertEquals(spreadOf([7]), { minimum: 7, median: 7 });
});

Deno.test("spreadOf() averages the two middle values of an even number", () => {
  assertEquals(spreadOf([40, 1, 3, 2]), { minimum: 1, median: 2.5 });
});

Deno.test("spreadOf() does not reorder the rounds", () => {
  const rounds = [3, 1, 2];
  spreadOf(rounds);
  assertEquals(rounds, [3, 1, 2]);
});

Deno.test("timesFloor() divides the minimum by that of the floor", () => {
  assertEquals(timesFloor(OVER_FLOOR), 2.5);
  assertEquals(timesFloor(ALONE), undefined);
});

Deno.test("judged() returns the figure, its excess or its ratio", () => {
  assertEquals(judged(OVER_FLOOR, { kind: "itself", limit: 1 }), 30);
  assertEquals(judged(OVER_FLOOR, { kind: "over the floor", limit: 1 }), 18);
  assertEquals(judged(OVER_FLOOR, { kind: "times the floor", limit: 1 }), 2.5);
});

Deno.test("judged() treats a missing floor as 0, without a ratio", () => {
  assertEquals(judged(ALONE, { kind: "over the floor", limit: 1 }), 30);
  assertEquals(judged(ALONE, { kind: "times the floor", limit: 1 }), NaN);
});

Deno.test("isWithin() accepts a figure up to its limit", () => {
  const kept = (limit: number) => isWithin({ ...ALONE, budget: { kind: "itself", limit } });
  assertEquals([kept(30), kept(29.9)], [true, false]);
});

Deno.test("isWithin() compares by the kind of the budget", () => {
  const within = (kind: "itself" | "over the floor" | "times the floor", limit: number) =>
    isWithin({ ...OVER_FLOOR, budget: { kind, limit } });
  assertEquals([within("itself", 18), within("over the floor", 18)], [false, true]);
  assertEquals([within("over the floor", 2.5), within("times the floor", 2.5)], [false, true]);
});

Deno.test("isWithin() returns undefined without a budget", () => {
  assertEquals(isWithin(OVER_FLOOR), undefined);
});

Deno.test("isWithin() returns false if the floor of the budget is missing", () => {
  assertEquals(isWithin({ ...ALONE, budget: { kind: "times the floor", limit: 1e9 } }), false);
});
