import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { runScript, type ScriptResult } from "./run_script.ts";

/** Runs the command without permissions. */
function run(...args: string[]): Promise<ScriptResult> {
  return runScript("bench_prompt_cache", [], args);
}

Deno.test("bench:prompt-cache keeps its goal, prints its tables and exits with 0", async () => {
  const { code, out, errors } = await run();
  assertEquals([code, errors], [0, ""]);
  assertMatch(out, /^request +turn /);
  assertMatch(out, / {2}kept {2}messages only$/m);
  assertMatch(out, /^With summaries: 300 turns, .+ \(≤ 6,000\)\. Kept\.$/m);
});

Deno.test("bench:prompt-cache exits with 1 if its goal is missed, and prints JSON on --json", async () => {
  const { code, out, errors } = await run("--json", "--goal", "99");
  assertEquals([code, errors], [1, ""]);
  const { layouts, goal, isKept } = JSON.parse(out);
  assertEquals([layouts.length, goal, isKept], [3, 0.99, false]);
  assert(layouts[0].share >= 0.9);
});

Deno.test("bench:prompt-cache prints its usage on --help", async () => {
  const { code, out, errors } = await run("--help");
  assertEquals([code, errors], [0, ""]);
  assertStringIncludes(out, "\nUsage: deno task bench:prompt-cache [flags]\n");
});

Deno.test("bench:prompt-cache exits with 2 and one line on wrong flags", async () => {
  for (const [goal, most] of [["0", ""], ["101", " to 100"]] as const) {
    const { code, out, errors } = await run("--goal", goal);
    assertEquals([code, out], [2, ""]);
    const expected = `expected a whole number from 1${most}`;
    assertEquals(errors, `Cannot use "${goal}" for --goal: ${expected}\n`);
  }
  const { code, errors } = await run("--rounds", "3");
  assertEquals(code, 2);
  assertEquals(errors, 'Cannot use "--rounds": expected a flag that --help lists\n');
});
