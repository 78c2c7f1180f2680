import { ConfigError, decide, MockLLM, RunError } from "@nomos/agent";
import {
  type FailedRunError,
  PassRateError,
  repeat,
  type Repetition,
  scenario,
  ScenarioError,
} from "@nomos/agent/testing";
import { assert, assertAlmostEquals, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { cafe } from "../scenario/cafe_fixture.ts";

/** Repeats a test of which only the first runs pass. */
function runsOf(times: number, passes: number): Promise<Repetition> {
  return repeat(times, (run) => {
    if (run > passes) throw new Error(`run ${run} failed`);
  });
}

Deno.test("repeat() passes each run its number, starting at 1", async () => {
  const seen: number[] = [];
  const runs = await repeat(5, (run) => void seen.push(run));
  assertEquals(seen, [1, 2, 3, 4, 5]);
  assertEquals([runs.runs, runs.passes, runs.passRate, runs.failures], [5, 5, 1, []]);
});

Deno.test("repeat() counts a run as failed if it throws, rejects or returns a failing result", async () => {
  const ways: (() => unknown)[] = [
    () => {
      throw new TypeError("thrown");
    },
    () => Promise.reject("rejected"),
    () => false,
    () => Promise.resolve(false),
    () => ({ passed: false, reason: "too slow" }),
    () => ({ passed: false }),
    () => undefined,
    () => null,
    () => true,
    () => 0,
    () => ({ passed: true }),
    () => "text",
  ];
  const runs = await repeat(ways.length, (run) => ways[run - 1]!());
  assertEquals([runs.passes, runs.failures.map(({ run }) => run)], [6, [1, 2, 3, 4, 5, 6]]);
  const errors = runs.failures.map(({ error }) => error);
  assert(errors[0] instanceof TypeError);
  assertEquals(errors[1], "rejected");
  assertEquals(errors.slice(2).map((error) => (error as FailedRunError).message), [
    "Run failed: it returned false",
    "Run failed: it returned false",
    "Run failed: too slow",
    "Run failed: it returned a verdict that did not pass",
  ]);
  assertEquals((errors[2] as FailedRunError).code, "RUN_FAILED");
});

Deno.test("repeat() counts a failing scenario result as failed and keeps its transcript", async () => {
  const runs = await repeat(2, (run) =>
    scenario({
      agent: cafe(new MockLLM([decide.respond(`answer ${run}`)])),
      goal: "Chat",
      user: ["Hi"],
      checks: { "is the first": ({ transcript }) => transcript.includes("answer 1") },
    }));
  assertEquals(runs.failures.map(({ run }) => run), [2]);
  const { error } = runs.failures[0]!;
  assert(error instanceof ScenarioError);
  assert(error.message.includes("agent: answer 2"));
});

Deno.test("repeat() limits concurrent runs, by default to one", async () => {
  for (const [options, most] of [[{}, 1], [{ concurrency: 3 }, 3], [{ concurrency: 9 }, 5]]) {
    let running = 0;
    const reached: number[] = [];
    await repeat(5, async () => {
      reached.push(++running);
      for (let tick = 0; tick < 5; tick++) await Promise.resolve();
      running--;
    }, options as { concurrency?: number });
    assertEquals([reached.length, Math.max(...reached)], [5, most as number]);
  }
});

Deno.test("repeat() sorts failures by the number of the run", async () => {
  const runs = await repeat(3, async (run) => {
    for (let tick = 0; tick < 30 - 10 * run; tick++) await Promise.resolve();
    throw new Error(`${run}`);
  }, { concurrency: 3 });
  assertEquals(runs.failures.map(({ run }) => run), [1, 2, 3]);
});

Deno.test("repeat() refuses an invalid number of runs", async () => {
  for (const times of [0, -1, 1.5, NaN, Infinity, "3" as never]) {
    await assertRejects(() => repeat(times, () => {}), ConfigError, "repeat a run with times");
    await assertRejects(
      () => repeat(1, () => {}, { concurrency: times }),
      ConfigError,
      "repeat a run with concurrency",
    );
  }
});

Deno.test("Repetition.passAtK() is the share of draws of k runs that contain a passed run", async () => {
  for (const [runs, passes] of [[5, 2], [6, 0], [4, 4], [7, 1]] as const) {
    const repetition = await runsOf(runs, passes);
    for (let k = 1; k <= runs; k++) {
      assertAlmostEquals(repetition.passAtK(k), enumerateDraws(runs, passes, k), 1e-12);
    }
  }
  const one = await runsOf(5, 2);
  assertAlmostEquals(one.passAtK(1), one.passRate, 1e-12);
});

/** Share of the draws of k runs that contain a passed run, by enumeration. */
function enumerateDraws(runs: number, passes: number, k: number): number {
  let [all, hits] = [0, 0];
  for (let draw = 0; draw < 2 ** runs; draw++) {
    const members = [...draw.toString(2).padStart(runs, "0")].map((bit) => bit === "1");
    if (members.filter(Boolean).length !== k) continue;
    all++;
    if (members.slice(0, passes).some(Boolean)) hits++;
  }
  return hits / all;
}

Deno.test("Repetition.passAtK() does not overflow and refuses an invalid k", async () => {
  const runs = await runsOf(2000, 1);
  assertAlmostEquals(runs.passAtK(1000), 0.5, 1e-9);
  for (const k of [0, -1, 1.5, 2001, NaN]) {
    assertThrows(() => runs.passAtK(k), ConfigError, "a whole number from 1 to 2000");
  }
});

Deno.test("Repetition.interval() is the Wilson score interval, by default of 95 %", async () => {
  const figures = [
    // Runs, passes, and the bounds as roots of the defining equation.
    [10, 8, 0.4901625, 0.9433178],
    [20, 16, 0.5839826, 0.9193423],
    [100, 95, 0.8882496, 0.9784556],
  ] as const;
  for (const [times, passes, low, high] of figures) {
    const interval = (await runsOf(times, passes)).interval();
    assertAlmostEquals(interval.low, low, 1e-6);
    assertAlmostEquals(interval.high, high, 1e-6);
  }
  const runs = await runsOf(20, 16);
  for (const [confidence, z] of [[0.9, 1.6448536], [0.95, 1.959964], [0.99, 2.5758293]] as const) {
    for (const bound of Object.values(runs.interval(confidence))) {
      // Each bound is z standard errors away from the observed rate.
      const distance = Math.abs(0.8 - bound) / Math.sqrt(bound * (1 - bound) / 20);
      assertAlmostEquals(distance, z, 1e-6);
    }
  }
});

Deno.test("Repetition.interval() stays within 0 and 1 and is never a single point", async () => {
  for (const times of [1, 7, 10, 25, 1000]) {
    const none = (await runsOf(times, 0)).interval();
    const all = (await runsOf(times, times)).interval();
    assertEquals([none.low, all.high], [0, 1]);
    assert(none.high > 0 && none.high < 1 && all.low > 0 && all.low < 1);
  }
  const runs = await runsOf(2, 1);
  assertThrows(() => runs.interval(0.5 as never), ConfigError, "expected 0.9, 0.95 or 0.99");
});

Deno.test("Repetition.assertPassRate() passes if the rate is reached", async () => {
  const runs = await runsOf(10, 8);
  assert(runs.assertPassRate({ atLeast: 0.8 }) === runs);
  runs.assertPassRate({ atLeast: 0 });
  (await runsOf(3, 3)).assertPassRate({ atLeast: 1 });
});

Deno.test("Repetition.assertPassRate() throws an error with the figures and the first failure", async () => {
  const runs = await runsOf(20, 16);
  const error = assertThrows(() => runs.assertPassRate({ atLeast: 0.9 }), PassRateError);
  assert(error instanceof RunError);
  assertEquals(error.code, "PASS_RATE_TOO_LOW");
  assertEquals(
    error.message,
    "Pass rate is too low: 0.800, 16 of 20 runs, 95 % interval 0.584 to 0.919: " +
      "expected at least 0.9\n\nThe first failure, in run 17:\nrun 17 failed",
  );
  assert(error.cause === runs.failures[0]!.error);
});

Deno.test("Repetition.assertPassRate() with a confidence fails if there are too few runs", async () => {
  const few = await runsOf(10, 10);
  few.assertPassRate({ atLeast: 0.9 });
  const error = assertThrows(
    () => few.assertPassRate({ atLeast: 0.9, confidence: 0.95 }),
    PassRateError,
  );
  assertEquals(
    error.message,
    "Pass rate is too low: 1.000, 10 of 10 runs, 95 % interval 0.722 to 1.000: " +
      "expected at least 0.9 with 95 % confidence",
  );
  const many = await runsOf(40, 40);
  many.assertPassRate({ atLeast: 0.9, confidence: 0.95 });
  assertThrows(() => many.assertPassRate({ atLeast: 0.9, confidence: 0.99 }), PassRateError);
});

Deno.test("Repetition.assertPassRate() refuses an invalid rate or confidence", async () => {
  const runs = await runsOf(2, 2);
  for (const atLeast of [-0.1, 1.1, 90, NaN]) {
    assertThrows(
      () => runs.assertPassRate({ atLeast }),
      ConfigError,
      "expected a number from 0 to 1",
    );
  }
  assertThrows(
    () => runs.assertPassRate({ atLeast: 0, confidence: 95 as never }),
    ConfigError,
    "expected 0.9, 0.95 or 0.99",
  );
});
