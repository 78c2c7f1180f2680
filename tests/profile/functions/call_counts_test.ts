import { assertEquals } from "@std/assert";
import type { FunctionCount } from "../../../src/profile/functions/call_counts.ts";

const COUNTER = new URL("../../../src/profile/functions/call_counts.ts", import.meta.url).href;
const SAMPLE = new URL("./counted_sample.ts", import.meta.url).href;

const PROGRAM = `
import { startCounting } from "${COUNTER}";
const countCalls = await startCounting();
const { play } = await import("${SAMPLE}");
await play(100);
const { counts } = await countCalls(30, play);
console.log(JSON.stringify(counts));
`;

Deno.test("startCounting counts every function exactly, at its line of the source, and recursive calls apart", async () => {
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", "--quiet", "--v8-flags=--jitless", PROGRAM],
  }).output();
  const counts: FunctionCount[] = JSON.parse(new TextDecoder().decode(stdout));
  const found = counts.map(({ place, calls, primitiveCalls }) =>
    `${place.line} ${place.name} ${calls}` + (calls === primitiveCalls ? "" : `/${primitiveCalls}`)
  );
  assertEquals(found.sort(), [
    "10 get size 30",
    "13 later 30",
    "18 many 30",
    "24 fibonacci 450/30",
    "28 twice 60",
    "30 isEven 120/30",
    "31 isOdd 90/30",
    "33 countDown 90/30",
    "39 <instance_members_initializer> 120",
    "40 Tree 120",
    "41 Tree.count 120/30",
    "46 visit 120/30",
    "49 get depth 120/30",
    // Calls itself through the getter.
    "50 (anonymous) 90/60",
    "57 same 30",
    "58 same 30",
    "62 outer 30",
    // The two arrows of one line, one in the other.
    "63 (anonymous) 120",
    "66 play 1",
    "7 <instance_members_initializer> 30",
    // The two arrows of one line.
    "72 (anonymous) 180",
    "9 Box 30",
  ]);
});
