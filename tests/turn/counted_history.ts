/**
 * The program of a process that counts: prints the function calls of ten turns
 * on top of as many messages as its argument says.
 *
 * @module
 */
import { startCounter } from "../../src/profile/call_counter.ts";

const counter = await startCounter(import.meta.url);
const { Agent, decide, MockLLM } = await import("@nomos/agent");

const llm = new MockLLM([decide.respond("ok")], { whenDone: "repeat" });
const agent = new Agent({
  name: "flat",
  llm,
  start: "talk",
  steps: { talk: { description: "Talk" } },
});
const session = agent.createSession();
for (let turn = 0; turn < Number(Deno.args[0]) / 2; turn++) await session.next("hello");
await counter.reset();
for (let turn = 0; turn < 10; turn++) await session.next("hello");
const counts = await counter.finish();
console.log(counts.reduce((sum, { calls }) => sum + calls, 0));
