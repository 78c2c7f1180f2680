import { assertEquals } from "@std/assert";
import type { FunctionCount } from "../../src/profile/call_counts.ts";

const COUNTER = new URL("../../src/profile/call_counts.ts", import.meta.url).href;
const SAMPLE = new URL("./counted_sample.ts", import.meta.url).href;

const PROGRAM = `
import { startCounter } from "${COUNTER}";
const counter = await startCounter(import.meta.url);
const { play } = await import("${SAMPLE}");
await play(1000);
await counter.reset();
await play(300);
console.log(JSON.stringify(await counter.finish()));
`;

Deno.test("startCounter counts every function exactly, at its line of the source", async () => {
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", "--quiet", "--v8-flags=--jitless", PROGRAM],
  }).output();
  const counts: FunctionCount[] = JSON.parse(new TextDecoder().decode(stdout));
  const found = counts.map(({ place, calls }) => `${place.line} ${place.name} ${calls}`);
  assertEquals(found.sort(), [
    "10 get size 300",
    "13 later 300",
    "18 many 300",
    "24 fibonacci 4500",
    "28 twice 600",
    "30 play 1",
    // The two arrows of one line.
    "36 (anonymous) 1800",
    "7 <instance_members_initializer> 300",
    "9 Box 300",
  ]);
});
