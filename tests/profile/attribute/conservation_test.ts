import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import type { AgentProfile } from "@nomos/agent/profile";
import { playRandomTalk } from "../random_talk.ts";

const SCRIPTS = 1_000;

const FRAMEWORK = ["open turn", "prepare request", "read answer", "act", "close turn"];

function sum<Row>(rows: readonly Row[], amount: (row: Row) => number): number {
  return rows.reduce((total, row) => total + amount(row), 0);
}

/** Checks that every moment, token and cent of a profile has exactly one owner. */
function checkConservation(profile: AgentProfile): void {
  for (const { segments, wall } of profile.turns) {
    let at = 0;
    for (const { from, to, kind, name } of segments) {
      assertEquals(from, at, "segments follow each other");
      assert(to > from, "no segment is empty or negative");
      assert(kind !== "unattributed", `${name} is unattributed`);
      if (kind === "framework") assert(FRAMEWORK.includes(name), `${name} is in the closed list`);
      at = to;
    }
    assertEquals(at, wall, "segments reach the end of the turn");
  }
  const { total, parts, time, steps } = profile;
  assertEquals(sum(time, ({ wall }) => wall), total.wall);
  assertEquals(sum(parts, ({ tokens }) => tokens), total.tokens);
  assertEquals(sum(steps, ({ tokens }) => tokens), total.tokens);
  assertEquals(sum(parts, (row) => row.new + row.carried), total.tokens);
  const units = (cost = 0) => Math.round(cost * 1e12);
  assertEquals(sum(parts, ({ cost }) => units(cost)), units(total.cost));
  assertEquals(sum(steps, ({ cost }) => units(cost)), units(total.cost));
  assertEquals(profile.attributed, { time: 1, tokens: 1, cost: 1 });
}

Deno.test("every moment, token and cent of 1,000 random conversations has one owner", async () => {
  const seen = new Map<string, number>();
  const count = (what: string, by = 1) => seen.set(what, (seen.get(what) ?? 0) + by);
  for (let seed = 0; seed < SCRIPTS; seed++) {
    // Every other clock goes on between two readings of it, as that of a machine.
    const perReading = seed % 2 === 0 ? 0 : 2 ** -10;
    const talk = await playRandomTalk(seed, perReading);
    const { profile } = talk;
    try {
      checkConservation(profile);
      if (perReading === 0) {
        assertEquals(profile.total.wall, talk.wall, "turns take as long as their callers waited");
      }
      if (!profile.isEstimated) {
        assertEquals(profile.total.tokens, talk.tokens);
        assertAlmostEquals(profile.total.cost ?? 0, talk.cost / 1e12, 1e-12);
      }
    } catch (error) {
      throw new Error(`seed ${seed}`, { cause: error });
    }
    for (const { kind, agent, wall } of profile.time) {
      if (wall > 0) count(agent === undefined ? kind : `${kind} of a child`);
    }
    for (const { what } of profile.waste) count(what);
    for (const { status } of profile.turns) count(status);
    count("failures", talk.failures);
    if (!profile.isEstimated) count("reported");
  }
  const kinds = ["guard", "first token", "generation", "tool", "commit", "reader", "framework"];
  const expected = [
    ...kinds,
    "generation of a child",
    "tool of a child",
    "refused outputs",
    "failed attempts",
    "repeated calls with equal results",
    "results that nobody read",
    "decisions that only move",
    "interrupted",
    "limited",
    "needs_approval",
    "ended",
    "failures",
    "reported",
  ];
  for (const what of expected) assert((seen.get(what) ?? 0) > 10, `${what} was played`);
});

Deno.test("a clock that steps back makes no time negative", async () => {
  for (let seed = 0; seed < 100; seed++) {
    const { profile } = await playRandomTalk(seed, -1);
    checkConservation(profile);
    for (const { wall, busy = 0 } of profile.time) assert(wall >= 0 && busy >= 0);
    for (const { events, wall } of profile.turns) {
      assert(events.every(({ at }) => at >= 0 && at <= wall));
    }
  }
});
