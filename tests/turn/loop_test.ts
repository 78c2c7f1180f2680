import { assertEquals, assertRejects } from "@std/assert";
import { Agent, decide, GuardError, MockLLM, type ScriptEntry, Tool } from "@nomos/agent";
import type { AgentOptions, StepOptions } from "@nomos/agent";
import * as v from "valibot";

interface World {
  readonly agent: Agent;
  readonly llm: MockLLM;
}

/** An agent whose model plays this script. */
function play(
  script: readonly ScriptEntry[],
  steps: Record<string, StepOptions> = { start: { description: "Talk", tools: [look] } },
  options: Partial<AgentOptions> = {},
): World {
  const llm = new MockLLM(script);
  const agent = new Agent({ name: "tested", llm, start: "start", steps, ...options });
  return { agent, llm };
}

const look = new Tool({
  name: "look",
  description: "Look around",
  args: v.object({ at: v.optional(v.string()) }),
  run: ({ at }) => `saw ${at ?? "nothing"}`,
});

const auto = {
  start: { description: "Work", auto: true, end: false, routes: { start: "always" } },
} as const;

function types(events: readonly { readonly type: string }[]): string {
  return events.map(({ type }) => type).join(" ");
}

Deno.test("runTurn: an answer ends the turn and the session waits", async () => {
  const { agent, llm } = play([decide.respond("Hello")]);
  const session = agent.createSession();
  const turn = await session.next("Hi");
  assertEquals([turn.status, turn.response, session.status], ["waiting", "Hello", "waiting"]);
  assertEquals(types(turn.events), "user decision");
  llm.assertDone();
});

Deno.test("runTurn: events are numbered without gaps and timed by the clock", async () => {
  let now = 100;
  const { agent } = play(
    [decide.call("look"), decide.respond("one"), decide.respond("two")],
    undefined,
    { clock: () => now++ },
  );
  const session = agent.createSession();
  await session.next("a");
  await session.next("b");
  const { events } = session.state;
  assertEquals(events.map(({ seq }) => seq), events.map((_, index) => index));
  const times = events.map(({ time }) => time);
  assertEquals(times, times.toSorted((a, b) => a - b));
  assertEquals(times[0], 100);
});

Deno.test("runTurn: a turn without input asks the model to go on by itself", async () => {
  const { agent, llm } = play([decide.respond("Welcome"), decide.respond("Still there?")]);
  const session = agent.createSession();
  assertEquals(types((await session.next()).events), "decision");
  assertEquals(types((await session.next("")).events), "decision");
  assertEquals(llm.requests[1]!.messages.some(({ role }) => role === "user"), false);
});

Deno.test("runTurn: a tool's result comes before the next decision", async () => {
  const { agent, llm } = play([decide.call("look", { at: "a cup" }), decide.respond("A cup")]);
  const turn = await agent.createSession().next("Hi");
  assertEquals(types(turn.events), "user decision tool_started tool_finished decision");
  assertEquals(turn.toolResults.map(({ text }) => text), ["saw a cup"]);
  assertEquals(llm.requests[1]!.messages.at(-2), {
    role: "tool",
    content: "Result of look:\nsaw a cup",
    callId: turn.toolResults[0]!.callKey,
  });
});

Deno.test("runTurn: a move leads to the next decision in the new step", async () => {
  const { agent, llm } = play([decide.move("next"), decide.respond("There")], {
    start: { description: "Greet", routes: { next: "always" } },
    next: { description: "Talk", end: false },
  });
  const session = agent.createSession();
  const turn = await session.next("Hi");
  assertEquals(types(turn.events), "user decision moved decision");
  assertEquals([turn.step, session.step], ["next", "next"]);
  assertEquals(llm.requests.map(({ step }) => step), ["start", "next"]);
  assertEquals(llm.requests[1]!.legal?.actions, ["RESPOND"]);
});

Deno.test("runTurn: a move to the same step is a move like any other", async () => {
  const { agent } = play([decide.move("start"), decide.respond("Back")], {
    start: { description: "Talk", routes: { start: "they start over" } },
  });
  const turn = await agent.createSession().next("Hi");
  assertEquals(turn.events[2], {
    seq: 2,
    time: turn.events[2]!.time,
    joined: true,
    type: "moved",
    from: "start",
    to: "start",
  });
  assertEquals([turn.step, turn.status], ["start", "waiting"]);
});

Deno.test("runTurn: a step whose only action is MOVE is left by it", async () => {
  const { agent, llm } = play([decide.move("talk"), decide.respond("Hello")], {
    start: { description: "Sort", auto: true, end: false, routes: { talk: "always" } },
    talk: { description: "Talk" },
  });
  const turn = await agent.createSession().next("Hi");
  assertEquals(turn.response, "Hello");
  assertEquals(llm.requests[0]!.legal, { actions: ["MOVE"], routes: ["talk"], tools: [] });
});

Deno.test("runTurn: endless moves end limited, because an auto step cannot answer", async () => {
  const { agent, llm } = play(new Array(10).fill(decide.move("start")), auto);
  const turn = await agent.createSession().next("Hi");
  assertEquals([turn.status, turn.reason], ["limited", "iterations"]);
  assertEquals(turn.decisions.length, 10);
  llm.assertDone();
});

Deno.test("runTurn: END ends the session, with or without a response", async () => {
  for (const word of ["Goodbye", undefined]) {
    const { agent } = play([decide.end(word)]);
    const session = agent.createSession();
    const turn = await session.next("Bye");
    assertEquals(types(turn.events), "user decision ended");
    assertEquals([turn.status, turn.response, session.status], ["ended", word, "ended"]);
  }
});

Deno.test("runTurn: at maxIterations the model can only answer", async () => {
  const script = [
    decide.call("look", { at: "1" }),
    decide.call("look", { at: "2" }),
    decide.respond("Enough"),
  ];
  const { agent, llm } = play(script, undefined, { maxIterations: 2 });
  const turn = await agent.createSession().next("Hi");
  assertEquals([turn.status, turn.response, turn.reason], ["waiting", "Enough", undefined]);
  assertEquals(types(turn.events.slice(-2)), "respond_only decision");
  const { legal, schema, messages } = llm.requests[2]!;
  assertEquals(legal, { actions: ["RESPOND"], routes: [], tools: [] });
  const text = JSON.stringify(schema);
  assertEquals([text.includes("RESPOND"), text.includes("TOOL_CALL")], [true, false]);
  assertEquals(messages.at(-2)!.role, "tool");
});

Deno.test("runTurn: each turn has maxIterations of its own", async () => {
  const round = [decide.call("look"), decide.respond("ok")];
  const { agent } = play([...round, ...round], undefined, { maxIterations: 2 });
  const session = agent.createSession();
  await session.next("a");
  assertEquals(types((await session.next("b")).events).includes("respond_only"), false);
});

Deno.test("runTurn: a limited session continues with a new input or by resume()", async () => {
  const moves = [decide.move("start"), decide.move("start")];
  for (const goOn of ["next", "resume"] as const) {
    const { agent, llm } = play([...moves, ...moves], auto, { maxIterations: 2 });
    const session = agent.createSession();
    assertEquals((await session.next("a")).status, "limited");
    assertEquals(session.status, "limited");
    const turn = goOn === "next" ? await session.next("b") : await session.resume();
    assertEquals([turn.status, turn.reason], ["limited", "iterations"]);
    assertEquals(turn.events.filter(({ type }) => type === "user").length, goOn === "next" ? 1 : 0);
    llm.assertDone();
  }
});

Deno.test("runTurn: the same call with the same result three times in a row is a loop", async () => {
  const again = decide.call("look", { at: "x" });
  const { agent, llm } = play([again, again, again, decide.respond("Always the same")]);
  const turn = await agent.createSession().next("Hi");
  assertEquals(turn.status, "waiting");
  assertEquals(turn.events.find(({ type }) => type === "respond_only"), {
    seq: 10,
    time: turn.events[10]!.time,
    type: "respond_only",
    reason: "loop",
  });
  assertEquals(llm.requests[3]!.legal?.actions, ["RESPOND"]);
});

Deno.test("runTurn: a loop in an auto step ends the turn limited", async () => {
  const again = decide.call("look");
  const steps = { start: { description: "Work", auto: true, tools: [look] } };
  const turn = await play([again, again, again], steps).agent.createSession().next("Hi");
  assertEquals([turn.status, turn.reason], ["limited", "loop"]);
});

Deno.test("runTurn: calls with changing results are not a loop", async () => {
  let count = 0;
  const counter = new Tool({
    name: "count",
    description: "",
    args: v.object({}),
    run: () => ++count,
  });
  const { agent } = play([...new Array(4).fill(decide.call("count")), decide.respond("4")], {
    start: { description: "Count", tools: [counter] },
  });
  const turn = await agent.createSession().next("Hi");
  assertEquals(types(turn.events).includes("respond_only"), false);
});

Deno.test("runTurn: stopAfter stops the turn after calls or after a move", async () => {
  const script = [decide.call("look"), decide.move("start"), decide.respond("Done")];
  const steps = { start: { description: "x", tools: [look], routes: { start: "again" } } };
  const { agent, llm } = play(script, steps);
  const session = agent.createSession();
  const first = await session.next("Hi", { stopAfter: "tool" });
  assertEquals([first.status, types(first.events)], [
    "interrupted",
    "user decision tool_started tool_finished",
  ]);
  const second = await session.resume({ stopAfter: "move" });
  assertEquals([second.status, types(second.events)], ["interrupted", "decision moved"]);
  const third = await session.resume();
  assertEquals([third.status, types(third.events)], ["waiting", "decision"]);
  llm.assertDone();
});

Deno.test("runTurn: stopAfter does not stop the turn elsewhere", async () => {
  const { agent } = play([decide.call("look"), decide.respond("Done")]);
  const turn = await agent.createSession().next("Hi", { stopAfter: "move" });
  assertEquals([turn.status, turn.response], ["waiting", "Done"]);
});

Deno.test("runTurn: a step whose guards all return false is stuck, until one returns true", async () => {
  let isOpen = false;
  const { agent, llm } = play([decide.move("next"), decide.respond("Through")], {
    start: {
      description: "Wait",
      auto: true,
      end: false,
      routes: { next: { when: "always", guard: () => isOpen } },
    },
    next: { description: "Talk" },
  });
  const session = agent.createSession();
  const turn = await session.next("Hi");
  assertEquals([turn.status, turn.reason, turn.prompt], ["limited", "stuck", undefined]);
  assertEquals(llm.requests.length, 0);
  isOpen = true;
  assertEquals((await session.resume()).response, "Through");
});

/** Asserts that a faulty guard fails the turn, and that the session can be resumed. */
async function assertGuardFails(fault: () => unknown, message: string): Promise<void> {
  let guard = fault;
  const { agent } = play([decide.respond("Hello")], {
    start: {
      description: "Talk",
      routes: { start: { when: "never", guard: () => guard() as boolean } },
    },
  });
  const session = agent.createSession();
  await assertRejects(() => session.next("Hi"), GuardError, message);
  assertEquals(session.status, "interrupted");
  guard = () => true;
  const turn = await session.resume();
  assertEquals([turn.response, types(turn.events)], ["Hello", "decision"]);
}

Deno.test("runTurn: a guard that throws fails the turn", async () => {
  await assertGuardFails(() => {
    throw new Error("down");
  }, "its guard threw");
});

Deno.test("runTurn: a guard that does not return a boolean fails the turn", async () => {
  await assertGuardFails(
    () => 1,
    "its guard returned 1: expected a synchronous function that returns true or false",
  );
  await assertGuardFails(() => undefined, "its guard returned undefined");
  await assertGuardFails(() => Promise.resolve(true), "its guard returned a promise");
});

Deno.test("runTurn: a guard that returns a value without a JSON form fails the turn", async () => {
  const cycle: Record<string, unknown> = {};
  cycle.self = cycle;
  await assertGuardFails(() => 1n, "its guard returned");
  await assertGuardFails(() => cycle, "its guard returned");
});

Deno.test("runTurn: a guard that returns a rejected promise fails the turn and nothing else", async () => {
  await assertGuardFails(() => Promise.reject(new Error("down")), "its guard returned a promise");
});
