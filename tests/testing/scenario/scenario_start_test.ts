import { Agent, ConfigError, decide, MockLLM } from "@nomos/agent";
import { assertScenario, scenario, type ScenarioPast } from "@nomos/agent/testing";
import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import * as v from "valibot";
import { cafe, type CafeStep } from "./cafe_fixture.ts";

const ok = decide.respond("ok");
const parts = { goal: "Get a latte", user: ["Large"], checks: {} };

Deno.test("scenario() begins in a step that no route leads to, without a model call", async () => {
  const llm = new MockLLM([ok]);
  const steps = { a: { description: "A" }, b: { description: "B" } };
  const agent = new Agent({ name: "islands", llm, start: "a", steps });
  const { turns, transcript } = await scenario({ agent, step: "b", ...parts });
  assertEquals([turns[0]!.step, llm.requests.length], ["b", 1]);
  assertEquals(transcript, "a → b\nuser: Large\nagent: ok");
});

Deno.test("scenario() shows the model the past, and counts only its own turns", async () => {
  const llm = new MockLLM([ok]);
  const past: ScenarioPast<CafeStep>[] = [
    { by: "user", text: "A latte" },
    { step: "order" },
    { by: "agent", text: "Small or large?" },
  ];
  const { turns, messages } = await scenario({ agent: cafe(llm), past, ...parts });
  assertEquals(llm.requests[0]!.messages.slice(1, -1).map(({ content }) => content), [
    "A latte",
    '{"decision":{"action":"RESPOND","response":"Small or large?"}}',
    "Large",
  ]);
  assertEquals(turns.map(({ step, events }) => [step, events.length]), [["order", 2]]);
  assertEquals(messages.map(({ text }) => text), ["A latte", "Small or large?", "Large", "ok"]);
});

Deno.test("scenario() puts a past without moves into its step", async () => {
  const past = [{ by: "user", text: "Hi" }, { by: "agent", text: "Hello" }] as const;
  const played = await scenario({ agent: cafe(new MockLLM([ok])), step: "order", past, ...parts });
  assertEquals(played.events.map(({ type }) => type).slice(0, 3), ["moved", "user", "decision"]);
});

Deno.test("scenario() ends a past in its step, whatever its moves", async () => {
  const past: ScenarioPast<CafeStep>[] = [{ step: "order" }, { by: "user", text: "Hi" }];
  const { transcript } = await scenario({
    agent: cafe(new MockLLM([ok])),
    step: "greet",
    past,
    ...parts,
  });
  assertEquals(
    transcript,
    "greet → order\nuser: Hi\norder → greet\nuser: Large\nagent: ok",
  );
});

Deno.test("scenario() answers the last message of the past if the first input is empty", async () => {
  const past = [{ by: "user", text: "A latte" }] as const;
  const user = [""];
  const agent = cafe(new MockLLM([ok]));
  const { transcript } = await scenario({ agent, goal: "Get a latte", past, user, checks: {} });
  assertEquals(transcript, "user: A latte\nagent: ok");
});

Deno.test("scenario() shows the model a summary before the past", async () => {
  const start = [{}, { step: "order" }, { past: [{ by: "user", text: "Hi" }] }] as const;
  const summary = "They chose a latte.\nThey pay by card.";
  for (const place of start) {
    const llm = new MockLLM([ok]);
    const { turns, transcript } = await scenario({ agent: cafe(llm), summary, ...place, ...parts });
    const sent = llm.requests[0]!.messages.slice(1, -1).map(({ role, content }) => [role, content]);
    assertEquals(sent, [
      ["tool", `Summary of the earlier conversation:\n${summary}`],
      ..."past" in place ? [["user", "Hi"]] : [],
      ["user", "Large"],
    ]);
    assertEquals(turns[0]!.step, "step" in place ? "order" : "greet");
    assertStringIncludes(transcript, "summary: They chose a latte.\\nThey pay by card.");
  }
});

Deno.test("scenario() begins with data in any step", async () => {
  const agent = new Agent({
    name: "till",
    llm: new MockLLM([ok]),
    data: v.object({ cents: v.optional(v.number(), 0), tip: v.optional(v.number(), 1) }),
    start: "a",
    steps: { a: { description: "A" }, b: { description: "B" } },
  });
  const { turns } = await assertScenario({ agent, step: "b", data: { cents: 350 }, ...parts });
  assertEquals([turns[0]!.step, turns[0]!.data], ["b", { cents: 350, tip: 1 }]);
});

Deno.test("scenario() refuses an unknown step and a malformed entry of the past", async () => {
  const agent = cafe(new MockLLM([ok])) as Agent;
  const refusals = [
    [{ step: "ordr" }, 'step is "ordr": expected one of "greet", "order"; did you mean "order"?'],
    [{ summary: " " }, 'summary is " ": expected text that is not blank'],
    [{ past: [{ step: "x" }] }, 'past[0].step is "x": expected one of "greet", "order"'],
    [{ past: [{ by: "tool", text: "x" }] }, "past[0] is "],
    [{ past: [{ by: "user", text: "x" }, null] }, "past[1] is null"],
  ] as const;
  for (const [start, message] of refusals) {
    await assertRejects(
      () => scenario({ agent, ...start as object, ...parts }),
      ConfigError,
      `Cannot play scenario "Get a latte": ${message}`,
    );
  }
});

Deno.test("scenario() takes unknown steps of its start as compile errors", () => {
  // @ts-expect-error: there is no step "ordr"
  const _unknown = () => scenario({ agent: cafe(new MockLLM()), step: "ordr", ...parts });
  // @ts-expect-error: there is no step "ordr"
  const _moved = () => scenario({ agent: cafe(new MockLLM()), past: [{ step: "ordr" }], ...parts });
});
