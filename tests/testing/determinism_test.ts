import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { determinedLog } from "./determined_session.ts";

const PROGRAM = new URL("determined_session.ts", import.meta.url).href;

async function logOfProcess(seed: number): Promise<string> {
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", "--quiet", PROGRAM, `${seed}`],
  }).output();
  return new TextDecoder().decode(stdout).trimEnd();
}

Deno.test("a session has the same log, byte for byte, in two runs", async () => {
  assertEquals(await determinedLog(1), await determinedLog(1));
});

Deno.test("a session has the same log, byte for byte, in two processes", async () => {
  const [one, other] = await Promise.all([logOfProcess(1), logOfProcess(1)]);
  assert(one.length > 500, "the session did nothing");
  assertEquals(other, one);
  assertEquals(await determinedLog(1), one);
});

Deno.test("a session has another log for another seed", async () => {
  assertNotEquals(await determinedLog(1), await determinedLog(2));
});
