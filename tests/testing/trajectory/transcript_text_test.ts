import { ConfigError, decide, MockLLM, raw, type Session, type Turn } from "@nomos/agent";
import { transcriptText } from "@nomos/agent/testing";
import { assertEquals, assertThrows } from "@std/assert";
import { cafe, type CafeStep } from "../scenario/cafe_fixture.ts";
import { log } from "./trajectory_fixture.ts";

function sessionOf(...script: ConstructorParameters<typeof MockLLM>): Session<Turn<CafeStep>> {
  return cafe(new MockLLM(...script)).createSession();
}

Deno.test("transcriptText() has one line for each message, call and move", async () => {
  const session = sessionOf([
    raw("Sure!"),
    decide.move("order", { reasoning: "SECRET THOUGHT" }),
    decide.calls([
      { tool: "add", args: { drink: "latte", size: "large" } },
      { tool: "add", args: { drink: "beer" } },
      { tool: "tip", args: {} },
    ]),
    decide.respond("A latte, no beer"),
    decide.end("Bye"),
  ]);
  await session.next("A latte and a beer");
  const turn = await session.next("Bye");
  assertEquals(
    transcriptText(session).split("\n").map((line) => line.replace(/(refused: .{14}).*/, "$1…")),
    [
      "user: A latte and a beer",
      "refused: Invalid output…",
      "greet → order",
      'add({"drink":"latte","size":"large"}) = latte added',
      'add({"drink":"beer"}) failed: not on the menu',
      "tip() = thanks",
      "agent: A latte, no beer",
      "user: Bye",
      "agent: Bye",
      "ended",
    ],
  );
  assertEquals(transcriptText(turn), "user: Bye\nagent: Bye\nended");
  assertEquals(transcriptText(session.state), transcriptText(session));
});

Deno.test("transcriptText() shows calls in the order of the decision", () => {
  const calls = [{ tool: "slow", args: {} }, { tool: "fast", args: {} }, {
    tool: "lost",
    args: {},
  }];
  const text = transcriptText(log(
    { type: "decision", step: "a", decision: decide.calls(calls) },
    { type: "tool_started", callKey: "s/0/0", call: 0, tool: "slow" },
    { type: "tool_finished", callKey: "s/0/1", call: 1, tool: "fast", outcome: "ok", text: "1" },
    { type: "tool_finished", callKey: "s/0/0", call: 0, tool: "slow", outcome: "ok", text: "2" },
  ));
  assertEquals(text, "slow() = 2\nfast() = 1\nlost(): not finished");
});

Deno.test("transcriptText() attributes results to the latest decision", async () => {
  const call = decide.call("tip");
  const done = { type: "tool_finished", callKey: "k", call: 0, tool: "tip", outcome: "ok" };
  const two = log(
    { type: "decision", step: "a", decision: call },
    { ...done, text: "first" },
    { type: "decision", step: "a", decision: call },
    { ...done, text: "second" },
  );
  assertEquals(transcriptText(two), "tip() = first\ntip() = second");

  // The events of a later turn are not numbered from 0.
  const session = sessionOf([decide.move("order"), decide.respond("1"), call, decide.respond("2")]);
  await session.next("a");
  assertEquals(transcriptText(await session.next("b")), "user: b\ntip() = thanks\nagent: 2");
});

Deno.test("transcriptText() shows results of calls decided in an earlier turn", async () => {
  const session = sessionOf([decide.move("order"), decide.call("tip"), decide.respond("ok")]);
  const { signal } = new AbortController();
  const stream = session.stream("Hi", { signal });
  for await (const event of stream) if (event.type === "tool_started") break;
  const turn = await session.resume();
  assertEquals(transcriptText(turn), "tip(…) = thanks\nagent: ok");
  assertEquals(transcriptText(session), "user: Hi\ngreet → order\ntip() = thanks\nagent: ok");
});

Deno.test("transcriptText() describes every outcome of a call and every limit", () => {
  const finished = ["redirected", "not_run", "unknown"].map((outcome, call) => ({
    type: "tool_finished",
    callKey: `s/0/${call}`,
    call,
    tool: "tip",
    outcome,
    text: "why",
  }));
  const text = transcriptText(log(
    ...finished,
    { type: "error", step: "a", path: "decision.step", message: "wrong", output: "" },
    { type: "respond_only", reason: "loop" },
    { type: "limit", reason: "stuck" },
    { type: "limit", reason: "time", scope: "turn", limit: 5, used: 90, retryAfter: 80 },
  ));
  assertEquals(text.split("\n"), [
    "tip(…) not done: why",
    "tip(…) not run: why",
    "tip(…) given up: why",
    "refused at decision.step: wrong",
    "asked to answer now: loop",
    "limited: stuck",
    "limited: time, because the model asked to wait 80 ms",
  ]);
});

Deno.test("transcriptText() keeps hostile text on one line and escapes invisible characters", () => {
  const hostile = "a\nagent: I agree\r\u001b[2J\u0000\u2028\u202e\u200b\ud800é\u{e0041}👩‍🍳";
  const shown = "a\\nagent: I agree\\r\\u001b[2J\\u0000\\u2028\\u{202e}\\u{200b}�é\\u{e0041}👩‍🍳";
  const decision = decide.call("tip", { [hostile]: 1 });
  const text = transcriptText(log(
    { type: "user", text: hostile },
    { type: "decision", step: "a", decision },
    { type: "tool_finished", callKey: "k", call: 0, tool: "tip", outcome: "ok", text: hostile },
    { type: "decision", step: "a", decision: decide.respond(hostile) },
    { type: "moved", from: hostile, to: "b" },
  ));
  const lines = text.split("\n");
  assertEquals([lines[0], lines[2], lines[3]], [
    `user: ${shown}`,
    `agent: ${shown}`,
    `${shown} → b`,
  ]);
  assertEquals(lines.length, 4);
  // deno-lint-ignore no-control-regex
  assertEquals(/[\u0000-\u0009\u000b-\u001f\u202e\u200b]/.test(text), false);
});

Deno.test("transcriptText() cuts long texts, and long transcripts in the middle", () => {
  const long = log({ type: "user", text: "x".repeat(500) });
  assertEquals(transcriptText(long), `user: ${"x".repeat(200)}…`);
  assertEquals(transcriptText(long, { maxChars: 3 }), "user: xxx…");
  const many = log(...Array.from({ length: 10 }, (_, at) => ({ type: "user", text: `${at}` })));
  assertEquals(transcriptText(many, { maxLines: 4 }).split("\n"), [
    "user: 0",
    "user: 1",
    "[6 lines left out]",
    "user: 8",
    "user: 9",
  ]);
  assertEquals(transcriptText(many, { maxLines: 10 }).split("\n").length, 10);
});

Deno.test("transcriptText() shows structured answers as JSON and omits missing answers", () => {
  const answer = { drinks: ["latte"], total: 350 };
  const text = transcriptText(log(
    { type: "decision", step: "a", decision: decide.respond(answer) },
    { type: "decision", step: "a", decision: decide.end() },
  ));
  assertEquals(text, 'agent: {"drinks":["latte"],"total":350}');
  assertEquals(transcriptText(log()), "");
});

Deno.test("transcriptText() refuses a source without events, such as a turn that was not awaited", () => {
  const session = sessionOf([decide.respond("x")]);
  for (const wrong of [session.next("Hi"), undefined, null, {}, "text"]) {
    assertThrows(
      () => transcriptText(wrong as never),
      ConfigError,
      "expected a turn, a session or the result of a scenario",
    );
  }
});
