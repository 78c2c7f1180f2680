import { assertEquals, assertLess, assertMatch } from "@std/assert";
import { checkNodeBundle, countGzipBytes, describeSize } from "../../scripts/check/node_bundle.ts";
import { inTemporaryFolder } from "../../scripts/check/temporary_folder.ts";
import { writeStandInCore } from "./stand_in_core.ts";

Deno.test("countGzipBytes() counts what is left after compression", async () => {
  assertLess(await countGzipBytes(new Uint8Array(10_000)), 100);
});

Deno.test("describeSize() speaks in thousands of bytes", () => {
  assertEquals(
    describeSize(44_260, 12_949),
    "node_bundle: mod.ts is 44.3 kB bundled and minified, 12.9 kB with gzip",
  );
});

Deno.test("checkNodeBundle() plays the example on Node, or says that there is none", async () => {
  await inTemporaryFolder(async (folder) => {
    await writeStandInCore(folder, "");
    const { problems, notes } = await checkNodeBundle(folder);
    assertEquals(problems, []);
    assertMatch(notes?.[0] ?? "", /^node_bundle: (?:mod\.ts is .+ kB with gzip|there is no Node)/);
  });
});
