import { assertEquals } from "@std/assert";
import { attributeTime } from "../../../src/profile/attribute/attribute_time.ts";
import type { Work } from "../../../src/profile/record/turn_record.ts";

/** Writes the segments of a turn of 100 ms as text. */
function attribute(works: readonly Partial<Work>[]): string {
  const given = works.map((work) => ({ name: "", step: "s", ...work }) as Work);
  const segments = attributeTime({ from: 0, to: 100, turn: { step: "s" }, works: given });
  return segments.map(({ from, to, kind, name, agent }) =>
    `${from}-${to} ${agent === undefined ? "" : `${agent}: `}${kind} ${name}`.trim()
  ).join(", ");
}

Deno.test("of works that overlap, the one that the turn waits for has the time", () => {
  const tool = { kind: "tool", from: 10, to: 90, name: "t" } as const;
  const commit = { kind: "commit", from: 20, to: 30, name: "append" } as const;
  assertEquals(
    attribute([commit, tool]),
    "0-10 framework open turn, 10-90 tool t, 90-100 framework close turn",
  );
  assertEquals(
    attribute([
      { kind: "framework", name: "prepare request", from: 0, to: 50 },
      { kind: "guard", name: "pay", from: 10, to: 20 },
      { kind: "generation", name: "m", from: 50, to: 90 },
      { kind: "reader", name: "stream", from: 80, to: 100 },
    ]),
    "0-10 framework prepare request, 10-20 guard pay, 20-50 framework prepare request, " +
      "50-90 generation m, 90-100 reader stream",
  );
});

Deno.test("of parallel calls, the one that ends last has the time", () => {
  const calls = [
    { kind: "tool", from: 0, to: 60, name: "a" },
    { kind: "tool", from: 10, to: 100, name: "b" },
    { kind: "tool", from: 20, to: 30, name: "c" },
  ] as const;
  assertEquals(attribute(calls), "0-10 tool a, 10-100 tool b");
  assertEquals(attribute(calls.toReversed()), "0-10 tool a, 10-100 tool b");
});

Deno.test("the time of an agent that runs as a tool belongs to what its session waits for", () => {
  const children = [
    { from: 20, to: 50, kind: "first token", name: "m", step: "x", agent: "child" },
    { from: 50, to: 60, kind: "tool", name: "inner", step: "x", agent: "child" },
  ] as const;
  assertEquals(
    attribute([
      { kind: "tool", from: 10, to: 80, name: "child", children },
      { kind: "tool", from: 70, to: 100, name: "long" },
    ]),
    "0-10 framework open turn, 10-20 tool child, 20-50 child: first token m, " +
      "50-60 child: tool inner, 60-70 tool child, 70-100 tool long",
  );
});

Deno.test("a gap is named by the works on both sides, and is unattributed if nothing lies there", () => {
  assertEquals(
    attribute([
      { kind: "commit", name: "claim", from: 10, to: 20 },
      { kind: "commit", name: "append", from: 25, to: 30 },
      { kind: "first token", name: "m", from: 40, to: 50 },
      { kind: "commit", name: "append", from: 55, to: 60 },
      { kind: "tool", name: "t", from: 70, to: 80 },
    ]),
    "0-10 framework open turn, 10-20 commit claim, 20-25 framework open turn, 25-30 commit append, " +
      "30-40 framework prepare request, 40-50 first token m, 50-55 framework read answer, " +
      "55-60 commit append, 60-70 framework act, 70-80 tool t, 80-100 framework close turn",
  );
  assertEquals(
    attribute([
      { kind: "tool", name: "t", from: 0, to: 10 },
      { kind: "first token", name: "m", from: 30, to: 100 },
    ]),
    "0-10 tool t, 10-30 unattributed tool → model, 30-100 first token m",
  );
  assertEquals(attribute([]), "0-100 framework open turn");
});

Deno.test("work outside of the turn is cut off", () => {
  assertEquals(
    attribute([{ kind: "tool", name: "t", from: -20, to: 500 }]),
    "0-100 tool t",
  );
});
