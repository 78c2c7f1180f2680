import { assertEquals } from "@std/assert";
import { Agent, decide, MockLLM } from "@nomos/agent";
import { memoryStore } from "@nomos/agent/store";

/** Creates an agent that answers once, and adds its warnings to a list. */
function createAgent(name: string, warnings: string[]): Agent {
  return new Agent({
    name,
    llm: new MockLLM([decide.respond("Hello")]),
    onWarning: (message) => void warnings.push(message),
    start: "talk",
    steps: { talk: { description: "Talk" } },
  });
}

const WARNING = 'Session "ann" was made by agent "billing": expected "support", unless the agent ' +
  "was renamed";

Deno.test("Agent.openSession, warns of a session that an agent of another name made", async () => {
  const [warnings, store] = [[] as string[], memoryStore()];
  const [billing, support] = ["billing", "support"].map((name) => createAgent(name, warnings));
  await (await billing!.openSession("ann", { store })).next("Hi");
  await billing!.openSession("ann", { store });
  assertEquals(warnings, []);
  assertEquals((await (await support!.openSession("ann", { store })).next("Hi")).response, "Hello");
  assertEquals(warnings, [WARNING]);
  await store.close();
});

Deno.test("Agent.createSession, warns of a state that an agent of another name made", async () => {
  const warnings: string[] = [];
  const { state } = await createAgent("billing", warnings).createSession({ id: "ann" }).next("Hi");
  createAgent("support", warnings).createSession({ state });
  assertEquals(warnings, [WARNING]);
});
