import { LLMRefusalError } from "@nomos/agent/llm";
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { LONG, makeFriend, sizeOf, SmallModel, summariesIn, talk, textsOf } from "./small_model.ts";

const FAILURES: Record<string, () => unknown> = {
  "a model that is down": () => {
    throw new Error("no network");
  },
  "a refusal": () => {
    throw new LLMRefusalError("I cannot");
  },
  "an empty text": () => ({ summary: "  " }),
  "another object": () => ({ text: "x" }),
  "broken JSON": () => '{"summary": "x',
  "no output": () => undefined,
};

for (const [name, fail] of Object.entries(FAILURES)) {
  Deno.test(`A summary that fails with ${name} loses nothing, and the next turn makes up for it`, async () => {
    const warnings: string[] = [];
    let isDown = true;
    const llm = new SmallModel({
      summarize: (_, count) => isDown ? fail() : { summary: `SUMMARY ${count}` },
    });
    const session = makeFriend(llm, { maxTokens: 500, keepTurns: 2 }, {
      onWarning: (message: string) => warnings.push(message),
    }).createSession();
    let turn = await session.next(LONG);
    while (!turn.compacted) turn = await session.next(LONG);
    assertEquals(turn.events.map(({ type }) => type), [
      "user",
      "model_failed",
      "summary",
      "decision",
    ]);
    const [failed] = summariesIn(turn.events);
    assertEquals([failed!.covered, failed!.text], [0, undefined]);
    assert(failed!.until > 0 && sizeOf(llm.requests.at(-1)!.messages) <= 500);
    assertEquals(warnings.length, 1);
    isDown = false;
    turn = await session.next("Are you back?");
    const made = summariesIn(turn.events).at(-1);
    assertEquals([made!.covered, made!.until], [failed!.until, failed!.until]);
    assertStringIncludes(textsOf(llm.summaries.at(-1)!).join(), LONG);
    assertStringIncludes(textsOf(llm.requests.at(-1)!)[1]!, "SUMMARY");
  });
}

Deno.test("A summary that fails again and again is tried once a turn", async () => {
  let tries = 0;
  const summarize = () => {
    tries++;
    throw new Error("no");
  };
  const llm = new SmallModel();
  const session = makeFriend(llm, { maxTokens: 500, summarize }, { onWarning: () => {} })
    .createSession();
  await talk(session, 30);
  assertEquals(llm.requests.length, 30);
  const first = session.state.events.findIndex(({ type }) => type === "summary");
  const turns = session.state.events.slice(first).filter(({ type }) => type === "user").length;
  assertEquals(tries, turns + 1);
});

Deno.test("A summary of plain text, from a model that does not follow the schema, is used", async () => {
  const llm = new SmallModel({ summarize: () => "They talked about boats" });
  await talk(makeFriend(llm, { maxTokens: 500 }).createSession(), 20);
  assertStringIncludes(textsOf(llm.requests.at(-1)!)[1]!, "They talked about boats");
});

Deno.test("A summary, however long, is cut so that requests stay within the bound", async () => {
  const llm = new SmallModel({ summarize: () => ({ summary: LONG.repeat(1_000) }) });
  await talk(makeFriend(llm, { maxTokens: 600 }).createSession(), 40);
  for (const { messages } of [...llm.requests, ...llm.summaries]) assert(sizeOf(messages) <= 600);
  assertStringIncludes(textsOf(llm.requests.at(-1)!)[1]!, "[cut: ");
});

Deno.test("A turn that is stopped while it summarizes keeps its input, and goes on later", async () => {
  const stop = new AbortController();
  const llm = new SmallModel({
    summarize: (_, count) => {
      if (count === 1) stop.abort();
      return { summary: "SUMMARY" };
    },
  });
  const session = makeFriend(llm, { maxTokens: 500 }).createSession();
  let turn = await session.next(LONG, { signal: stop.signal });
  while (turn.status === "waiting") turn = await session.next(LONG, { signal: stop.signal });
  assertEquals(turn.events.map(({ type }) => type), ["user", "model_failed"]);
  assertEquals([turn.status, turn.compacted], ["interrupted", false]);
  const resumed = await session.resume();
  assertEquals([resumed.status, resumed.compacted], ["waiting", true]);
});

Deno.test("A limit of model calls includes summaries, and ends the turn", async () => {
  const llm = new SmallModel();
  const session = makeFriend(llm, { maxTokens: 500 }).createSession({
    limits: { turn: { modelCalls: 1 } },
  });
  let turn = await session.next(LONG);
  while (turn.status === "waiting") turn = await session.next(LONG);
  assertEquals(turn.events.map(({ type }) => type), ["user", "summary", "limit"]);
  assertEquals([turn.status, turn.reason], ["limited", "modelCalls"]);
  do turn = await session.resume(); while (turn.compacted);
  assertEquals(turn.status, "waiting");
});
