import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { RedirectError, type ToolContext } from "@nomos/agent";
import { CallContext } from "../../src/turn/call/call_context.ts";
import {
  type CallEnd,
  type CallProgress,
  type PreparedCall,
  RunningCalls,
  type RunOptions,
} from "../../src/turn/call/running_calls.ts";
import { RunningTurn } from "../../src/history/running_turn.ts";
import { unhandledDuring } from "./unhandled_rejections.ts";

const OPTIONS: RunOptions = {
  maxResultChars: 20_000,
  maxOutputChars: 4_000_000,
  warn: () => {},
  readsProgress: false,
};

const GIVEN = { data: {}, context: "the context", sessionId: "s", step: "start" };

type Run = (context: ToolContext) => unknown;

/** Outcome of a call, with its place. */
interface CallOutcome {
  readonly call: number;
  readonly outcome: string;
  readonly text: string;
}

/** A prepared call that runs a function. */
function prepared(call: number, run: Run, timeout?: number): PreparedCall {
  const context = new CallContext(GIVEN, `s/0/${call}`);
  return {
    call,
    run: () => run(context),
    tool: `tool_${call}`,
    timeout,
    context,
  };
}

function start(runs: readonly (Run | PreparedCall)[], signal?: AbortSignal): RunningCalls {
  const calls = runs.map((run, call) => "run" in run ? run : prepared(call, run));
  const turn = new RunningTurn();
  turn.follow(signal);
  return new RunningCalls(calls, OPTIONS, turn);
}

function outcomeIn(ended: CallEnd | CallProgress): CallOutcome {
  assert("end" in ended && typeof ended.end === "object" && "outcome" in ended.end);
  const { prepared: { call }, end } = ended;
  return { call, outcome: end.outcome, text: end.text };
}

/** Outcome of the next call that ends; undefined if none is open. */
async function nextOutcome(running: RunningCalls): Promise<CallOutcome | undefined> {
  const ended = await running.next();
  return ended && outcomeIn(ended);
}

/** All outcomes, in the order in which the calls ended. */
async function outcomesOf(running: RunningCalls): Promise<CallOutcome[]> {
  const outcomes: CallOutcome[] = [];
  for (;;) {
    const outcome = await nextOutcome(running);
    if (outcome === undefined) return outcomes;
    outcomes.push(outcome);
  }
}

/** Outcome of a call that runs a function. */
async function outcomeOf(run: Run, timeout?: number): Promise<CallOutcome> {
  const outcomes = await outcomesOf(start([prepared(0, run, timeout)]));
  assertEquals(outcomes.length, 1);
  return outcomes[0]!;
}

const never = () => new Promise<never>(() => {});

Deno.test("RunningCalls returns the result of a tool, synchronous or asynchronous", async () => {
  const expected: CallOutcome = { call: 0, outcome: "ok", text: "done" };
  assertEquals(await outcomeOf(() => "done"), expected);
  assertEquals(await outcomeOf(() => Promise.resolve("done")), expected);
  const thenable = { then: (resolve: (value: string) => void) => resolve("done") };
  assertEquals(await outcomeOf(() => thenable), expected);
});

Deno.test("RunningCalls without calls has no next call", async () => {
  assertEquals(await start([]).next(), undefined);
});

Deno.test("RunningCalls passes the context to the tool", async () => {
  let seen: ToolContext | undefined;
  await outcomeOf((context) => {
    seen = context;
  });
  const { context, sessionId, step, callKey, signal } = seen!;
  assertEquals([context, sessionId, step, callKey], ["the context", "s", "start", "s/0/0"]);
  assert(signal instanceof AbortSignal && !signal.aborted);
});

Deno.test("RunningCalls runs calls concurrently and returns each as it ends", async () => {
  const gates = [0, 1, 2].map(() => Promise.withResolvers<string>());
  const begun: number[] = [];
  const running = start(gates.map(({ promise }, call) => () => {
    begun.push(call);
    return promise;
  }));
  assertEquals(begun, [0, 1, 2]);
  gates[2]!.resolve("c");
  assertEquals((await nextOutcome(running))?.call, 2);
  gates[0]!.resolve("a");
  gates[1]!.resolve("b");
  assertEquals((await outcomesOf(running)).map(({ text }) => text), ["a", "b"]);
});

Deno.test("RunningCalls records any thrown value as text", async () => {
  const thrown: [unknown, string][] = [
    [new Error("lost"), "lost"],
    ["text", "text"],
    [undefined, "undefined"],
    [Object.freeze(new Error("cold")), "cold"],
    [{ code: 7 }, '{"code":7}'],
  ];
  for (const [value, text] of thrown) {
    const now: Run = () => {
      throw value;
    };
    assertEquals(await outcomeOf(now), { call: 0, outcome: "error", text });
    const later: Run = () => Promise.reject(value);
    assertEquals(await outcomeOf(later), { call: 0, outcome: "error", text });
  }
});

/** Values that throw when they are inspected. */
function hostileValues(): unknown[] {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  const hides = new Proxy({}, {
    getPrototypeOf() {
      throw new Error("no prototype");
    },
  });
  const silent = new RedirectError("x", "y");
  Object.defineProperty(silent, "message", {
    get() {
      throw new Error("no message");
    },
  });
  const toString = {
    toString() {
      throw new Error("no text");
    },
  };
  return [proxy, hides, silent, toString, Object.create(null)];
}

Deno.test("RunningCalls survives a tool that throws a value that throws when inspected", async () => {
  for (const [index, value] of hostileValues().entries()) {
    const outcome = await outcomeOf(() => {
      throw value;
    });
    assertEquals([outcome.call, typeof outcome.text], [0, "string"], `value ${index}`);
  }
});

Deno.test("RunningCalls survives a promise rejected with a value that throws when inspected", async () => {
  for (const [index, value] of hostileValues().entries()) {
    const unhandled = await unhandledDuring(async () => {
      const waiting = outcomeOf(() => Promise.reject(value)).then(({ call }) => call);
      assertEquals(await Promise.race([waiting, afterMicrotasks("lost")]), 0, `value ${index}`);
    });
    assertEquals(unhandled, []);
  }
});

Deno.test("RunningCalls records a RedirectError with its instruction", async () => {
  const { outcome, text } = await outcomeOf(() => {
    throw new RedirectError("It is full", "Offer Tuesday");
  });
  assertEquals(outcome, "redirected");
  assertStringIncludes(text, "It is full");
  assertStringIncludes(text, "Offer Tuesday");
});

Deno.test("RunningCalls cuts long results and long messages", async () => {
  const long = "x".repeat(30_000);
  assertStringIncludes((await outcomeOf(() => long)).text, "[cut: 20000 of 30000 characters]");
  const { outcome, text } = await outcomeOf(() => {
    throw new Error(long);
  });
  assertEquals(outcome, "error");
  assertStringIncludes(text, "[cut: 20000 of 30000 characters]");
});

Deno.test("RunningCalls does not stop the siblings of a call that throws any value", async () => {
  for (const thrown of [new Error("lost"), new RedirectError("full", "wait")]) {
    const signals: AbortSignal[] = [];
    const other = Promise.withResolvers<string>();
    const sibling: Run = ({ signal }) => {
      signals.push(signal);
      return other.promise;
    };
    const running = start([sibling, () => Promise.reject(thrown), sibling]);
    assertEquals((await nextOutcome(running))?.call, 1);
    assertEquals(signals.map(({ aborted }) => aborted), [false, false]);
    other.resolve("saved");
    assertEquals(await outcomesOf(running), [
      { call: 0, outcome: "ok", text: "saved" },
      { call: 2, outcome: "ok", text: "saved" },
    ]);
  }
});

Deno.test("RunningCalls does not stop the siblings of a call that takes too long", async () => {
  const other = Promise.withResolvers<string>();
  let signal: AbortSignal | undefined;
  const running = start([
    prepared(0, never, 1),
    prepared(1, (context) => {
      signal = context.signal;
      return other.promise;
    }),
  ]);
  assertEquals((await nextOutcome(running))?.outcome, "error");
  assertEquals(signal?.aborted, false);
  other.resolve("saved");
  assertEquals(await outcomesOf(running), [{ call: 1, outcome: "ok", text: "saved" }]);
});

Deno.test("RunningCalls fails a call that takes longer than its timeout", async () => {
  let signal: AbortSignal | undefined;
  const { outcome, text } = await outcomeOf((context) => {
    signal = context.signal;
    return never();
  }, 1);
  assertEquals(outcome, "error");
  assertEquals(
    text,
    'Tool "tool_0" took longer than its timeout of 1 ms: it may have had its effect',
  );
  assert(signal?.aborted);
});

Deno.test("RunningCalls leaves no timer behind when a call ends in time", async () => {
  assertEquals((await outcomeOf(() => Promise.resolve("done"), 60_000)).text, "done");
  assertEquals((await outcomeOf(() => Promise.reject(new Error("no")), 60_000)).text, "no");
  assertEquals((await outcomeOf(() => "done", 60_000)).text, "done");
});

Deno.test("RunningCalls leaves no timer behind when the turn is aborted", async () => {
  const controller = new AbortController();
  const running = start([prepared(0, never, 60_000)], controller.signal);
  controller.abort();
  assertEquals((await outcomesOf(running)).map(({ outcome }) => outcome), ["unknown"]);
});

Deno.test("RunningCalls leaves no timer behind when a tool aborts its own turn", async () => {
  const controller = new AbortController();
  const stop = () => {
    controller.abort();
    return never();
  };
  const running = start([prepared(0, stop, 60_000)], controller.signal);
  assertEquals((await outcomesOf(running))[0]!.outcome, "unknown");
});

Deno.test("RunningCalls leaves no timer behind when a sibling failed before the abort", async () => {
  const controller = new AbortController();
  const fails: Run = () => {
    throw new Error("lost");
  };
  const running = start([prepared(0, fails), prepared(1, never, 60_000)], controller.signal);
  assertEquals((await nextOutcome(running))?.outcome, "error");
  controller.abort();
  assertEquals((await outcomesOf(running)).map(({ outcome }) => outcome), ["unknown"]);
});

Deno.test("RunningCalls gives up calls at once when the turn is aborted, and drops late results", async () => {
  const late = Promise.withResolvers<string>();
  const controller = new AbortController();
  const running = start([() => "early", () => late.promise], controller.signal);
  assertEquals(await nextOutcome(running), { call: 0, outcome: "ok", text: "early" });
  controller.abort();
  late.resolve("late");
  assertEquals(await outcomesOf(running), [
    { call: 1, outcome: "unknown", text: "The turn was aborted" },
  ]);
  await late.promise;
  assertEquals(await running.next(), undefined);
});

Deno.test("RunningCalls starts no tool under an aborted signal", async () => {
  let ran = 0;
  const running = start([() => `${++ran}`], AbortSignal.abort());
  const waiting = outcomesOf(running).then((all) => all.map(({ outcome }) => outcome));
  assertEquals(await Promise.race([waiting, afterMicrotasks("still running")]), ["not_run"]);
  assertEquals(ran, 0);
});

Deno.test("RunningCalls starts no further tool when one aborts the turn", async () => {
  const controller = new AbortController();
  const ran: number[] = [];
  const first: Run = () => {
    ran.push(0);
    controller.abort();
  };
  const running = start([first, () => ran.push(1)], controller.signal);
  const outcomes = await outcomesOf(running);
  assertEquals(outcomes.map(({ outcome }) => outcome), ["unknown", "not_run"]);
  assertEquals(ran, [0]);
});

Deno.test("RunningCalls.abandon returns ends that were not read, and gives up the rest", async () => {
  const running = start([() => "done", () => "done", never]);
  assertEquals((await nextOutcome(running))?.call, 0);
  assertEquals(running.abandon().map(outcomeIn).map(({ call, outcome }) => [call, outcome]), [
    [1, "ok"],
    [2, "unknown"],
  ]);
  assertEquals(running.abandon(), []);
  assertEquals(await running.next(), undefined);
});

Deno.test("CallContext creates its signal when it is read, aborted if the call was", () => {
  const context = new CallContext(GIVEN, "k");
  const reason = new DOMException("Stop", "AbortError");
  context.abort(reason);
  context.abort(new Error("again"));
  assertEquals(context.signal.aborted, true);
  assertEquals(context.signal.reason, reason);
  assertEquals(context.signal, context.signal);
});

/** Returns the value after a hundred rounds of microtasks. */
async function afterMicrotasks<Value>(value: Value): Promise<Value> {
  for (let i = 0; i < 100; i++) await null;
  return value;
}
