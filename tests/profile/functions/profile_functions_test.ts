import { assert, assertEquals, assertFalse, assertRejects } from "@std/assert";
import { readCpuProfile } from "../../../src/profile/functions/cpu_profile.ts";
import { withRelativeFiles } from "../../../src/profile/functions/function_place.ts";
import { profileFunctions } from "../../../src/profile/functions/profile_functions.ts";

interface Counted {
  readonly steps: number;
}

/** Runs until the profiler had time for many samples. Types above it move it in the code of V8. */
async function workHard(): Promise<Counted> {
  const begun = performance.now();
  let steps = 0;
  while (performance.now() - begun < 30) {
    steps += await Promise.resolve(Math.sqrt(steps) > 0 ? 1 : 2);
  }
  return { steps };
}

const LINE = 11;

Deno.test("profileFunctions() samples the functions of an async run, at their lines of the source", async () => {
  const { rows, tree, profile, sampled } = await profileFunctions(workHard, { runs: 2 });
  const row = rows.find(({ place }) => place.name === "workHard");
  assertEquals(row?.place, { name: "workHard", url: import.meta.url, line: LINE });
  assertEquals([row?.calls, row?.primitiveCalls], [undefined, undefined]);
  assert(row!.cumulative > 1_000 && row!.cumulative <= sampled / 2);
  const names = rows.map(({ place }) => place.name);
  assertFalse(names.includes("(idle)"));
  assertFalse(JSON.stringify(tree).includes("deno_node/inspector.js"));
  const text = JSON.stringify(
    withRelativeFiles(profile, new URL("../../../", import.meta.url).href),
  );
  readCpuProfile(text);
  assertFalse(/"url":"(file:|\/)|positionTicks/.test(text));
});

Deno.test("profileFunctions() joins the counts of another process", async () => {
  const place = { name: "workHard", url: import.meta.url, line: LINE };
  const { rows } = await profileFunctions(workHard, {
    counts: [{ place, calls: 3, primitiveCalls: 2 }],
  });
  const row = rows.find((row) => row.place.name === "workHard");
  assertEquals([row?.calls, row?.primitiveCalls], [3, 2]);
});

Deno.test("profileFunctions() fails as the run fails, and can profile again", async () => {
  await assertRejects(
    () => profileFunctions(() => Promise.reject(new Error("no stock"))),
    Error,
    "no stock",
  );
  assert((await profileFunctions(workHard)).sampled > 0);
});
