import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { EXAMPLE_OUTPUT, judgeExample } from "../../scripts/check/example.ts";
import { checkPermissions } from "../../scripts/check/permissions.ts";
import { inTemporaryFolder } from "../../scripts/check/temporary_folder.ts";
import { writeStandInCore } from "./stand_in_core.ts";

Deno.test("judgeExample() passes a run that prints what it should", () => {
  assertEquals(judgeExample("here", { success: true, output: `${EXAMPLE_OUTPUT}\n` }), []);
});

Deno.test("judgeExample() says how the run failed, in one line", () => {
  const output = "error: Uncaught NotCapable\n\n    at mod.ts:1\n";
  assertEquals(judgeExample("here", { success: false, output }), [
    "mod.ts: the example agent must run here: error: Uncaught NotCapable | at mod.ts:1",
  ]);
  assertEquals(judgeExample("here", { success: true, output: "" }), [
    "mod.ts: the example agent must run here: it printed nothing",
  ]);
});

Deno.test("checkPermissions() passes a core that needs none", async () => {
  await inTemporaryFolder(async (folder) => {
    await writeStandInCore(folder, "");
    assertEquals(await checkPermissions(folder), { problems: [] });
  });
});

Deno.test("checkPermissions() finds a core that reads the environment", async () => {
  await inTemporaryFolder(async (folder) => {
    await writeStandInCore(folder, 'Deno.env.get("KEY");');
    const { problems } = await checkPermissions(folder);
    assert(problems.length === 1);
    assertStringIncludes(problems[0] ?? "", "env");
  });
});
