import { assertEquals } from "@std/assert";
import { type Figure, isWithin, judged, spreadOf, timesFloor } from "../../bench/figure.ts";

const ALONE: Figure = { name: "a turn", unit: "µs", minimum: 30, median: 40 };
const OVER_FLOOR: Figure = { ...ALONE, floor: { name: "bare", minimum: 12, median: 20 } };

Deno.test("spreadOf() gives the least and the middle one, in whatever order they came", () => {
  assertEquals(spreadOf([10, 9, 100]), { minimum: 9, median: 10 });
  assertEquals(spreadOf([7]), { minimum: 7, median: 7 });
});

Deno.test("spreadOf() takes the mean of the two middle ones of an even number", () => {
  assertEquals(spreadOf([40, 1, 3, 2]), { minimum: 1, median: 2.5 });
});

Deno.test("spreadOf() leaves the rounds in their order", () => {
  const rounds = [3, 1, 2];
  spreadOf(rounds);
  assertEquals(rounds, [3, 1, 2]);
});

Deno.test("timesFloor() divides what is least by what is least", () => {
  assertEquals(timesFloor(OVER_FLOOR), 2.5);
  assertEquals(timesFloor(ALONE), undefined);
});

Deno.test("judged() gives the figure, its excess or its ratio", () => {
  assertEquals(judged(OVER_FLOOR, { kind: "itself", limit: 1 }), 30);
  assertEquals(judged(OVER_FLOOR, { kind: "over the floor", limit: 1 }), 18);
  assertEquals(judged(OVER_FLOOR, { kind: "times the floor", limit: 1 }), 2.5);
});

Deno.test("judged() takes a figure without a floor to stand on nothing", () => {
  assertEquals(judged(ALONE, { kind: "over the floor", limit: 1 }), 30);
  assertEquals(judged(ALONE, { kind: "times the floor", limit: 1 }), NaN);
});

Deno.test("isWithin() lets a figure reach its limit and no more", () => {
  const kept = (limit: number) => isWithin({ ...ALONE, budget: { kind: "itself", limit } });
  assertEquals([kept(30), kept(29.9)], [true, false]);
});

Deno.test("isWithin() judges by the kind of the budget", () => {
  const within = (kind: "itself" | "over the floor" | "times the floor", limit: number) =>
    isWithin({ ...OVER_FLOOR, budget: { kind, limit } });
  assertEquals([within("itself", 18), within("over the floor", 18)], [false, true]);
  assertEquals([within("over the floor", 2.5), within("times the floor", 2.5)], [false, true]);
});

Deno.test("isWithin() does not say of a figure without a budget that it keeps it", () => {
  assertEquals(isWithin(OVER_FLOOR), undefined);
});

Deno.test("isWithin() never lets a figure keep a budget whose floor is missing", () => {
  assertEquals(isWithin({ ...ALONE, budget: { kind: "times the floor", limit: 1e9 } }), false);
});
