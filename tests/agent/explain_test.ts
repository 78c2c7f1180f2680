import { Agent, decide, MockLLM, type Session, Tool, type Turn } from "@nomos/agent";
import { memoryStore } from "@nomos/agent/store";
import { requestSnapshot } from "@nomos/agent/testing";
import { assert, assertEquals } from "@std/assert";
import * as v from "valibot";

function payer(): { readonly agent: Agent<Record<"talk", unknown>>; readonly llm: MockLLM } {
  const args = v.object({});
  const pay = new Tool({
    name: "pay",
    description: "Pay",
    args,
    needsApproval: true,
    run: () => "paid",
  });
  const look = new Tool({ name: "look", description: "Look", args, run: () => "seen" });
  const calls = ["look", "pay"].map((tool) => ({ tool, args: {} }));
  const llm = new MockLLM([decide.calls(calls), decide.respond("Done")]);
  const steps = { talk: { description: "Talk", tools: [pay, look] } };
  const ids = () => "s";
  return { agent: new Agent({ name: "payer", llm, start: "talk", steps, ids }), llm };
}

const verdicts: readonly ((session: Session<Turn<"talk">>) => Promise<unknown>)[] = [
  (session) => session.approve("s~s/1/1"),
  (session) => session.deny("s~s/1/1", "no"),
  (session) => session.settle("s~s/1/1", "by hand"),
  (session) => session.next("Stop"),
];

Deno.test("Agent.explain, while calls wait, returns the request without the results of their decision", async () => {
  for (const verdict of verdicts) {
    const { agent, llm } = payer();
    const session = agent.createSession();
    await session.next("Pay");
    const before = JSON.stringify(session.state);
    const explained = await agent.explain(session);
    assertEquals(explained.messages.map(({ role }) => role), [
      "system",
      "user",
      "assistant",
      "system",
    ]);
    assertEquals(JSON.stringify(session.state), before);
    await verdict(session);
    const { messages, schema, legal } = llm.requests.at(-1)!;
    // All messages are the explained ones; the results are inserted before the last.
    const shared = explained.messages.slice(0, -1);
    assert(shared.every((message, place) => message === messages[place]));
    assert(explained.messages.at(-1) === messages.at(-1));
    assertEquals(messages[shared.length]!.content, "Result of look:\nseen");
    assert(explained.schema === schema && explained.legal === legal);
  }
});

Deno.test("Agent.explain, of a long stored session that was just opened, has the whole history", async () => {
  const store = memoryStore();
  const agentWith = (llm: MockLLM) =>
    new Agent({ name: "talker", llm, start: "talk", steps: { talk: { description: "Talk" } } });
  const writer = agentWith(new MockLLM(Array(40).fill(decide.respond("ok"))));
  const session = await writer.openSession("s", { store });
  for (let turn = 0; turn < 40; turn++) await session.next(`Input ${turn}`);

  const llm = new MockLLM([decide.respond("ok")]);
  const agent = agentWith(llm);
  const opened = await agent.openSession("s", { store });
  const { messages } = await agent.explain(opened);
  assertEquals([messages.length, messages[1]?.content], [82, "Input 0"]);
  await opened.next("More");
  assertEquals(llm.requests[0]!.messages.slice(0, 81), messages.slice(0, 81));
});

Deno.test("requestSnapshot() of a session that waits shows the call, and no result", async () => {
  const { agent } = payer();
  const session = agent.createSession();
  await session.next("Pay");
  const text = requestSnapshot(await agent.explain(session));
  assertEquals([text.includes('"tool":"pay"'), text.includes("--- tool")], [true, false]);
});
