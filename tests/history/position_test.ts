import { decide, type Decision, type SessionEvent } from "@nomos/agent";
import { assertEquals } from "@std/assert";
import type { EventDraft } from "../../src/history/event.ts";
import { Position } from "../../src/history/position.ts";
import { positionAfter } from "./position_after.ts";

const user: EventDraft = { type: "user", text: "Hi" };

function decided(decision: Decision): EventDraft {
  return { type: "decision", step: "start", decision };
}

function refused(attempt?: SessionEvent<"error">["attempt"]): EventDraft {
  const event = { type: "error", step: "start", path: "", message: "bad", output: "x" } as const;
  return attempt === undefined ? event : { ...event, attempt };
}

function finished(
  call: number,
  text = "done",
  outcome: SessionEvent<"tool_finished">["outcome"] = "ok",
): EventDraft {
  return { type: "tool_finished", callKey: `k${call}`, call, tool: "look", outcome, text };
}

const look = decided(decide.call("look", { at: 1 }));
const lookTwice = decided(
  decide.calls([{ tool: "look", args: { at: 1 } }, { tool: "look", args: { at: 2 } }]),
);

Deno.test("Position begins waiting in the first step", () => {
  const { step, status, calls, decisions, errors } = new Position("start");
  assertEquals([step, status, calls, decisions, errors], ["start", "waiting", [], 0, 0]);
});

Deno.test("Position follows the status through a turn", () => {
  const log: [EventDraft, Position["status"]][] = [
    [user, "interrupted"],
    [refused(), "interrupted"],
    [look, "interrupted"],
    [{ type: "tool_started", callKey: "k0", call: 0, tool: "look" }, "interrupted"],
    [finished(0), "interrupted"],
    [{ type: "respond_only", reason: "loop" }, "interrupted"],
    [decided(decide.respond("Hello")), "waiting"],
    [decided(decide.move("next")), "interrupted"],
    [{ type: "moved", from: "start", to: "next" }, "interrupted"],
    [{ type: "limit", reason: "errors" }, "limited"],
    [user, "interrupted"],
    [decided(decide.end("Bye")), "interrupted"],
    [{ type: "ended" }, "ended"],
  ];
  const position = new Position("start");
  for (const [seq, [event, status]] of log.entries()) {
    position.apply({ ...event, seq, time: 0 } as SessionEvent);
    assertEquals(position.status, status, `after event ${seq}, ${event.type}`);
  }
});

Deno.test("Position is interrupted by a refused output of a turn without input", () => {
  assertEquals(positionAfter(refused()).status, "interrupted");
});

Deno.test("Position follows a move, also to the same step", () => {
  assertEquals(positionAfter({ type: "moved", from: "start", to: "next" }).step, "next");
  assertEquals(positionAfter({ type: "moved", from: "start", to: "start" }).step, "start");
});

Deno.test("Position has the open calls and the sequence number of their decision", () => {
  const { decision, calls } = positionAfter(user, lookTwice, finished(1));
  assertEquals([decision, calls.map(({ state }) => state)], [1, ["new", "done"]]);
  assertEquals(positionAfter(user, lookTwice, finished(1), finished(0)).calls, []);
});

Deno.test("Position applies a result that is recorded twice only once", () => {
  const { calls } = positionAfter(user, lookTwice, finished(0), finished(0, "again"));
  assertEquals(calls.map((call) => call.state === "done" && call.text), ["done", false]);
});

Deno.test("Position ignores a result for which no call is open", () => {
  const position = positionAfter(user, finished(0, "stray", "error"));
  assertEquals([position.errors, position.repeats, position.calls], [0, 0, []]);
});

Deno.test("Position ignores a result for a call the decision does not have", () => {
  const { calls } = positionAfter(user, look, finished(7));
  assertEquals(calls.map(({ state }) => state), ["new"]);
});

Deno.test("Position counts errors in a row, of decisions and of calls alike", () => {
  assertEquals(positionAfter(user, refused(), refused()).errors, 2);
  assertEquals(positionAfter(user, refused(), look, finished(0, "no", "error")).errors, 2);
  assertEquals(positionAfter(user, refused(), look, finished(0)).errors, 0);
  const move = [decided(decide.move("next")), { type: "moved", from: "start", to: "next" }];
  assertEquals(positionAfter(user, refused(), ...move as EventDraft[]).errors, 0);
});

Deno.test("Position counts several failed calls of one decision as one error", () => {
  const position = positionAfter(
    user,
    lookTwice,
    finished(0, "no", "error"),
    finished(1, "no", "error"),
  );
  assertEquals(position.errors, 1);
});

Deno.test("Position counts no outcome but an error as an error", () => {
  for (const outcome of ["ok", "redirected", "denied", "not_run", "unknown"] as const) {
    assertEquals(positionAfter(user, look, finished(0, "x", outcome)).errors, 0, outcome);
  }
});

Deno.test("Position counts every output of the model as a decision", () => {
  assertEquals(positionAfter(user, refused(), look, finished(0), refused()).decisions, 3);
});

Deno.test("Position resets its counts with each turn", () => {
  const ends: EventDraft[] = [
    user,
    { type: "limit", reason: "loop" },
    decided(decide.respond("Hello")),
    { type: "ended" },
  ];
  for (const end of ends) {
    const position = positionAfter(
      user,
      look,
      finished(0),
      refused({ action: "MOVE" }),
      { type: "respond_only", reason: "iterations" },
      end,
    );
    const { decisions, errors, repeats, respondOnly, lastRound, calls } = position;
    assertEquals(
      [decisions, errors, repeats, respondOnly, lastRound, calls],
      [0, 0, 0, null, [], []],
      end.type,
    );
  }
});

Deno.test("Position drops open calls at a new input", () => {
  assertEquals(positionAfter(user, look, user).calls, []);
});

Deno.test("Position keeps open calls after a limit, because resume() continues with them", () => {
  const { status, calls } = positionAfter(user, look, { type: "limit", reason: "toolCalls" });
  assertEquals([status, calls.map(({ state }) => state)], ["limited", ["new"]]);
});

Deno.test("Position has the reason why only RESPOND is offered, and if the answer was refused", () => {
  for (const reason of ["errors", "iterations", "loop"] as const) {
    const limit: EventDraft = { type: "respond_only", reason };
    const left = positionAfter(user, refused(), limit);
    assertEquals(left.respondOnly, { reason, isRefused: false });
    assertEquals(positionAfter(user, limit, refused()).respondOnly, { reason, isRefused: true });
    const failed: EventDraft = { type: "model_failed", step: "start", code: "X", usage: {} };
    assertEquals(positionAfter(user, limit, failed).respondOnly, { reason, isRefused: false });
  }
});

Deno.test("Position counts repeats of equal calls with equal results", () => {
  const same = [look, finished(0)];
  assertEquals(positionAfter(user, ...same).repeats, 1);
  assertEquals(positionAfter(user, ...same, ...same, ...same).repeats, 3);
  assertEquals(positionAfter(user, ...same, ...same, look, finished(0, "news")).repeats, 1);
  const elsewhere = decided(decide.call("look", { at: 2 }));
  assertEquals(positionAfter(user, ...same, ...same, elsewhere, finished(0)).repeats, 1);
  const more = [lookTwice, finished(0), finished(1)];
  assertEquals(positionAfter(user, ...same, ...more).repeats, 1);
});

Deno.test("Position counts repeats by the place of a call, not by which ended first", () => {
  const first = [lookTwice, finished(0, "a"), finished(1, "b")];
  const second = [lookTwice, finished(1, "b"), finished(0, "a")];
  assertEquals(positionAfter(user, ...first, ...second).repeats, 2);
});

Deno.test("Position counts no repeats across a move or a refused output", () => {
  const same = [look, finished(0)];
  const move: EventDraft[] = [
    decided(decide.move("start")),
    { type: "moved", from: "start", to: "start" },
  ];
  assertEquals(positionAfter(user, ...same, ...same, ...move, ...same).repeats, 1);
  assertEquals(positionAfter(user, ...same, ...same, refused(), ...same).repeats, 1);
});

Deno.test("Position is the same for equal logs", () => {
  const log = [user, refused({ action: "MOVE" }), lookTwice, finished(1)];
  assertEquals({ ...positionAfter(...log) }, { ...positionAfter(...log) });
});

/** Request for approval of a call, or of a call of its child session. */
function asked(callKey: string, call = 0): EventDraft {
  const reason = "approval";
  return { type: "approval_requested", callKey, call, tool: "pay", args: {}, reason, hash: "h" };
}

function allowed(callKey: string, call = 0): EventDraft {
  return { type: "approval_given", callKey, call, verdict: "approved" };
}

function started(call = 0): EventDraft {
  return { type: "tool_started", callKey: `k${call}`, call, tool: "look" };
}

Deno.test("Position has each call in one state, from its decision to its end", () => {
  const states = (...events: EventDraft[]) =>
    positionAfter(user, lookTwice, ...events).calls.map(({ state }) => state);
  assertEquals(states(), ["new", "new"]);
  assertEquals(states(started(0), asked("k1", 1)), ["running", "waiting"]);
  assertEquals(states(started(0), asked("k1", 1), allowed("k1", 1)), ["running", "running"]);
  assertEquals(states(started(0), asked("k0/1/0")), ["suspended", "new"]);
  assertEquals(states(started(0), finished(0)), ["done", "new"]);
  const denied: EventDraft = {
    type: "approval_given",
    callKey: "k1",
    call: 1,
    verdict: "denied",
    text: "no",
  };
  assertEquals(states(started(0), asked("k1", 1), denied), ["running", "done"]);
});

Deno.test("Position needs approval once every open call waits for a person, and not before", () => {
  const status = (...events: EventDraft[]) => positionAfter(user, lookTwice, ...events).status;
  assertEquals(status(asked("k0"), started(1)), "interrupted");
  assertEquals(status(asked("k0"), started(1), finished(1)), "needs_approval");
  assertEquals(status(asked("k0"), asked("k1", 1)), "needs_approval");
  assertEquals(status(asked("k0"), asked("k1", 1), allowed("k0")), "interrupted");
});

Deno.test("Position has a call running again if its child session gets a verdict", () => {
  const waiting = [user, look, started(), asked("k0/1/0"), asked("k0/1/1")];
  assertEquals(positionAfter(...waiting).status, "needs_approval");
  const told = positionAfter(...waiting, allowed("k0/1/0"));
  const [call] = told.calls;
  assertEquals([told.status, call?.state], ["interrupted", "running"]);
  assertEquals(call?.state === "running" && [call.callKey, call.since], ["k0", 5]);
  assertEquals(call?.state === "running" && call.requests.map(({ callKey }) => callKey), [
    "k0/1/1",
  ]);
  // The child session is suspended again, and repeats the request that has no verdict.
  const again = positionAfter(...waiting, allowed("k0/1/0"), asked("k0/1/1"));
  assertEquals([again.status, again.calls[0]?.state], ["needs_approval", "suspended"]);
});

Deno.test("Position reads its snapshot as it was, and ignores those of other versions", () => {
  const logs = [
    [],
    [user, look, started(), asked("k0/1/0"), asked("k0/1/1"), allowed("k0/1/0")],
    [user, lookTwice, started(0), asked("k1", 1)],
    [user, look, finished(0), look, finished(0), refused(), {
      type: "respond_only",
      reason: "loop",
    }],
  ] satisfies EventDraft[][];
  for (const log of logs) {
    const position = positionAfter(...log);
    const read = Position.from("start", position.snapshot())!;
    assertEquals(read, position);
    assertEquals(read.snapshot(), position.snapshot());
  }
  const [version, fields] = JSON.parse(positionAfter(user).snapshot());
  for (const other of [version - 1, version + 1, undefined]) {
    assertEquals(Position.from("start", JSON.stringify([other, fields])), undefined);
  }
});

Deno.test("Position has the same snapshot in whatever order an event has its keys", () => {
  const request = asked("k0/1/0");
  const turned = Object.fromEntries(Object.entries(request).toReversed()) as EventDraft;
  const log = [user, look, started()];
  assertEquals(
    positionAfter(...log, turned).snapshot(),
    positionAfter(...log, request).snapshot(),
  );
});

Deno.test("Position.copy is independent of the original", () => {
  const position = positionAfter(user, lookTwice);
  const before = position.snapshot();
  const copy = position.copy();
  copy.apply({ ...finished(0), seq: 2, time: 0 } as SessionEvent);
  copy.apply({ ...refused(), seq: 3, time: 0 } as SessionEvent);
  assertEquals(position.snapshot(), before);
});
