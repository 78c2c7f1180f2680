import {
  Agent,
  type AnyTool,
  decide,
  MockLLM,
  raw,
  type ScriptEntry,
  type StepOptions,
  Tool,
} from "@nomos/agent";
import { assert, assertEquals, assertFalse, assertStringIncludes } from "@std/assert";
import * as v from "valibot";

function named(name: string, description: string): AnyTool<unknown> {
  return new Tool({ name, description, args: v.object({}), run: () => "" });
}

/** Returns the last message of a request in a step. */
async function lastMessage(step: Partial<StepOptions<"a" | "b", unknown>>): Promise<string> {
  const agent = new Agent<Record<"a" | "b", unknown>>({
    name: "test",
    llm: new MockLLM(),
    start: "a",
    steps: { a: { description: "Greet them", ...step }, b: { description: "DESCRIPTION OF B" } },
  });
  const { messages } = await agent.explain(agent.createSession());
  const last = messages.at(-1)!;
  assertEquals(last.role, "system");
  assertFalse("callId" in last);
  return last.content;
}

Deno.test("buildStepMessage, has the step, its description and the legal actions", async () => {
  assertEquals(
    await lastMessage({
      routes: { b: "ready to order", a: "still choosing" },
      tools: [named("look", "Look it up"), named("ask", "Ask the kitchen")],
      end: "they leave",
    }),
    `Current step: a
Greet them

Choose one action:
- RESPOND to answer the user and wait for their reply
- TOOL_CALL with one or more of:
  - ask: Ask the kitchen
  - look: Look it up
- MOVE to the step whose condition holds:
  - b: ready to order
  - a: still choosing
- END the conversation: they leave`,
  );
});

Deno.test("buildStepMessage, omits actions that are not legal", async () => {
  const text = await lastMessage({ auto: true, end: false, routes: { b: "go" } });
  assertFalse(/RESPOND|TOOL_CALL|END/.test(text), text);
  assertFalse(/TOOL_CALL|MOVE/.test(await lastMessage({})));
});

Deno.test("buildStepMessage, requests suggestions only in a step with the option", async () => {
  assertStringIncludes(await lastMessage({ suggestions: true }), "suggestions");
  assertFalse((await lastMessage({})).includes("suggestions"));
});

Deno.test("buildStepMessage, has the step's persona after the description", async () => {
  const text = await lastMessage({ persona: "You are a pirate." });
  assertStringIncludes(text, "Greet them\n\nYou are a pirate.\n\nChoose one action:");
});

Deno.test("buildStepMessage, names other steps by id and condition, never by description", async () => {
  const text = await lastMessage({ routes: { b: "go" } });
  assertFalse(text.includes("DESCRIPTION OF B"));
});

Deno.test("buildStepMessage, has examples last, with decisions as the model writes them", async () => {
  const text = await lastMessage({
    routes: { b: "go" },
    examples: [
      { context: "They ask for tea", decision: decide.move("b", { reasoning: "tea" }) },
      { context: "They are lost", decision: "show them the way" },
    ],
  });
  assert(text.endsWith(
    "Examples:\n" +
      '- They ask for tea -> {"reasoning":["tea"],"decision":{"action":"MOVE","step":"b"}}\n' +
      "- They are lost -> show them the way",
  ));
});

Deno.test("buildStepMessage, omits reasoning from examples of a step without reasoning", async () => {
  const examples = [{ context: "x", decision: decide.respond("y") }];
  assertFalse((await lastMessage({ reasoning: false, examples })).includes("reasoning"));
});

Deno.test("buildStepMessage, if only RESPOND is left, offers it alone with the reason", async () => {
  const look = named("look", "L");
  const play = async (script: ScriptEntry[], options: { maxIterations?: number } = {}) => {
    const llm = new MockLLM([...script, decide.respond("x")]);
    const steps = { a: { description: "A", tools: [look] } };
    await new Agent({ name: "test", llm, start: "a", steps, maxErrors: 1, ...options })
      .createSession().next("hi");
    return llm.requests.at(-1)!.messages.at(-1)!.content;
  };
  const call = decide.call("look");
  const texts = [
    await play([raw("1"), raw("2")]),
    await play([call], { maxIterations: 1 }),
    await play([call, call, call]),
  ];
  const reasons = [
    "Too many attempts of this turn failed.",
    "No more steps can be taken in this turn.",
    "The same calls gave the same results again.",
  ];
  for (const [at, text] of texts.entries()) {
    assertEquals(
      text,
      "Current step: a\nA\n\nChoose one action:\n- RESPOND to answer the user and wait for their reply" +
        `\n\n${reasons[at]} Answer the user with what is known now.`,
    );
  }
});

Deno.test("buildStepMessage, is called once for a step and an offer, for all sessions", async () => {
  const agent = new Agent({
    name: "test",
    llm: new MockLLM(),
    start: "a",
    steps: { a: { description: "A" } },
  });
  const [one, other] = await Promise.all([
    agent.explain(agent.createSession()),
    agent.explain(agent.createSession()),
  ]);
  assert(one.messages.at(-1) === other.messages.at(-1));
});
