import { decide, type SessionEvent } from "@nomos/agent";
import { assertEquals } from "@std/assert";
import { coreOf } from "../../../src/agent/build_core.ts";
import { CallChecks } from "../../../src/testing/play/call_checks.ts";
import { askingAgent } from "../asking_agent.ts";

const { graph } = coreOf(askingAgent())!;

/** Passes events of the shop to the checks and collects the problems. */
class Followed {
  readonly problems: string[] = [];
  readonly checks: CallChecks;
  #seq = 0;

  constructor(needsApprovalNow = true) {
    this.checks = new CallChecks(
      graph,
      () => needsApprovalNow,
      (check, message) => this.problems.push(`${check}: ${message}`),
    );
  }

  add(...events: readonly object[]): this {
    for (const event of events) {
      this.checks.add({ seq: this.#seq++, time: 0, ...event } as SessionEvent);
    }
    return this;
  }

  run(callKey = "k"): this {
    this.checks.checkRun(callKey);
    return this;
  }
}

const decision = (tool: string, step = "talk") => ({
  type: "decision",
  step,
  decision: decide.call(tool, { to: "ann" }),
});
const call = { callKey: "k", call: 0, tool: "pay" };
const asked = { type: "approval_requested", ...call, args: {}, reason: "approval", hash: "" };
const unknown = { ...asked, reason: "unknown" };
const given = (verdict: string) => ({ type: "approval_given", callKey: "k", call: 0, verdict });
const started = { type: "tool_started", ...call };
const finished = (outcome: string) => ({ type: "tool_finished", ...call, outcome, text: "" });
const user = { type: "user", text: "Hi" };

Deno.test("CallChecks accepts calls that are requested, approved, run and ended", () => {
  const followed = new Followed()
    .add(user, decision("pay"), asked, given("approved"), started).run().add(finished("ok"))
    .add(decision("pay"), asked, given("denied"), finished("denied"))
    .add(decision("pay"), asked, given("settled"), finished("ok"))
    .add(decision("look"), started).run().add(finished("error"))
    .add(decision("pay"), asked, finished("not_run"), user);
  assertEquals(followed.problems, []);
});

Deno.test("CallChecks accepts the recovery of an unknown call, and a second run after a retry", () => {
  const followed = new Followed().add(decision("book", "desk"), started).run();
  followed.checks.crash();
  followed.add(unknown, given("retried"), started).run().add(finished("ok"));
  followed.add(decision("charge", "desk"), started).run();
  followed.checks.crash();
  followed.checks.checkRecovery("k");
  followed.add(finished("ok")).add(decision("look"), started).run();
  followed.checks.crash();
  followed.run().add(finished("ok"));
  assertEquals(followed.problems, []);
});

Deno.test("CallChecks finds a call that starts or runs before its approval", () => {
  const verdicts = "expected approved or denied or settled or ended not_run";
  assertEquals(new Followed().add(decision("pay"), asked).run().problems, [
    `approval: call "k" went from "approval requested" to "run": ${verdicts}`,
  ]);
  assertEquals(new Followed().add(decision("pay"), started).problems, [
    'approval: call "k" went from "approval required" to "started": expected approval requested',
  ]);
  assertEquals(new Followed().add(decision("pay"), asked, started).problems, [
    `approval: call "k" went from "approval requested" to "started": ${verdicts}`,
  ]);
  assertEquals(new Followed().add(decision("pay"), asked, given("denied"), started).problems, [
    'approval: call "k" went from "denied" to "started": expected ended denied',
  ]);
  assertEquals(new Followed().run("other").problems, [
    'history: call "other" went from "undecided" to "run": expected nothing more',
  ]);
});

Deno.test("CallChecks finds a denied call that runs or has a result", () => {
  const denied = [decision("pay"), asked, given("denied")];
  assertEquals(new Followed().add(...denied).run().problems, [
    'approval: call "k" went from "denied" to "run": expected ended denied',
  ]);
  assertEquals(new Followed().add(...denied, finished("ok")).problems, [
    'approval: call "k" went from "denied" to "ended ok": expected ended denied',
  ]);
});

Deno.test("CallChecks finds a call that runs twice, for once tools also after a crash", () => {
  const again = 'history: call "k" went from "run" to "run": ' +
    "expected ended ok or ended error or ended redirected or ended unknown";
  assertEquals(new Followed().add(decision("look"), started).run().run().problems, [again]);
  const dead = new Followed().add(decision("book", "desk"), started).run();
  dead.checks.crash();
  assertEquals(dead.run().problems, [`${again} or recovered or unknown`]);
});

Deno.test("CallChecks finds the result of a call that did not run, and a second result", () => {
  const looked = new Followed().add(decision("look"), started);
  assertEquals(looked.add(finished("ok"), finished("ok")).problems, [
    'history: call "k" went from "started" to "ended ok": expected run or deferred or ended not_run or ended unknown',
    'history: call "k" went from "ended ok" to "ended ok": expected nothing more',
  ]);
});

Deno.test("CallChecks finds a call of whenUnknown with a known outcome", () => {
  const followed = new Followed().add(decision("look"), started);
  followed.checks.checkRecovery("k");
  followed.checks.checkRecovery("other");
  assertEquals(followed.problems, [
    'history: call "k" went from "started" to "recovered": expected run or deferred or ended not_run or ended unknown',
    'history: call "other" went from "undecided" to "recovered": expected nothing more',
  ]);
});

Deno.test("CallChecks finds needless approval requests and verdicts without a request", () => {
  const needless =
    'approval: call "k" went from "decided" to "approval requested": expected started';
  assertEquals(new Followed().add(decision("look"), asked).problems, [needless]);
  assertEquals(new Followed(false).add(decision("send"), asked).problems, [needless]);
  assertEquals(new Followed().add(decision("look"), started, unknown).problems, [
    'approval: call "k" went from "started" to "unknown": expected run or deferred or ended not_run or ended unknown',
  ]);
  assertEquals(
    new Followed().add(decision("pay"), asked, given("approved"), given("denied")).problems,
    ['approval: call "k" went from "approved" to "denied": expected started'],
  );
});

Deno.test("CallChecks finds an approval request without a verdict or an end", () => {
  const open = 'approval: call "k" has no end: expected a verdict or a tool_finished event';
  assertEquals(new Followed().add(decision("pay"), asked, user).problems, [open]);
  assertEquals(new Followed().add(decision("pay"), asked, decision("look")).problems, [open]);
  const atEnd = (status: "waiting" | "needs_approval" | "interrupted", ...events: object[]) => {
    const followed = new Followed().add(...events);
    followed.checks.checkEnd(status);
    return followed.problems;
  };
  assertEquals(atEnd("waiting", decision("pay"), asked), [open]);
  assertEquals(atEnd("needs_approval", decision("pay"), asked), []);
  assertEquals(atEnd("needs_approval", decision("look"), started), [
    'history: call "k" has no end: expected a tool_finished event',
  ]);
  assertEquals(atEnd("interrupted", decision("look"), started), []);
});

Deno.test("CallChecks accepts open calls after a limit on tool calls or time", () => {
  const atLimit = (reason: string) => {
    const followed = new Followed().add(decision("look"), started, { type: "limit", reason });
    followed.checks.checkEnd("limited");
    return followed.problems.length;
  };
  assertEquals([atLimit("toolCalls"), atLimit("time"), atLimit("errors")], [0, 0, 1]);
});

Deno.test("CallChecks requires needs_approval if and only if all open calls wait", () => {
  const statusAfter = (
    status: "waiting" | "needs_approval" | "interrupted" | "limited",
    ...events: object[]
  ) => {
    const followed = new Followed().add(...events);
    followed.checks.checkStatus(status);
    return followed.problems;
  };
  assertEquals(statusAfter("needs_approval", decision("pay"), asked), []);
  assertEquals(statusAfter("interrupted", decision("pay"), asked), [
    "approval: after event 1 the session is interrupted: " +
    "expected needs_approval, because all unfinished calls wait for a person",
  ]);
  const both = decide.calls([{ tool: "pay", args: {} }, { tool: "look", args: {} }]);
  const two = [
    { type: "decision", step: "talk", decision: both },
    asked,
    { ...started, callKey: "l", call: 1 },
  ];
  assertEquals(statusAfter("interrupted", ...two), []);
  assertEquals(statusAfter("needs_approval", ...two), [
    "approval: after event 2 the session is needs_approval: " +
    "expected another status, because there are no unfinished calls that all wait for a person",
  ]);
  const spent = { type: "limit", reason: "toolCalls" };
  assertEquals(statusAfter("limited", ...two, spent), []);
  assertEquals(statusAfter("limited", decision("pay"), asked, spent).length, 1);
});
