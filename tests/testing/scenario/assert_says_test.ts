import { ConfigError, decide, LLMError, MockLLM, raw } from "@nomos/agent";
import { assertSays, JudgeError, TrajectoryError } from "@nomos/agent/testing";
import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { cafe } from "./cafe_fixture.ts";

function judging(score: number, reason = "because"): MockLLM {
  return new MockLLM([raw({ reason, score })], { name: "strict" });
}

const session = cafe(
  new MockLLM([
    decide.move("order"),
    decide.call("add", { drink: "latte" }),
    decide.respond("One latte"),
  ]),
).createSession();
const turn = await session.next("A latte, please");

Deno.test("assertSays() returns the verdict of the judge, who reads calls with their arguments", async () => {
  const llm = judging(0.9);
  assertEquals(await assertSays(turn, "Sells a latte", llm), {
    passed: true,
    score: 0.9,
    reason: "because",
  });
  const [instruction, evidence] = llm.requests[0]!.messages;
  assertStringIncludes(instruction!.content, "Sells a latte");
  assertStringIncludes(evidence!.content, 'add({"drink":"latte"}) = latte added');
  await assertSays(session, "Sells a latte", judging(1));
});

Deno.test("assertSays() throws with expectation, score, reason and transcript", async () => {
  const { message } = await assertRejects(
    () => assertSays(turn, "Asks for the size", judging(0.2, "It\nnever asks")),
    TrajectoryError,
    'Expected of the agent: "Asks for the size": the judge "strict" scored 0.2: It\\nnever asks',
  );
  assertStringIncludes(message, "\n\nuser: A latte, please\ngreet → order");
  await assertRejects(
    () => assertSays(turn, "Sells", judging(0.9), { threshold: 0.95 }),
    TrajectoryError,
  );
});

Deno.test("assertSays() passes on errors of the judge", async () => {
  const malformed = () => new MockLLM([raw(1), raw(2), raw(3)]);
  await assertRejects(() => assertSays(turn, "Sells", malformed()), JudgeError);
  await assertRejects(() => assertSays(turn, "Sells", new MockLLM([])), LLMError);
  await assertRejects(
    () => assertSays(turn, "Sells", judging(1), { threshold: 2 }),
    ConfigError,
  );
});
