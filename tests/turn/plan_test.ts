/**
 * Every branch of the plan, a pure function: the loop only carries it out.
 */
import { Agent, decide, MockLLM, type SessionEvent, Tool } from "@nomos/agent";
import { assertEquals } from "@std/assert";
import * as v from "valibot";
import { coreOf } from "../../src/agent/build_core.ts";
import type { Step } from "../../src/graph/graph.ts";
import type { EventDraft } from "../../src/history/event.ts";
import type { Position } from "../../src/history/position.ts";
import { type Next, plan, type TurnLimits, type TurnSoFar } from "../../src/turn/plan.ts";
import { positionAfter } from "../history/position_after.ts";

const LIMITS: TurnLimits = { maxErrors: 3, maxIterations: 10, maxRepeats: 3 };

const user: EventDraft = { type: "user", text: "Hi" };
const error: EventDraft = { type: "error", step: "start", path: "", message: "bad", output: "x" };
const moved: EventDraft = { type: "moved", from: "start", to: "start" };
const call: EventDraft = { type: "decision", step: "start", decision: decide.call("look") };
const move: EventDraft = { type: "decision", step: "start", decision: decide.move("start") };
const answer: EventDraft = { type: "decision", step: "start", decision: decide.respond("Hello") };
const twoCalls: EventDraft = {
  type: "decision",
  step: "start",
  decision: decide.calls([{ tool: "look", args: {} }, { tool: "look", args: {} }]),
};

function started(call = 0): EventDraft {
  return { type: "tool_started", callKey: `k${call}`, call, tool: "look" };
}

function finished(text: string, outcome: "ok" | "error" = "ok", call = 0): EventDraft {
  return { type: "tool_finished", callKey: `k${call}`, call, tool: "look", outcome, text };
}

function asked(call = 0, callKey = `k${call}`): EventDraft {
  return {
    type: "approval_requested",
    callKey,
    call,
    tool: "look",
    args: {},
    reason: "approval",
    hash: "h",
  };
}

function respondOnly(reason: "errors" | "iterations" | "loop"): EventDraft {
  return { type: "respond_only", reason };
}

interface LookOptions {
  readonly name?: string;
  readonly once?: boolean;
  readonly whenUnknown?: () => string;
  readonly maxRepeats?: number;
}

/** A step with one tool, `look`. */
function stepOf(tool: LookOptions = {}, auto = false): Step {
  const look = new Tool({
    name: "look",
    description: "",
    args: v.object({}),
    run: () => "",
    ...tool,
  });
  const agent = new Agent({
    name: "tested",
    llm: new MockLLM([]),
    start: "start",
    steps: { start: { description: "Talk", tools: [look], auto, routes: { start: "again" } } },
  });
  return coreOf(agent)!.graph.steps.get("start")!;
}

const STEP = stepOf();
const AUTO = stepOf({}, true);

/** The plan after these events, all of the running turn. */
function planAfter(
  events: readonly EventDraft[],
  { step = STEP, limits = LIMITS, ...turn }:
    & Partial<TurnSoFar>
    & { step?: Step; limits?: TurnLimits } = {},
): Next {
  const last = events.length === 0
    ? undefined
    : { ...events.at(-1)!, seq: events.length - 1, time: 0 } as SessionEvent;
  return plan(
    positionAfter(...events),
    { from: 0, ranUntil: 0, last, stopAfter: undefined, limitReached: () => undefined, ...turn },
    step,
    limits,
  );
}

function commitOf(...drafts: readonly EventDraft[]): Next {
  return { do: "commit", drafts };
}

function limitOf(reason: "errors" | "iterations" | "loop"): Next {
  return commitOf({ type: "limit", reason });
}

const ASK: Next = { do: "ask" };
const STOP: Next = { do: "stop" };
const REACHED: EventDraft<"limit"> = {
  type: "limit",
  reason: "time",
  scope: "turn",
  limit: 1,
  used: 2,
};

Deno.test("plan asks the model at the beginning, after an input, a move and a result", () => {
  for (
    const events of [
      [],
      [user],
      [user, error],
      [user, move, moved],
      [user, call, started(), finished("1")],
    ]
  ) {
    assertEquals(planAfter(events), ASK);
  }
});

Deno.test("plan stops after an answer, the end and a limit, before it asks for any limit", () => {
  const limitReached = () => REACHED;
  const ended: EventDraft[] = [user, { type: "decision", step: "start", decision: decide.end() }, {
    type: "ended",
  }];
  for (const events of [[user, answer], ended, [user, REACHED], [user, call, started(), REACHED]]) {
    assertEquals(planAfter(events, { limitReached }), STOP);
  }
});

Deno.test("plan stops where stopAfter says, and nowhere else", () => {
  const done = [user, call, started(), finished("1")];
  const half = [user, twoCalls, started(0), started(1), finished("1")];
  assertEquals(planAfter([user, move, moved], { stopAfter: "move" }), STOP);
  assertEquals(planAfter([user, move, moved], { stopAfter: "tool" }), ASK);
  assertEquals(planAfter(done, { stopAfter: "tool" }), STOP);
  assertEquals(planAfter(done, { stopAfter: "move" }), ASK);
  assertEquals(planAfter(half, { stopAfter: "tool" }).do, "call");
});

Deno.test("plan runs started calls, whatever the limits of decisions and errors", () => {
  const events = [user, error, error, error, error, call, started()];
  const limits = { maxErrors: 0, maxIterations: 1, maxRepeats: 1 };
  assertEquals(planAfter(events, { limits, step: AUTO }), {
    do: "call",
    calls: [{
      tool: "look",
      args: {},
      state: "running",
      callKey: "k0",
      since: 6,
      requests: [],
      call: 0,
    }],
  });
});

Deno.test("plan leaves calls that wait for a person alone, and stops when nothing else is open", () => {
  const both = planAfter([user, twoCalls, asked(0), started(1)]);
  assertEquals(both.do === "call" && both.calls.map(({ call }) => call), [1]);
  // A turn whose calls all wait stops, even if a usage limit is reached.
  const limitReached = () => REACHED;
  assertEquals(planAfter([user, call, asked()], { limitReached }), STOP);
  const suspended = [user, call, started(), asked(0, "k0/1/0")];
  assertEquals(planAfter(suspended, { limitReached }), STOP);
});

Deno.test("plan ends a turn whose usage limit is reached, before tools and before the model", () => {
  const works: string[] = [];
  const limitReached = (work: "model" | "tools") => {
    works.push(work);
    return REACHED;
  };
  const deferred: EventDraft = { type: "tool_deferred", callKey: "k0", call: 0, tool: "look" };
  const started1 = [user, call, started()];
  assertEquals(planAfter(started1, { limitReached }), commitOf(deferred, REACHED));
  assertEquals(planAfter([user], { limitReached }), commitOf(REACHED));
  assertEquals(works, ["tools", "model"]);
  // A call of an earlier turn, or one that ran in this turn, may have had its effect.
  for (const turn of [{ from: 3, ranUntil: 3 }, { ranUntil: 3 }]) {
    assertEquals(planAfter(started1, { limitReached, ...turn }), commitOf(REACHED));
  }
});

Deno.test("plan continues unknown calls, whatever their tool", () => {
  const events = [user, call, started()];
  const resumed = { from: events.length, last: undefined };
  const steps = [
    STEP,
    stepOf({ once: true }),
    stepOf({ once: true, whenUnknown: () => "done" }),
    stepOf({ once: true, name: "other" }),
  ];
  for (const step of steps) {
    const next = planAfter(events, { ...resumed, step });
    assertEquals(next.do === "call" && next.calls.map(({ state }) => state), ["unknown"]);
  }
});

Deno.test("plan leaves RESPOND alone at one error more than maxErrors", () => {
  const errors = (count: number) => [user, ...new Array(count).fill(error)];
  assertEquals(planAfter(errors(3)), ASK);
  assertEquals(planAfter(errors(4)), commitOf(respondOnly("errors")));
  const none = { ...LIMITS, maxErrors: 0 };
  assertEquals(planAfter(errors(1), { limits: none }), commitOf(respondOnly("errors")));
  assertEquals(planAfter(errors(0), { limits: none }), ASK);
});

Deno.test("plan leaves RESPOND alone at maxIterations, refused decisions included", () => {
  const limits = { ...LIMITS, maxIterations: 2 };
  assertEquals(planAfter([user, move, moved], { limits }), ASK);
  for (const events of [[user, move, moved, move, moved], [user, error, move, moved]]) {
    assertEquals(planAfter(events, { limits }), commitOf(respondOnly("iterations")));
  }
});

Deno.test("plan leaves RESPOND alone after maxRepeats equal rounds in a row", () => {
  const round = [call, started(), finished("same")];
  const other = [call, started(), finished("other")];
  assertEquals(planAfter([user, ...round, ...round]), ASK);
  assertEquals(planAfter([user, ...round, ...round, ...round]), commitOf(respondOnly("loop")));
  assertEquals(planAfter([user, ...round, ...round, ...other, ...round]), ASK);
  assertEquals(planAfter([user, ...round, ...round, error, ...round]), ASK);
  const one = { ...LIMITS, maxRepeats: 1 };
  assertEquals(planAfter([user, ...round], { limits: one }), commitOf(respondOnly("loop")));
  const never = { ...LIMITS, maxRepeats: Infinity, maxIterations: 100 };
  assertEquals(planAfter([user, ...new Array(50).fill(round).flat()], { limits: never }), ASK);
});

Deno.test("plan prefers the maxRepeats of a tool to that of the agent", () => {
  const round = [call, started(), finished("pending")];
  const events = (rounds: number) => [user, ...new Array(rounds).fill(round).flat()];
  const polled = stepOf({ maxRepeats: 5 });
  assertEquals(planAfter(events(4), { step: polled }), ASK);
  assertEquals(planAfter(events(5), { step: polled }), commitOf(respondOnly("loop")));
  const strict = stepOf({ maxRepeats: 2 });
  assertEquals(planAfter(events(2), { step: strict }), commitOf(respondOnly("loop")));
});

Deno.test("plan reports a loop before too many iterations, and errors before both", () => {
  const ok = [call, started(), finished("same")];
  const limits = { ...LIMITS, maxErrors: 2, maxIterations: 3 };
  assertEquals(planAfter([user, ...ok, ...ok, ...ok], { limits }), commitOf(respondOnly("loop")));
  const bad = [call, started(), finished("same", "error")];
  assertEquals(
    planAfter([user, ...bad, ...bad, ...bad], { limits }),
    commitOf(respondOnly("errors")),
  );
});

Deno.test("plan ends a turn in an auto step at each of these limits", () => {
  const round = [call, started(), finished("same")];
  const limits = { ...LIMITS, maxIterations: 4 };
  assertEquals(planAfter([user, error, error, error, error], { step: AUTO }), limitOf("errors"));
  assertEquals(planAfter([user, ...round, ...round, ...round], { step: AUTO }), limitOf("loop"));
  const moves = new Array(4).fill([move, moved]).flat();
  assertEquals(planAfter([user, ...moves], { step: AUTO, limits }), limitOf("iterations"));
});

Deno.test("plan asks once for RESPOND alone, and ends the turn if the answer is refused", () => {
  for (const reason of ["errors", "iterations", "loop"] as const) {
    const events = [user, error, error, error, error, respondOnly(reason)];
    assertEquals(planAfter(events), ASK);
    assertEquals(planAfter([...events, error]), limitOf(reason));
    // A failed model call has no answer: the model is asked once more.
    const failed: EventDraft = { type: "model_failed", step: "start", code: "X", usage: {} };
    assertEquals(planAfter([...events, failed]), ASK);
    const limitReached = () => REACHED;
    assertEquals(planAfter(events, { limitReached }), commitOf(REACHED));
  }
});

Deno.test("plan resets the counts with every input and after every limit", () => {
  const errors = [user, error, error, error, error, respondOnly("errors"), error];
  assertEquals(
    planAfter([...errors, { type: "limit", reason: "errors" }], { last: undefined }),
    ASK,
  );
  assertEquals(planAfter([...errors, user]), ASK);
});

Deno.test("plan does not change the position", () => {
  const position: Position = positionAfter(user, twoCalls, started(0), asked(1));
  const before = position.snapshot();
  const turn = {
    from: 0,
    ranUntil: 0,
    last: undefined,
    stopAfter: undefined,
    limitReached: () => undefined,
  };
  plan(position, turn, STEP, LIMITS);
  assertEquals(position.snapshot(), before);
});
