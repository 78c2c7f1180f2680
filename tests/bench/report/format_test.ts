import { assertEquals } from "@std/assert";
import {
  formatBytes,
  formatFloor,
  formatJudged,
  formatRatio,
  formatValue,
} from "../../../bench/report/format.ts";
import { formatSignificant } from "../../../src/profile/draw/table.ts";
import { sampleFigure } from "./fixture.ts";

Deno.test("formatValue() chooses the unit of a time", () => {
  assertEquals(formatValue(0.5, "ns"), "0.50 ns");
  assertEquals(formatValue(999, "ns"), "999 ns");
  assertEquals(formatValue(1_000, "ns"), "1.00 µs");
  assertEquals(formatValue(2.5e6, "ns"), "2.50 ms");
  assertEquals(formatValue(12.34, "µs"), "12.3 µs");
  assertEquals(formatValue(1_500, "µs"), "1.50 ms");
  assertEquals(formatValue(0.25, "ms"), "250 µs");
  assertEquals(formatValue(1_500, "ms"), "1.50 s");
  assertEquals(formatValue(2_000, "bytes"), "2.00 kB");
});

Deno.test("formatValue() keeps three digits when rounding up", () => {
  assertEquals(formatValue(9.999, "ns"), "10.0 ns");
  assertEquals(formatValue(9.999, "µs"), "10.0 µs");
  assertEquals(formatValue(99.97, "ms"), "100 ms");
  assertEquals(formatValue(999.7, "ns"), "1.00 µs");
});

Deno.test("formatValue() formats negative times", () => {
  assertEquals(formatValue(-2, "ms"), "-2.00 ms");
  assertEquals(formatValue(-1_500, "µs"), "-1.50 ms");
  assertEquals(formatValue(-5_000, "ns"), "-5.00 µs");
});

Deno.test("formatBytes() uses units of a thousand", () => {
  assertEquals(formatBytes(0), "0 B");
  assertEquals(formatBytes(12.34), "12.3 B");
  assertEquals(formatBytes(999), "999 B");
  assertEquals(formatBytes(1_000), "1.00 kB");
  assertEquals(formatBytes(12_345), "12.3 kB");
  assertEquals(formatBytes(123_456), "123 kB");
  assertEquals(formatBytes(1e6), "1.00 MB");
  assertEquals(formatBytes(8e9), "8.00 GB");
});

Deno.test("formatBytes() formats negative sizes", () => {
  assertEquals(formatBytes(-12.34), "-12.3 B");
  assertEquals(formatBytes(-2_500), "-2.50 kB");
  assertEquals(formatBytes(-0.01), "0 B");
});

Deno.test("formatBytes() chooses the next unit when rounding up to a thousand", () => {
  assertEquals(formatBytes(999.96), "1.00 kB");
  assertEquals(formatBytes(999_700), "1.00 MB");
  assertEquals(formatBytes(999.7e6), "1.00 GB");
});

Deno.test("formatRatio() formats a ratio as a multiple", () => {
  assertEquals([formatRatio(1 / 3), formatRatio(1_234.5)], ["0.33 ×", "1,235 ×"]);
});

Deno.test("formatFloor() names the floor after its value, in the figure's unit", () => {
  const floor = { name: "bare valibot", minimum: 4, median: 9 };
  assertEquals(formatFloor(sampleFigure({ unit: "bytes", floor })), "4 B (bare valibot)");
  assertEquals(formatFloor(sampleFigure()), "—");
});

Deno.test("formatJudged() formats a value in the form of its budget", () => {
  assertEquals(formatJudged(60, { kind: "itself", limit: 1 }, "ns"), "60.0 ns");
  assertEquals(formatJudged(15, { kind: "over the floor", limit: 1 }, "ms"), "+ 15.0 ms");
  assertEquals(formatJudged(6, { kind: "times the floor", limit: 1 }, "µs"), "6.00 ×");
});

Deno.test("formatSignificant() keeps three digits, and all digits of large numbers", () => {
  const texts = [0, 0.001, 1, 9.994, 9.996, 99.94, 99.96, 999.4, 999.6, 1_234_567.8];
  assertEquals(texts.map(formatSignificant), [
    "0.00",
    "0.00",
    "1.00",
    "9.99",
    "10.0",
    "99.9",
    "100",
    "999",
    "1,000",
    "1,234,568",
  ]);
  assertEquals([formatSignificant(-9.996), formatSignificant(-12.34)], ["-10.0", "-12.3"]);
});
