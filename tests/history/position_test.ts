import { assertEquals } from "@std/assert";
import { decide, type Decision } from "../../src/decision/decision.ts";
import type { Attempt } from "../../src/decision/legal_actions.ts";
import type { SessionEvent, ToolFinishedEvent } from "../../src/history/event.ts";
import { isWaiting, Position } from "../../src/history/position.ts";
import { positionAfter, type Unplaced } from "./position_after.ts";

const user: Unplaced = { type: "user", text: "Hi" };

function decided(decision: Decision): Unplaced {
  return { type: "decision", step: "start", decision };
}

function refused(attempt?: Attempt): Unplaced {
  const event = { type: "error", step: "start", path: "", message: "bad", output: "x" } as const;
  return attempt === undefined ? event : { ...event, attempt };
}

function finished(
  call: number,
  text = "done",
  outcome: ToolFinishedEvent["outcome"] = "ok",
): Unplaced {
  return { type: "tool_finished", callKey: `k${call}`, call, tool: "look", outcome, text };
}

const look = decided(decide.call("look", { at: 1 }));
const lookTwice = decided(
  decide.calls([{ tool: "look", args: { at: 1 } }, { tool: "look", args: { at: 2 } }]),
);

Deno.test("Position begins waiting in the first step", () => {
  const { step, status, pending, decisions, errors } = new Position("start");
  assertEquals([step, status, pending, decisions, errors], ["start", "waiting", undefined, 0, 0]);
});

Deno.test("Position follows the status through a turn", () => {
  const log: [Unplaced, Position["status"]][] = [
    [user, "interrupted"],
    [refused(), "interrupted"],
    [look, "interrupted"],
    [{ type: "tool_started", callKey: "k0", call: 0, tool: "look" }, "interrupted"],
    [finished(0), "interrupted"],
    [{ type: "fallback", reason: "loop" }, "interrupted"],
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

Deno.test("Position goes where a move leads, also to the same step", () => {
  assertEquals(positionAfter({ type: "moved", from: "start", to: "next" }).step, "next");
  assertEquals(positionAfter({ type: "moved", from: "start", to: "start" }).step, "start");
});

Deno.test("Position knows the open calls by the place of their decision", () => {
  const { pending } = positionAfter(user, lookTwice, finished(1));
  assertEquals(pending?.decision, 1);
  assertEquals(pending?.settled, 1);
  assertEquals(pending?.finished.map((event) => event?.call), [undefined, 1]);
  assertEquals(positionAfter(user, lookTwice, finished(1), finished(0)).pending, undefined);
});

Deno.test("Position takes a result that is told twice once", () => {
  const { pending } = positionAfter(user, lookTwice, finished(0), finished(0, "again"));
  assertEquals([pending?.settled, pending?.finished[0]?.text], [1, "done"]);
});

Deno.test("Position ignores a result for which no call is open", () => {
  const position = positionAfter(user, finished(0, "stray", "error"));
  assertEquals([position.errors, position.repeats, position.pending], [0, 0, undefined]);
});

Deno.test("Position ignores a result for a call the decision does not have", () => {
  const { pending } = positionAfter(user, look, finished(7));
  assertEquals([pending?.settled, pending?.finished.length], [0, 1]);
});

Deno.test("Position counts errors in a row, of decisions and of calls alike", () => {
  assertEquals(positionAfter(user, refused(), refused()).errors, 2);
  assertEquals(positionAfter(user, refused(), look, finished(0, "no", "error")).errors, 2);
  assertEquals(positionAfter(user, refused(), look, finished(0)).errors, 0);
  const move = [decided(decide.move("next")), { type: "moved", from: "start", to: "next" }];
  assertEquals(positionAfter(user, refused(), ...move as Unplaced[]).errors, 0);
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

Deno.test("Position counts neither a fallback nor a given up call as an error", () => {
  assertEquals(positionAfter(user, look, finished(0, "x", "fallback")).errors, 0);
  assertEquals(positionAfter(user, look, finished(0, "x", "aborted")).errors, 0);
});

Deno.test("Position counts every output of the model as a decision", () => {
  assertEquals(positionAfter(user, refused(), look, finished(0), refused()).decisions, 3);
});

Deno.test("Position begins to count anew with each turn", () => {
  const ends: Unplaced[] = [
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
      { type: "fallback", reason: "iterations" },
      end,
    );
    const { decisions, errors, repeats, constraint, isFallback, pending } = position;
    assertEquals(
      [decisions, errors, repeats, constraint, isFallback, pending],
      [0, 0, 0, undefined, false, undefined],
      end.type,
    );
  }
});

Deno.test("Position forgets open calls when the user goes on", () => {
  assertEquals(positionAfter(user, look, user).pending, undefined);
});

Deno.test("Position constrains to what was attempted and counts its failures in a row", () => {
  const call: Attempt = { action: "TOOL_CALL", tools: ["look"] };
  assertEquals(positionAfter(user, refused(call)).constraint, { ...call, failures: 1 });
  const twice = positionAfter(user, refused(call), refused(call));
  assertEquals(twice.constraint, { ...call, failures: 2 });
  const other = positionAfter(user, refused(call), refused({ action: "MOVE" }));
  assertEquals(other.constraint, { action: "MOVE", failures: 1 });
  const tool = positionAfter(user, refused(call), refused({ ...call, tools: ["see"] }));
  assertEquals(tool.constraint, { action: "TOOL_CALL", tools: ["see"], failures: 1 });
});

Deno.test("Position keeps the constraint through an output that attempts nothing legal", () => {
  const twice = positionAfter(user, refused({ action: "MOVE" }), refused());
  assertEquals(twice.constraint, { action: "MOVE", failures: 2 });
  assertEquals(positionAfter(user, refused()).constraint, undefined);
});

Deno.test("Position lifts the constraint with a decision and a fallback", () => {
  const attempt: Attempt = { action: "MOVE" };
  const lifting: Unplaced[] = [look, { type: "fallback", reason: "iterations" }];
  for (const event of lifting) {
    assertEquals(positionAfter(user, refused(attempt), event).constraint, undefined, event.type);
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
  const move: Unplaced[] = [
    decided(decide.move("start")),
    { type: "moved", from: "start", to: "start" },
  ];
  assertEquals(positionAfter(user, ...same, ...same, ...move, ...same).repeats, 1);
  assertEquals(positionAfter(user, ...same, ...same, refused(), ...same).repeats, 1);
});

Deno.test("Position of a log is the same however often it is folded", () => {
  const log = [user, refused({ action: "MOVE" }), lookTwice, finished(1)];
  assertEquals({ ...positionAfter(...log) }, { ...positionAfter(...log) });
});

/** What a call of another session asks, through a call of this one. */
function asked(callKey: string, call = 0): Unplaced {
  const reason = "approval";
  return { type: "approval_requested", callKey, call, tool: "pay", args: {}, reason, hash: "h" };
}

function allowed(callKey: string, call = 0): Unplaced {
  return { type: "approval_given", callKey, call, verdict: "approved" };
}

Deno.test("Position has a call made again when its own session is to be told of a verdict", () => {
  const started: Unplaced = { type: "tool_started", callKey: "k0", call: 0, tool: "look" };
  const waiting = [user, look, started, asked("k0/1/0"), asked("k0/1/1")];
  assertEquals(positionAfter(...waiting).status, "needs_approval");
  const told = positionAfter(...waiting, allowed("k0/1/0"));
  assertEquals([told.status, told.pending?.due, isWaiting(told.pending!, 0)], [
    "interrupted",
    [0],
    false,
  ]);
  assertEquals([...told.pending!.waiting!.keys()], ["k0/1/1"]);
  // It came to rest again, and asks what it still waits for.
  const again = positionAfter(...waiting, allowed("k0/1/0"), asked("k0/1/1"));
  assertEquals([again.status, again.pending?.due], ["needs_approval", []]);
  // A call of this session is not made again for a verdict about itself.
  const own = positionAfter(user, lookTwice, asked("k0"), asked("k1", 1), allowed("k0"));
  assertEquals([own.status, own.pending?.due], ["interrupted", undefined]);
});

Deno.test("Position keeps what is due in its snapshot", () => {
  const started: Unplaced = { type: "tool_started", callKey: "k0", call: 0, tool: "look" };
  const log = [user, look, started, asked("k0/1/0"), asked("k0/1/1"), allowed("k0/1/0")];
  const position = positionAfter(...log);
  const read = Position.from("start", position.snapshot())!;
  assertEquals([read.snapshot(), read.pending?.due], [position.snapshot(), [0]]);
});
