import { Agent, decide, MockLLM, SessionBusyError, Tool } from "@nomos/agent";
import { Profiler } from "@nomos/agent/profile";
import { memoryStore } from "@nomos/agent/store";
import { assert, assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import * as v from "valibot";

Deno.test("a refused turn does not make the history of its session new", async () => {
  const profiler = new Profiler();
  const llm = new MockLLM([decide.respond("Yes")], { whenDone: "repeat" });
  const agent = new Agent({ name: "shop", llm, start: "a", steps: { a: { description: "A" } } });
  const store = memoryStore();
  await (await agent.openSession("ann", { store })).next("An old input".padEnd(4_000, "."));
  const session = await agent.with({ observers: [profiler] }).openSession("ann", { store });
  const played = session.next("A new input");
  await assertRejects(() => session.next("Another one"), SessionBusyError);
  await played;
  const users = profiler.profile().parts.find(({ part }) => part === "user")!;
  assert(users.new < 10, `${users.new} tokens are new`);
  assertAlmostEquals(users.carried, 1_000, 10);
});

Deno.test("a session with the id of an earlier one is another session", async () => {
  const profiler = new Profiler();
  const look = new Tool({ name: "look", description: "Look", args: v.object({}), run: () => "3" });
  const decisions = [decide.call("look"), decide.respond("Three")];
  const llm = new MockLLM([...decisions, ...decisions]);
  const steps = { a: { description: "A", tools: [look] } };
  const agent = new Agent({ name: "shop", llm, observers: [profiler], start: "a", steps });
  for (let visit = 0; visit < 2; visit++) await agent.createSession({ id: "ann" }).next("Hi all");
  const { parts, waste } = profiler.profile();
  // Each input is in two requests, and new in the first.
  const users = parts.find(({ part }) => part === "user")!;
  assertEquals(users.new, users.carried);
  assertEquals(waste, []);
});
