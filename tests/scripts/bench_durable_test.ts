import { assertEquals, assertStringIncludes } from "@std/assert";
import { runScript } from "./run_script.ts";

function run(...args: string[]) {
  return runScript("bench_durable", ["--allow-all"], args);
}

Deno.test("bench:durable prints its usage on --help", async () => {
  const { code, out, errors } = await run("--help");
  assertEquals([code, errors], [0, ""]);
  assertStringIncludes(out, "\nUsage: deno task bench:durable [flags]\n");
});

Deno.test("bench:durable rejects a wrong flag in one line", async () => {
  const { code, errors } = await run("--milliseconds", "soon");
  assertEquals(code, 2);
  const expected = "expected a whole number from 1";
  assertEquals(errors, `Cannot use "soon" for --milliseconds: ${expected}\n`);
});
