import { assertEquals } from "@std/assert";
import { decide } from "../../src/decision/decision.ts";
import { nextStage, type TurnLimits } from "../../src/turn/next_stage.ts";
import { positionAfter, type Unplaced } from "../history/position_after.ts";

const LIMITS: TurnLimits = { maxErrors: 3, maxIterations: 10 };

const user: Unplaced = { type: "user", text: "Hi" };
const fallback: Unplaced = { type: "fallback", reason: "iterations" };
const error: Unplaced = { type: "error", step: "start", path: "", message: "bad", output: "x" };
const moved: Unplaced = { type: "moved", from: "start", to: "start" };
const call: Unplaced = { type: "decision", step: "start", decision: decide.call("look") };
const move: Unplaced = { type: "decision", step: "start", decision: decide.move("start") };

function finished(text: string, outcome: "ok" | "error" = "ok"): Unplaced {
  return { type: "tool_finished", callKey: "k", call: 0, tool: "look", outcome, text };
}

Deno.test("nextStage decides at the beginning and after an input", () => {
  assertEquals(nextStage(positionAfter(), LIMITS, false), { kind: "decide" });
  assertEquals(nextStage(positionAfter(user), LIMITS, true), { kind: "decide" });
});

Deno.test("nextStage calls while a decision has open calls, whatever the limits say", () => {
  const position = positionAfter(user, call);
  assertEquals(nextStage(position, LIMITS, false), { kind: "call" });
  assertEquals(nextStage(position, { maxErrors: 0, maxIterations: 1 }, true), { kind: "call" });
});

Deno.test("nextStage decides again when the calls have finished", () => {
  assertEquals(nextStage(positionAfter(user, call, finished("1")), LIMITS, false), {
    kind: "decide",
  });
});

Deno.test("nextStage limits a turn at one error more than maxErrors", () => {
  const limited = { kind: "limit", reason: "errors" } as const;
  assertEquals(nextStage(positionAfter(user, error, error, error), LIMITS, false), {
    kind: "decide",
  });
  assertEquals(nextStage(positionAfter(user, error, error, error, error), LIMITS, false), limited);
  const none = { maxErrors: 0, maxIterations: 10 };
  assertEquals(nextStage(positionAfter(user, error), none, false), limited);
  assertEquals(nextStage(positionAfter(user), none, false), { kind: "decide" });
});

Deno.test("nextStage asks for a fallback answer at maxIterations", () => {
  const limits = { maxErrors: 3, maxIterations: 2 };
  const once = positionAfter(user, move, moved);
  const twice = positionAfter(user, move, moved, move, moved);
  assertEquals(nextStage(once, limits, false), { kind: "decide" });
  assertEquals(nextStage(twice, limits, false), { kind: "fallback", reason: "iterations" });
});

Deno.test("nextStage limits a turn at maxIterations in an auto step", () => {
  const position = positionAfter(user, move, moved);
  const stage = nextStage(position, { maxErrors: 3, maxIterations: 1 }, true);
  assertEquals(stage, { kind: "limit", reason: "iterations" });
});

Deno.test("nextStage counts refused decisions as iterations", () => {
  const position = positionAfter(user, error, move, moved);
  const stage = nextStage(position, { maxErrors: 3, maxIterations: 2 }, false);
  assertEquals(stage, { kind: "fallback", reason: "iterations" });
});

Deno.test("nextStage decides after a fallback, whatever led to it", () => {
  const limits = { maxErrors: 3, maxIterations: 1 };
  const position = positionAfter(user, move, moved, fallback);
  assertEquals(nextStage(position, limits, false), { kind: "decide" });
});

Deno.test("nextStage limits errors after a fallback too", () => {
  const limits = { maxErrors: 1, maxIterations: 1 };
  const position = positionAfter(user, move, moved, fallback, error, error);
  assertEquals(nextStage(position, limits, false), { kind: "limit", reason: "errors" });
});

Deno.test("nextStage sees a loop at the third equal result in a row", () => {
  const round = [call, finished("same")];
  const twice = positionAfter(user, ...round, ...round);
  const thrice = positionAfter(user, ...round, ...round, ...round);
  assertEquals(nextStage(twice, LIMITS, false), { kind: "decide" });
  assertEquals(nextStage(thrice, LIMITS, false), { kind: "fallback", reason: "loop" });
  assertEquals(nextStage(thrice, LIMITS, true), { kind: "limit", reason: "loop" });
});

Deno.test("nextStage tells of a loop before too many iterations, of errors before both", () => {
  const ok = [call, finished("same")];
  const limits = { maxErrors: 2, maxIterations: 3 };
  const looping = positionAfter(user, ...ok, ...ok, ...ok);
  assertEquals(nextStage(looping, limits, false), { kind: "fallback", reason: "loop" });
  const bad = [call, finished("same", "error")];
  const failing = positionAfter(user, ...bad, ...bad, ...bad);
  assertEquals(nextStage(failing, limits, false), { kind: "limit", reason: "errors" });
});

Deno.test("nextStage does not change the position", () => {
  const position = positionAfter(user, call);
  const before = structuredClone({ ...position });
  nextStage(position, LIMITS, false);
  assertEquals(structuredClone({ ...position }), before);
});
