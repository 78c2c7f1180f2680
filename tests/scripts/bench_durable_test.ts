import { assertEquals, assertStringIncludes } from "@std/assert";
import { tryDeno } from "../../scripts/child.ts";

function run(...args: string[]) {
  const path = new URL("../../scripts/bench_durable.ts", import.meta.url).href;
  return tryDeno(["run", "--quiet", "--allow-all", path, ...args]);
}

Deno.test("bench:durable prints its usage on --help", async () => {
  const { success, stdout, stderr } = await run("--help");
  assertEquals([success, stderr], [true, ""]);
  assertStringIncludes(stdout, "\nUsage: deno task bench:durable [flags]\n");
});

Deno.test("bench:durable rejects a wrong flag in one line", async () => {
  const { success, stderr } = await run("--milliseconds", "soon");
  assertEquals(success, false);
  const expected = "expected a whole number from 1";
  assertEquals(stderr, `Cannot use "soon" for --milliseconds: ${expected}\n`);
});
