import { type LLM, LLMError, type SessionEvent } from "@nomos/agent";
import { fallback, LLMContextError } from "@nomos/agent/llm";
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { LONG, makeFriend, SmallModel, summariesIn, talk, textsOf } from "./small_model.ts";

Deno.test("A full context, the session compacts once by itself, and the turn reports it", async () => {
  const llm = new SmallModel({ window: 1_000 });
  const session = makeFriend(llm).createSession();
  let turn = await session.next(LONG);
  while (!turn.compacted) turn = await session.next(LONG);
  assertEquals(turn.events.map(({ type }) => type), [
    "user",
    "model_failed",
    "summary",
    "decision",
  ]);
  const [, failed, summary] = turn.events as [
    unknown,
    SessionEvent<"model_failed">,
    SessionEvent<"summary">,
  ];
  assertEquals([failed.code, failed.usage, summary.reason], ["LLM_CONTEXT", {}, "full"]);
  assertEquals([turn.status, turn.response], ["waiting", `Answer ${llm.requests.length}`]);
});

Deno.test("A full context, is summarized in parts that fit into the window", async () => {
  const summaries: number[] = [];
  const llm = new SmallModel({
    window: 500,
    summarize: (_, count) => {
      summaries.push(count);
      return { summary: `SUMMARY ${count}` };
    },
  });
  const wide = makeFriend(new SmallModel());
  const before = wide.createSession();
  await talk(before, 100);
  const session = makeFriend(llm).createSession({ state: before.state });
  const turn = await session.next("And now?");
  assertEquals(turn.status, "waiting");
  assert(summaries.length > 5);
  assertEquals(summariesIn(turn.events).at(-1)!.text, `SUMMARY ${summaries.length}`);
  const seen = llm.summaries.flatMap(textsOf).join("\n");
  for (let turn = 1; turn <= 94; turn++) assertStringIncludes(seen, `user: ${turn}: word`);
});

Deno.test("A full context, that the running turn alone exceeds reaches the caller with a way out", async () => {
  const llm = new SmallModel({ window: 200 });
  const session = makeFriend(llm, undefined, { onWarning: () => {} }).createSession();
  await session.next("Hi");
  const error = await assertRejects(() => session.next(LONG.repeat(10)), LLMContextError);
  assertStringIncludes(error.message, "too long without older turns");
  assertStringIncludes(error.message, "larger window");
  assertEquals(session.status, "interrupted");
  // The session is not lost.
  assertEquals((await session.next("Short")).status, "waiting");
});

Deno.test("A full context, of a model that never accepts anything fails after one compaction", async () => {
  const llm = new SmallModel();
  const agent = makeFriend(llm);
  const session = agent.createSession();
  await talk(session, 20);
  const full = new SmallModel({ window: 0 });
  const again = makeFriend(full, { summarize: () => "SHORT" }).createSession({
    state: session.state,
  });
  await assertRejects(() => again.next("Hi"), LLMContextError);
  assertEquals(full.refused, 2);
});

Deno.test("A full context, of one of several models that failed, is compacted as well", async () => {
  const down = { name: "down", decide: () => Promise.reject(new LLMError("Cannot reach it")) };
  const small = new SmallModel({ window: 1_000 });
  const cases: readonly (readonly [models: LLM[], tokens: boolean])[] = [
    [[small, new SmallModel({ window: 900 })], false],
    [[down, small], true],
    [[small, down], true],
  ];
  for (const [models, tokens] of cases) {
    const session = makeFriend(fallback(models)).createSession();
    let turn = await session.next(LONG);
    while (!turn.compacted) turn = await session.next(LONG);
    assertEquals(turn.events.map(({ type }) => type), [
      "user",
      "model_failed",
      "summary",
      "decision",
    ]);
    // A request that all servers refuse costs nothing.
    const [, failed] = turn.events as readonly [
      unknown,
      SessionEvent<"model_failed">,
      ...unknown[],
    ];
    assertEquals([failed.code, "input" in failed.usage], ["LLM_ALL_FAILED", tokens]);
    const error = await assertRejects(() => session.next(LONG.repeat(30)), LLMError);
    assertEquals(error.code, "LLM_ALL_FAILED");
  }
});
