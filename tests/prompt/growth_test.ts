import { Agent, decide, MockLLM } from "@nomos/agent";
import { assert, assertEquals } from "@std/assert";

function chars(messages: readonly { readonly content: string }[]): number {
  return messages.reduce((sum, { content }) => sum + content.length, 0);
}

Deno.test("LLMRequest.messages, repeat a long description only once in 200 turns", async () => {
  const llm = new MockLLM([decide.respond("ok")], { whenDone: "repeat" });
  const steps = { a: { description: "d".repeat(500) } };
  const session = new Agent({ name: "test", llm, start: "a", steps }).createSession();
  for (let turn = 0; turn < 200; turn++) await session.next("go");
  const { messages } = llm.requests.at(-1)!;
  assertEquals(messages.length, 1 + 199 * 2 + 1 + 1);
  assert(chars(messages) < 20_000, `${chars(messages)}`);
});

Deno.test("LLMRequest.messages, contain only one long description after 200 moves", async () => {
  const moves = Array.from({ length: 200 }, (_, index) => decide.move(index % 2 ? "a" : "b"));
  const llm = new MockLLM([...moves, decide.respond("there")]);
  const agent = new Agent({
    name: "test",
    llm,
    start: "a",
    maxIterations: 1000,
    limits: { turn: { modelCalls: Infinity } },
    steps: {
      a: { description: "d".repeat(500), routes: { b: "go" } },
      b: { description: "e".repeat(500), routes: { a: "back" } },
    },
  });
  await agent.createSession().next("go");
  const { messages } = llm.requests.at(-1)!;
  assertEquals(messages.length, 203);
  assert(chars(messages) < 20_000, `${chars(messages)}`);
});

Deno.test("LLMRequest.messages, grow by the same size in every turn", async () => {
  const llm = new MockLLM([decide.respond("ok")], { whenDone: "repeat" });
  const steps = { a: { description: "A" } };
  const session = new Agent({ name: "test", llm, start: "a", steps }).createSession();
  const sizes: number[] = [];
  for (let turn = 0; turn < 50; turn++) {
    await session.next("go");
    sizes.push(chars(llm.requests.at(-1)!.messages));
  }
  const growth = new Set(sizes.slice(1).map((size, index) => size - sizes[index]!));
  assertEquals(growth.size, 1);
});

Deno.test("Turn.prompt, all but the last turn and the step is stable, in turn 2 and in turn 200", async () => {
  const llm = new MockLLM([decide.respond("ok")], { whenDone: "repeat" });
  const steps = { a: { description: "A" } };
  const session = new Agent({ name: "test", llm, start: "a", steps }).createSession();
  await session.next("go");
  for (let turn = 1; turn < 200; turn++) {
    const { prompt } = await session.next("go");
    assertEquals(prompt!.messages - prompt!.stableMessages, 3);
    assertEquals(prompt!.messages, 2 * turn + 3);
  }
});

Deno.test("LLMRequest.messages, share one message object for an event in all requests", async () => {
  const llm = new MockLLM([decide.respond("ok")], { whenDone: "repeat" });
  const steps = { a: { description: "A" } };
  const session = new Agent({ name: "test", llm, start: "a", steps }).createSession();
  for (let turn = 0; turn < 50; turn++) await session.next("go");
  const objects = new Set(llm.requests.flatMap(({ messages }) => messages));
  // The standing text, the step, 50 inputs and 49 answers.
  assertEquals(objects.size, 2 + 50 + 49);
});
