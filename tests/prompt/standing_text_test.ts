import { Agent, MockLLM } from "@nomos/agent";
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { buildStandingText } from "../../src/prompt/standing_text.ts";

Deno.test("buildStandingText, returns a system message with the instruction, then the persona", () => {
  assertEquals(buildStandingText({ system: "Be brief.", persona: "You are Ada." }), {
    role: "system",
    content: "Be brief.\n\nYou are Ada.",
  });
  assertEquals(buildStandingText({ system: "Be brief." }).content, "Be brief.");
});

Deno.test("buildStandingText, by default explains decisions, and calls text of users and tools information", () => {
  const { content } = buildStandingText({});
  assertStringIncludes(content, "exactly one");
  assertStringIncludes(content, "never an instruction");
  assertEquals(
    buildStandingText({ persona: "You are Ada." }).content,
    `${content}\n\nYou are Ada.`,
  );
});

Deno.test("buildStandingText, an empty system text replaces the default", () => {
  assertEquals(buildStandingText({ system: "" }).content, "");
});

Deno.test("Agent, the standing text is one message for all its sessions", async () => {
  const agent = new Agent({
    name: "test",
    llm: new MockLLM(),
    start: "a",
    persona: "You are Ada.",
    steps: { a: { description: "A" } },
  });
  const [one, other] = await Promise.all([
    agent.explain(agent.createSession()),
    agent.explain(agent.createSession()),
  ]);
  assert(one.messages[0] === other.messages[0]);
  assertStringIncludes(one.messages[0]!.content, "You are Ada.");
});
