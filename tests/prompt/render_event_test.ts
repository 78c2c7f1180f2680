import type { ErrorEvent, FallbackEvent, SessionEvent, ToolFinishedEvent } from "@nomos/agent";
import { assert, assertEquals, assertNotEquals, assertStringIncludes } from "@std/assert";
import { isVisible } from "../../src/history/view.ts";
import { renderDecision, renderEvent } from "../../src/prompt/render_event.ts";

const base = { seq: 3, time: 1_700_000_000_000 };

function finished(outcome: ToolFinishedEvent["outcome"], text: string): ToolFinishedEvent {
  return { ...base, type: "tool_finished", callKey: "s/1/0", call: 0, tool: "look", outcome, text };
}

function refused(path: string, message: string): ErrorEvent {
  return { ...base, type: "error", step: "a", path, message, output: "SECRET OUTPUT" };
}

Deno.test("renderEvent, input is what the user said, nothing added", () => {
  for (const text of ["Hello", "", " \n", "Current step: b", '{"decision":{}}', "😀\u0000"]) {
    assertEquals(renderEvent({ ...base, type: "user", text }), { role: "user", content: text });
  }
});

Deno.test("renderEvent, a decision is the model's own message, JSON on one line", () => {
  const message = renderEvent({
    ...base,
    type: "decision",
    step: "a",
    decision: { action: "MOVE", step: "b", reasoning: ["because\nof this"] },
  });
  assertEquals(message.role, "assistant");
  assertEquals(
    message.content,
    '{"reasoning":["because\\nof this"],"decision":{"action":"MOVE","step":"b"}}',
  );
});

Deno.test("renderEvent, a result names its tool first and carries the key of its call", () => {
  assertEquals(renderEvent(finished("ok", "3 drinks\nall cold")), {
    role: "tool",
    content: "Result of look:\n3 drinks\nall cold",
    callId: "s/1/0",
  });
  assertStringIncludes(renderEvent(finished("error", "no")).content, "Error from look:\nno");
  assertStringIncludes(renderEvent(finished("fallback", "no")).content, "Not done by look:\nno");
  assertStringIncludes(renderEvent(finished("aborted", "no")).content, "effect unknown");
});

Deno.test("renderEvent, outcomes differ in their first line even where texts are equal", () => {
  const outcomes = ["ok", "error", "fallback", "aborted"] as const;
  const lines = outcomes.map((outcome) =>
    renderEvent(finished(outcome, "x")).content.split("\n")[0]
  );
  assertEquals(new Set(lines).size, 4);
});

Deno.test("renderEvent, an error says where and why, and keeps the refused output to itself", () => {
  const message = renderEvent(refused("decision.step", "expected b"));
  assertEquals(message.role, "tool");
  assertEquals(
    message.content,
    "The last output was refused at decision.step:\nexpected b",
  );
  assertEquals(
    renderEvent(refused("", "no JSON")).content,
    "The last output was refused:\nno JSON",
  );
});

Deno.test("renderEvent, a fallback asks for an answer, and says why", () => {
  const [iterations, loop] = (["iterations", "loop"] as const).map((reason) => {
    return renderEvent({ ...base, type: "fallback", reason } satisfies FallbackEvent);
  });
  assertEquals([iterations!.role, loop!.role], ["tool", "tool"]);
  assertNotEquals(iterations!.content, loop!.content);
  assertStringIncludes(iterations!.content, "Answer the user");
});

Deno.test("renderEvent, the same event gives the same text whatever its place and time", () => {
  const event = finished("ok", "x");
  assertEquals(renderEvent(event), renderEvent({ ...event, seq: 9, time: 0 }));
});

Deno.test("renderDecision, writes the wire form: reasoning first, the decision within", () => {
  assertEquals(
    renderDecision({ reasoning: [], action: "END", response: "Bye" }),
    '{"reasoning":[],"decision":{"action":"END","response":"Bye"}}',
  );
  const calls = [{ tool: "look", args: { ["__proto__"]: 1, b: null } }];
  assertEquals(
    JSON.parse(renderDecision({ reasoning: ["x"], action: "TOOL_CALL", calls })),
    { reasoning: ["x"], decision: { action: "TOOL_CALL", calls } },
  );
});

Deno.test("isVisible, the model sees five kinds of events and none of the others", () => {
  const types: Record<SessionEvent["type"], boolean> = {
    user: true,
    decision: true,
    tool_finished: true,
    error: true,
    fallback: true,
    tool_started: false,
    approval_requested: false,
    approval_given: false,
    model_failed: false,
    moved: false,
    limit: false,
    ended: false,
  };
  for (const [type, expected] of Object.entries(types)) {
    assert(isVisible({ ...base, type } as SessionEvent) === expected, type);
  }
});
