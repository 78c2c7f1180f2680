import type { SessionEvent } from "@nomos/agent";
import { assertEquals } from "@std/assert";
import { transcribe } from "../../src/cli/sessions/transcript.ts";

/** Event without its place. */
type Draft = { readonly type: SessionEvent["type"]; readonly [field: string]: unknown };

/** Returns the lines of a log, each with the number at which it can be cut. */
function lines(...drafts: readonly Draft[]): readonly string[] {
  const events = drafts.map((draft, seq) =>
    ({ seq, time: 0, ...draft }) as unknown as SessionEvent
  );
  return transcribe(events, "desk").map(({ at, text }) => `${at ?? "-"} ${text}`);
}

const CALL = { callKey: "k", call: 0, tool: "pay" };
const decided = (args: object): Draft => ({
  type: "decision",
  step: "a",
  decision: { action: "TOOL_CALL", calls: [{ tool: "pay", args }] },
});

Deno.test("transcribe, has a line for what a person would call an event", () => {
  assertEquals(
    lines(
      { type: "data_set", data: { cart: [] } },
      { type: "user", text: "Hi" },
      { type: "error", step: "a", path: "decision.step", message: "unknown", output: "" },
      { type: "error", step: "a", path: "", message: "no JSON", output: "" },
      { type: "model_failed", step: "a", code: "ABORTED", usage: {} },
      { type: "embedded", step: "a", texts: 1 },
      { type: "summary", text: "They want a latte", until: 2, covered: 2 },
      { type: "summary", until: 2, covered: 2 },
      { type: "respond_only", reason: "errors" },
      {
        type: "decision",
        step: "a",
        decision: { action: "RESPOND", response: { cents: 5 }, suggestions: ["Yes", "No"] },
      },
      { type: "limit", reason: "cost", option: "limits.turn.cost" },
      { type: "limit", reason: "loop" },
      { type: "decision", step: "a", decision: { action: "END" } },
      { type: "ended", joined: true },
    ),
    [
      '0 data: {"cart":[]}',
      "1 You: Hi",
      "2 refused at decision.step: unknown",
      "3 refused: no JSON",
      "4 the model failed: ABORTED",
      "5 summary: They want a latte",
      "7 older events left the requests",
      "8 asked to answer now: errors",
      '9 desk: {"cents":5}',
      "-   Yes | No",
      "10 limited: limits.turn.cost",
      "11 limited: loop",
      "12 ended",
    ],
  );
});

Deno.test("transcribe, shows calls with all arguments, those that a person changed, and how they ended", () => {
  const long = "x".repeat(500);
  assertEquals(
    lines(
      decided({ why: long }),
      {
        type: "approval_requested",
        ...CALL,
        args: { why: long },
        reason: "approval",
        joined: true,
      },
      { type: "approval_given", ...CALL, verdict: "approved", args: { why: "y" } },
      {
        type: "tool_finished",
        ...CALL,
        outcome: "ok",
        text: "paid",
        args: { why: "y" },
        joined: true,
      },
    ),
    [
      `0 ? pay(why: "${long}") needs your approval`,
      `2 approved: pay(why: "${long}"), with {"why":"y"}`,
      '- pay(why: "y") = paid',
    ],
  );
  for (
    const [outcome, words] of [
      ["error", "failed: it broke"],
      ["redirected", "not done: it broke"],
      ["denied", "not allowed: it broke"],
      ["not_run", "not run: it broke"],
      ["unknown", "given up: it broke"],
    ]
  ) {
    assertEquals(
      lines(decided({}), { type: "tool_started", ...CALL, joined: true }, {
        type: "tool_finished",
        ...CALL,
        outcome,
        text: "it broke",
      }),
      [`0 pay() ${words}`],
    );
  }
});

Deno.test("transcribe, shows requests of calls that began, and of child sessions", () => {
  assertEquals(
    lines(
      decided({}),
      { type: "tool_started", ...CALL, joined: true },
      { type: "tool_suspended", ...CALL },
      { type: "tool_suspended", ...CALL, isWaiting: true },
      { type: "tool_deferred", ...CALL },
      {
        type: "approval_requested",
        ...CALL,
        callKey: "c",
        tool: "send",
        args: {},
        reason: "unknown",
      },
      { type: "approval_given", ...CALL, callKey: "c", verdict: "settled", text: "sent" },
      { type: "approval_given", ...CALL, callKey: "lost", verdict: "expired" },
      { type: "tool_finished", ...CALL, call: 1, outcome: "ok", text: "done" },
    ),
    [
      "0 pay stopped before it had a result",
      "3 ? send() began, and its end is not known",
      "6 settled: send(): sent",
      "7 expired: a call",
      "8 pay = done",
    ],
  );
});
