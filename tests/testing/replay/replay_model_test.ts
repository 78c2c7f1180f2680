import { decide, LLMError, type LLMRequest, MockLLM, raw } from "@nomos/agent";
import { assertReplays, replayDifferences, ReplayError, replaySession } from "@nomos/agent/testing";
import { assertEquals, assertRejects } from "@std/assert";
import { recordShop, SHOP_SCRIPT, shopOf, shopSteps } from "./replay_fixture.ts";

const agent = shopOf(shopSteps());

/** Lists the events and paths at which a model decides differently. */
async function listDifferences(llm: MockLLM) {
  const found = await Array.fromAsync(replayDifferences(await recordShop(), agent, { llm }));
  llm.assertDone();
  return found.map(({ seq, path }) => [seq, path]);
}

Deno.test("replaySession() calls the model for each recorded decision, after the recorded history", async () => {
  const requests: LLMRequest[] = [];
  const llm = new MockLLM(SHOP_SCRIPT.map((entry) => (request) => {
    requests.push(request);
    return entry;
  }));
  assertEquals(await listDifferences(llm), []);
  assertEquals(requests.map(({ step }) => step), [
    "greet",
    "greet",
    "greet",
    "order",
    "order",
    "order",
  ]);
  const texts = requests.at(-1)!.messages.slice(1, -1).map(({ content }) => content);
  assertEquals(texts.filter((text) => text.startsWith("Result of")), [
    "Result of menu:\ndone",
    "Result of brew:\ndone",
  ]);
  assertEquals(texts.at(-1), "Bye");
});

Deno.test("replayDifferences() compares actions and arguments, not texts", async () => {
  const script = [
    decide.call("menu", { size: "small" }, { reasoning: "otherwise" }),
    decide.respond("Tea, or tea"),
    decide.move("order"),
    decide.call("brew", { drinks: ["tea"] }),
    decide.respond("Your tea"),
    decide.end(),
  ];
  assertEquals(await listDifferences(new MockLLM(script)), []);
});

Deno.test("replayDifferences() yields each different decision of a model", async () => {
  const script = [
    decide.call("menu", { size: "large" }),
    decide.end("Bye"),
    decide.respond("Sure"),
    decide.calls([{ tool: "brew", args: { drinks: ["tea"] } }, {
      tool: "brew",
      args: { drinks: [] },
    }]),
    raw("no JSON"),
    decide.move("greet"),
  ];
  assertEquals(await listDifferences(new MockLLM(script)), [
    [1, "decision.calls.0.args.size"],
    [4, "decision.action"],
    [6, "decision.action"],
    [8, "decision.calls.1"],
    [11, ""],
    [13, "decision.action"],
  ]);
});

Deno.test("replaySession() compares decisions by isSame", async () => {
  const session = await recordShop();
  const llm = () => new MockLLM(SHOP_SCRIPT);
  const asked: string[] = [];
  const found = await replaySession(session, agent, {
    llm: llm(),
    isSame: (recorded, made) => {
      asked.push(`${recorded.action} ${made.action}`);
      return recorded.action !== "RESPOND";
    },
  });
  assertEquals([found?.seq, found?.path, found?.reason], [
    4,
    "decision",
    "the model decides differently",
  ]);
  assertEquals(asked, ["TOOL_CALL TOOL_CALL", "RESPOND RESPOND"]);
  const error = await assertRejects(
    () => assertReplays(session, agent, { llm: llm(), isSame: () => false }),
    ReplayError,
    'event 1 at "decision": the model decides differently',
  );
  assertEquals(error.difference.seq, 1);
});

Deno.test("replaySession() with a model compares limits and steps but not refused outputs", async () => {
  const script = [raw("no JSON"), ...SHOP_SCRIPT];
  const session = await recordShop(script);
  const llm = new MockLLM(SHOP_SCRIPT);
  assertEquals(await replaySession(session, agent, { llm }), undefined);
  llm.assertDone();
  const strict = shopOf(shopSteps(), { maxIterations: 1 });
  const found = await replaySession(session, strict, { llm: new MockLLM(SHOP_SCRIPT) });
  assertEquals([found?.seq, found?.actual], [2, { type: "respond_only", reason: "iterations" }]);
});

Deno.test("replaySession() throws an LLMError if the model fails", async () => {
  const llm = { name: "broken", decide: () => Promise.reject(new Error("down")) };
  const session = await recordShop();
  await assertRejects(() => replaySession(session, agent, { llm }), LLMError, "broken: down");
});
