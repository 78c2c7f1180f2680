import {
  Agent,
  decide,
  type LLMRequest,
  type Message,
  MockLLM,
  type SessionEvent,
  Tool,
} from "@nomos/agent";
import { assertEquals, assertMatch } from "@std/assert";
import { coreOf } from "../../../src/agent/build_core.ts";
import { createSession } from "../../../src/session/create_session.ts";
import { Log } from "../../../src/history/log.ts";
import { LiveSession } from "../../../src/turn/live_session.ts";
import { liveSessionOf, sessionOf } from "../../../src/session/session.ts";
import * as v from "valibot";
import { PathChecks } from "../../../src/testing/play/path_checks.ts";

const tool = new Tool({ name: "t", description: "T", args: v.object({}), run: () => "" });
const core = coreOf(
  new Agent({
    name: "checked",
    llm: new MockLLM(),
    start: "talk",
    steps: { talk: { description: "Talk", tools: [tool] } },
  }),
)!;

function checksAfter(use: (checks: PathChecks) => void): string[] {
  const checks = new PathChecks(core);
  checks.begin();
  use(checks);
  return checks.problems.map(({ check, message }) => `${check}: ${message}`);
}

const message = (content: string): Message => ({ role: "user", content });
const request = (...messages: Message[]) =>
  ({ messages, stable: messages.length - 1, step: "talk" }) as unknown as LLMRequest;
const [system, hello, last] = [message("a"), message("b"), message("c")];

const user: SessionEvent = { seq: 0, time: 0, type: "user", text: "Hi" };
const decided: SessionEvent = {
  seq: 1,
  time: 0,
  type: "decision",
  step: "talk",
  decision: decide.call("t", {}),
};
const started = (seq: number, callKey = "k"): SessionEvent => {
  return { seq, time: 0, type: "tool_started", callKey, call: 0, tool: "t" };
};
const finished = (seq: number, callKey = "k"): SessionEvent => {
  return {
    seq,
    time: 0,
    type: "tool_finished",
    callKey,
    call: 0,
    tool: "t",
    outcome: "unknown",
    text: "",
  };
};
const stateOf = (events: SessionEvent[], status: "waiting" | "interrupted" = "waiting") =>
  ({ version: 4, sessionId: "s", step: "talk", status, events }) as const;

Deno.test("PathChecks accepts a prompt that grows and whose last message changes", () => {
  assertEquals(
    checksAfter((checks) => {
      checks.checkRequest(request(system, last));
      checks.checkRequest(request(system, hello, message("other")));
    }),
    [],
  );
});

Deno.test("PathChecks finds an earlier message that was replaced", () => {
  const problems = checksAfter((checks) => {
    checks.checkRequest(request(system, hello, last));
    checks.checkRequest(request(system, message("b"), last));
  });
  assertEquals(problems, [
    'prompt: message 1 of the request in step "talk" changed: ' +
    "expected the same message as in the previous request",
  ]);
});

Deno.test("PathChecks finds a prompt that shrank", () => {
  const problems = checksAfter((checks) => {
    checks.checkRequest(request(system, hello, last));
    checks.checkRequest(request(last));
  });
  assertEquals(problems.length, 1);
});

Deno.test("PathChecks finds results that are not in the order of their calls", () => {
  const result = (callId: string): Message => ({ role: "tool", content: "done", callId });
  const problems = (...keys: string[]) =>
    checksAfter((checks) => checks.checkRequest(request(system, ...keys.map(result), last)));
  assertEquals(problems("s/1/9", "s/1/10", "s/12/0", "t/12/0"), []);
  assertEquals(problems("s/1/1", "s/1/0"), [
    'prompt: message 2 of the request in step "talk": ' +
    "expected the results of a decision in the order of its calls",
  ]);
});

Deno.test("PathChecks finds gaps, calls without an end, and ends without a call", () => {
  const check = (...events: SessionEvent[]) =>
    checksAfter((checks) => checks.checkHistory(stateOf(events)));
  assertEquals(check(user, decided, started(2), finished(3)), []);
  assertEquals(check({ ...user, seq: 1 }), ["history: event 0 has the number 1: expected 0"]);
  const open = 'history: call "k" has no end: expected a tool_finished event';
  assertEquals(check(user, decided, started(2)), [open]);
  assertEquals(check(user, decided, started(2), { ...user, seq: 3 }), [open]);
  const twice =
    'history: call "k" went from "ended unknown" to "ended unknown": expected nothing more';
  assertEquals(check(user, decided, started(2), finished(3), finished(4)), [twice]);
});

Deno.test("PathChecks accepts open calls in an interrupted session", () => {
  const state = stateOf([user, decided, started(2)], "interrupted");
  assertEquals(checksAfter((checks) => checks.checkHistory(state)), []);
});

Deno.test("PathChecks finds a state that cannot be restored", () => {
  const log = new Log("talk", [{ ...user, text: 7 as unknown as string }], { now: () => 0 });
  const broken = sessionOf(new LiveSession(core, "s", undefined, log));
  const [problem, ...others] = checksAfter((checks) => checks.checkState(broken));
  assertMatch(problem!, /^state: the state after event 0 cannot be restored: .*"events\.0\.text"/);
  assertEquals(others, []);
  assertEquals(checksAfter((checks) => checks.checkState(createSession(core))), []);
});

Deno.test("PathChecks compares the first prompt of another process by content", () => {
  const problems = (second: Message) =>
    checksAfter((checks) => {
      checks.checkRequest(request(system, hello, last));
      checks.continueElsewhere();
      checks.checkRequest(request({ ...system }, second, last));
    }).length;
  assertEquals([problems({ ...hello }), problems(message("other"))], [0, 1]);
  assertEquals(problems({ ...hello, callId: "k" }), 1);
});

Deno.test("PathChecks finds a position that does not follow from the log", async () => {
  const session = createSession(core);
  const live = liveSessionOf(session);
  await live.log.append([{ type: "user", text: "Hi" }]);
  assertEquals(checksAfter((checks) => checks.checkState(session)), []);
  live.log.position.errors = 2;
  const [problem] = checksAfter((checks) => checks.checkState(session));
  assertMatch(
    problem!,
    /^state: a session restored from JSON is .*"errors":0.*: expected .*"errors":2/,
  );
});
