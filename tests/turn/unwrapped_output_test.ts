import { Agent, decide, MockLLM, raw } from "@nomos/agent";
import { assert, assertEquals, assertStringIncludes } from "@std/assert";

const object = JSON.stringify({
  reasoning: ["They said hello"],
  decision: { action: "RESPOND", response: "Hi" },
});

function makeAgent(outputs: readonly unknown[], chunkLength?: number): Agent {
  const script = [...outputs.map((output) => raw(output)), decide.respond("Bye")];
  return new Agent({
    name: "a",
    llm: new MockLLM(script, chunkLength === undefined ? {} : { chunkLength }),
    start: "talk",
    steps: { talk: { description: "Talk" } },
  });
}

for (
  const [unwrapped, output, reasoning] of [
    [undefined, object, ["They said hello"]],
    ["fence", `\`\`\`json\n${object}\n\`\`\``, ["They said hello"]],
    ["bom", `\ufeff${object}`, ["They said hello"]],
    ["think", `<think>Hm {…}</think>${object}`, ["Hm {…}", "They said hello"]],
  ] as const
) {
  Deno.test(`a whole object in the wrapping ${unwrapped} is the decision, and its event says so`, async () => {
    const agent = makeAgent([output]);
    const { response, decision, events, state } = await agent.createSession().next("Hello");
    assertEquals([response, decision?.reasoning], ["Hi", reasoning]);
    const [, event] = events;
    assert(event?.type === "decision");
    assertEquals(event.unwrapped, unwrapped);
    const restored = agent.createSession({ state: JSON.parse(JSON.stringify(state)) });
    assertEquals(restored.state, state);
  });
}

Deno.test("a stream shows nothing of the thoughts before a decision", async () => {
  const shown = new Map<string, string>();
  for (const length of [1, 7, 1000]) {
    shown.clear();
    const agent = makeAgent([`<think>Secret "plan" {</think>\n${object}`], length);
    for await (const part of agent.createSession().stream("Hello")) {
      if (part.type !== "delta") continue;
      shown.set(part.field, (shown.get(part.field) ?? "") + part.text);
    }
    assertEquals(Object.fromEntries(shown), { reasoning: "They said hello", response: "Hi" });
  }
});

Deno.test("an object in prose is refused, and the model is told to send only the object", async () => {
  const agent = makeAgent([`I could do this: ${object} Shall I?`]);
  const turn = await agent.createSession().next("Hello");
  assertEquals(turn.response, "Bye");
  const [, refusal] = turn.events;
  assert(refusal?.type === "error");
  assertStringIncludes(refusal.message, "send only the object, nothing before or after it");
});
