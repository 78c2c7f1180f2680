import type { SessionEvent } from "@nomos/agent";
import { assert, assertEquals } from "@std/assert";
import { isVisible, renderDecision, renderEvent } from "../../src/prompt/render_event.ts";

const base = { seq: 3, time: 1_700_000_000_000 };

type Finished = SessionEvent<"tool_finished">;

function finished(outcome: Finished["outcome"], text: string): Finished {
  return { ...base, type: "tool_finished", callKey: "s/1/0", call: 0, tool: "look", outcome, text };
}

const OUTCOMES = ["ok", "error", "redirected", "denied", "not_run", "unknown"] as const;

Deno.test("renderEvent, renders the user's text unchanged", () => {
  for (const text of ["Hello", "", " \n", "Current step: b", '{"decision":{}}', "😀\u0000"]) {
    assertEquals(renderEvent({ ...base, type: "user", text }), { role: "user", content: text });
  }
});

Deno.test("renderEvent, renders a decision as an assistant message, JSON on one line, without reasoning", () => {
  const message = renderEvent({
    ...base,
    type: "decision",
    step: "a",
    decision: { action: "MOVE", step: "b", reasoning: ["because\nof this"] },
  });
  assertEquals(message.role, "assistant");
  assertEquals(message.content, '{"decision":{"action":"MOVE","step":"b"}}');
});

Deno.test("renderEvent, renders a result with its tool first, and with the call key", () => {
  assertEquals(renderEvent(finished("ok", "3 drinks\nall cold")), {
    role: "tool",
    content: "Result of look:\n3 drinks\nall cold",
    callId: "s/1/0",
  });
  const contents = OUTCOMES.slice(1).map((outcome) => renderEvent(finished(outcome, "no")).content);
  assertEquals(contents, [
    "Error from look:\nno",
    "Not done by look:\nno",
    "Not allowed: look:\nno",
    "Not run: look:\nno",
    "Given up, effect unknown: look:\nno",
  ]);
});

Deno.test("renderEvent, outcomes with equal texts differ in their first line", () => {
  const lines = OUTCOMES.map((outcome) =>
    renderEvent(finished(outcome, "x")).content.split("\n")[0]
  );
  assertEquals(new Set(lines).size, OUTCOMES.length);
});

Deno.test("renderEvent, freezes messages, because all requests of a session share them", () => {
  const user = renderEvent({ ...base, type: "user", text: "Hi" });
  assert(Object.isFrozen(user) && Object.isFrozen(renderEvent(finished("ok", "x"))));
});

Deno.test("renderEvent, replaces lone surrogates", () => {
  const texts = [{ ...base, type: "user", text: "a\ud800" } as const, finished("ok", "\udc00")];
  assertEquals(texts.map((event) => renderEvent(event).content), [
    "a\ufffd",
    "Result of look:\n\ufffd",
  ]);
});

Deno.test("renderEvent, equal events have equal text, whatever their seq and time", () => {
  const event = finished("ok", "x");
  assertEquals(renderEvent(event), renderEvent({ ...event, seq: 9, time: 0 }));
});

Deno.test("renderDecision, renders the decision without reasoning", () => {
  assertEquals(
    renderDecision({ reasoning: [], action: "END", response: "Bye" }),
    '{"decision":{"action":"END","response":"Bye"}}',
  );
  const calls = [{ tool: "look", args: { ["__proto__"]: 1, b: null } }];
  assertEquals(
    JSON.parse(renderDecision({ reasoning: ["x"], action: "TOOL_CALL", calls })),
    { decision: { action: "TOOL_CALL", calls } },
  );
});

Deno.test("isVisible, is true for user, decision and tool_finished events", () => {
  const types: Record<SessionEvent["type"], boolean> = {
    user: true,
    data_set: false,
    decision: true,
    tool_finished: true,
    error: false,
    respond_only: false,
    tool_started: false,
    tool_deferred: false,
    tool_suspended: false,
    approval_requested: false,
    approval_given: false,
    model_failed: false,
    embedded: false,
    summary: false,
    moved: false,
    limit: false,
    ended: false,
  };
  for (const [type, expected] of Object.entries(types)) {
    assert(isVisible({ ...base, type } as SessionEvent) === expected, type);
  }
});
