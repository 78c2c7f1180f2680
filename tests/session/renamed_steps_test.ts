import {
  Agent,
  type AgentOptions,
  decide,
  GraphError,
  LLMError,
  MockLLM,
  raw,
  type ScriptEntry,
  type State,
  StateError,
  Tool,
} from "@nomos/agent";
import { memoryStore } from "@nomos/agent/store";
import { assertReplays } from "@nomos/agent/testing";
import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import * as v from "valibot";

type Options = Partial<AgentOptions<Record<string, unknown>>>;

const look = new Tool({ name: "look", description: "Look", args: v.object({}), run: () => "seen" });

/** A shop with two steps of these ids, the first of which is the start. */
function shopOf(
  [greet, pay]: readonly [string, string],
  script: readonly ScriptEntry[],
  options: Options = {},
): Agent {
  let ids = 0;
  return new Agent<Record<string, unknown>>({
    name: "shop",
    llm: new MockLLM(script),
    start: greet,
    clock: () => 0,
    ids: () => `id-${ids++}`,
    steps: {
      [greet]: { description: "Receive them", tools: [look], routes: { [pay]: "they go on" } },
      [pay]: { description: "Take the money", routes: { [greet]: "they go back" } },
    },
    ...options,
  });
}

const OLD = ["greet", "pay"] as const;
const NEW = ["welcome", "checkout"] as const;
const renamedSteps = { greet: "welcome", pay: "checkout" };
const bye = decide.respond("Bye");

/** Outputs of a turn with every type of event that names a step. It ends in the second step. */
const TURN = [
  raw("no JSON"),
  decide.call("look"),
  decide.move("pay"),
  decide.move("greet"),
  decide.move("pay"),
  bye,
];

/** A text with the new names of the steps. */
function renamed(value: unknown): string {
  return JSON.stringify(value).replaceAll('"greet"', '"welcome"').replaceAll('"pay"', '"checkout"');
}

Deno.test("renamedSteps, renames the steps in every event of a state, and for the model", async () => {
  const old = shopOf(OLD, [...TURN, new Error("down")]).createSession();
  await old.next("Hi");
  await assertRejects(() => old.next("More"));
  const { state } = old;
  const text = JSON.stringify(state);

  const llm = new MockLLM([bye]);
  const session = shopOf(NEW, [], { llm, renamedSteps }).createSession({ state });
  assertEquals(JSON.stringify(session.state), renamed(state));
  const turn = await session.resume();
  assertEquals([turn.step, turn.status], ["checkout", "waiting"]);
  const sent = JSON.stringify(llm.requests[0]!.messages);
  assert(sent.includes("checkout") && sent.includes("welcome") && !/greet|pay/.test(sent), sent);
  assertEquals(JSON.stringify(state), text, "the state that was passed was changed");
  await assertReplays(state, shopOf(NEW, [], { renamedSteps }));
  await assertReplays(old, shopOf(NEW, [], { renamedSteps }));
});

Deno.test("renamedSteps, opens stored sessions wherever their snapshots were taken, and never rewrites them", async () => {
  const held = new Set<string>();
  for (let offset = 0; offset < 8; offset++) {
    const store = memoryStore();
    const rounds = Array(12).fill([...TURN, decide.move("greet"), bye]).flat();
    const old = await shopOf(OLD, [...Array(offset).fill(bye), ...rounds])
      .openSession("s", { store });
    for (let turn = 0; turn < 9 + offset % 2; turn++) await old.next("Hi");
    while ((await store.read("s"))!.snapshot === undefined) await old.next("Hi");
    const before = await store.entries("s", { from: 0, limit: 1_000 });
    const { snapshot } = (await store.read("s"))!;
    held.add(JSON.parse(snapshot!.body)[1].step);

    const more = Array(40).fill([decide.move("welcome"), decide.move("checkout"), bye]).flat();
    const agent = shopOf(NEW, old.step === "greet" ? more.slice(1) : more, { renamedSteps });
    const session = await agent.openSession("s", { store });
    assertEquals([session.step, session.status], [renamedSteps[old.step as "pay"], "waiting"]);
    const read = await Array.fromAsync(session.events());
    assertEquals(JSON.stringify(read), renamed(old.state.events));
    for (let turn = 0; turn < 12; turn++) await session.next("Go on");
    assert((await store.read("s"))!.snapshot!.head > snapshot!.head, "no new snapshot");
    const after = await store.entries("s", { from: 0, limit: 1_000 });
    assertEquals(after.slice(0, before.length), before);
    // The snapshots are those of the stored entries.
    await store.verify("s");
    const again = await shopOf(NEW, [bye], { renamedSteps }).openSession("s", { store });
    assertEquals((await again.next("Once more")).step, "checkout");
    const fork = await again.fork({ at: before.length, id: "fork" });
    assertEquals([fork.step, fork.status], [renamedSteps[old.step as "pay"], "waiting"]);
    await store.verify("fork");
  }
  assertEquals([...held].sort(), ["greet", "pay"]);
});

Deno.test("renamedSteps, finds the state of an agent that was called as a tool by the names of that agent", async () => {
  const desk = (clerk: Agent, script: readonly ScriptEntry[]) =>
    new Agent({
      name: "desk",
      llm: new MockLLM(script),
      start: "talk",
      steps: {
        talk: {
          description: "Talk",
          tools: [clerk.asTool({ name: "clerk", description: "Ask the clerk" })],
        },
      },
    });
  const down = [decide.move("pay"), new LLMError("down", { isRetryable: true })];
  const old = desk(shopOf(OLD, down), [decide.call("clerk", { input: "Pay" })]).createSession();
  await assertRejects(() => old.next("Hi"), LLMError, "down");
  const { state } = old;
  assertEquals(Object.values(state.children!).map(({ step }) => step), ["pay"]);

  const clerk = shopOf(NEW, [decide.respond("Paid")], { renamedSteps });
  const turn = await desk(clerk, [bye]).createSession({ state }).resume();
  assertEquals(turn.toolResults.map(({ outcome, text }) => [outcome, text]), [["ok", "Paid"]]);

  const lost = desk(shopOf(NEW, []), [bye]).createSession({ state });
  const [result] = (await lost.resume()).toolResults;
  assertEquals(result!.outcome, "error");
  assertStringIncludes(result!.text, 'in the option "renamedSteps" of the agent');
});

Deno.test("renamedSteps, of a step that was renamed twice or merged, names the step of today", async () => {
  const { state } = await shopOf(OLD, TURN).createSession().next("Hi");
  const agent = shopOf(["a", "b"], [bye], {
    renamedSteps: { greet: "b", pay: "b", checkout: "b" },
  });
  const session = agent.createSession({ state });
  assertEquals((await session.next("Go on")).step, "b");
  const moves = session.state.events.filter(({ type }) => type === "moved");
  assertEquals(moves.map((event) => event.type === "moved" && [event.from, event.to]), [
    ["b", "b"],
    ["b", "b"],
    ["b", "b"],
  ]);
});

Deno.test("without renamedSteps, a session whose step is gone is refused, and the error names the option", async () => {
  const store = memoryStore();
  const old = await shopOf(OLD, TURN).openSession("s", { store });
  const { state } = await old.next("Hi");
  const agent = shopOf(["welcome", "pay!"], [], { renamedSteps: { greet: "welcome" } });
  const message = 'unknown step "pay": expected "welcome", "pay!"; if another step takes its ' +
    'place, name it in the option "renamedSteps" of the agent';
  assertThrows(() => agent.createSession({ state }), StateError, message);
  await assertRejects(() => agent.openSession("s", { store }), StateError, message);
  const now = shopOf(["welcome", "pay"], []).createSession({ state });
  await assertRejects(() => now.fork({ at: 2 }), StateError, 'the option "renamedSteps"');
});

Deno.test("a session that another release moved to a step of its own is refused by sessions that were open before", async () => {
  const store = memoryStore();
  const old = await shopOf(OLD, [bye, bye]).openSession("s", { store });
  await old.next("Hi");
  const agent = shopOf(NEW, [decide.move("checkout"), bye], { renamedSteps });
  await (await agent.openSession("s", { store })).next("Pay");
  const { head } = (await store.read("s"))!;
  const message = 'unknown step "checkout": expected "greet", "pay"';
  await assertRejects(() => old.next("More"), StateError, message);
  await assertRejects(() => old.next("More"), StateError, message);
  await old.refresh();
  assertEquals(old.step, "checkout");
  await assertRejects(() => old.fork(), StateError, message);
  const after = (await store.read("s"))!;
  assertEquals([after.head, after.lease], [head, undefined]);
});

Deno.test("a session without events opens in the first step of today, and goes on there", async () => {
  const agents: (readonly [readonly [string, string], Options])[] = [
    // The former first step was renamed, is gone, and is another step.
    [NEW, { renamedSteps }],
    [NEW, {}],
    [["pay", "greet"], {}],
  ];
  for (const [steps, options] of agents) {
    const [start, other] = steps;
    const store = memoryStore();
    const empty = await shopOf(OLD, []).openSession("s", { store });
    const build = (...script: ScriptEntry[]) => shopOf(steps, script, options);
    const { state } = empty;
    assertEquals(build().createSession({ state }).step, start);
    assertEquals((await build(bye).createSession({ state }).next("Hi")).step, start);

    const open = (agent: Agent) => agent.openSession("s", { store });
    assertEquals((await open(build())).step, start);
    const first = await open(build(raw("no JSON"), bye));
    assertEquals((await first.next("Hi")).step, start);
    assertEquals((await open(build())).step, start);
    const second = await open(build(decide.move(other), bye));
    assertEquals((await second.next("Go on")).step, other);
    // The step in which it began is known from its events, also after a snapshot.
    const long = await open(build(...Array(40).fill(bye)));
    for (let turn = 0; turn < 40; turn++) await long.next("More");
    assert((await store.read("s"))!.snapshot !== undefined);
    await store.verify("s");
    const whole = await open(build());
    assertEquals(whole.step, other);
    await whole.load();
    assertEquals(whole.state, long.state);
    assertEquals((await whole.fork({ at: 2 })).step, start);
    assertEquals((await whole.fork({ at: 0 })).step, start);
    assertEquals((await build().createSession({ state: whole.state }).fork({ at: 0 })).step, start);
  }
});

Deno.test("a fork without events begins in the first step of today, and one with events where the original was", async () => {
  const store = memoryStore();
  const { state } = await (await shopOf(OLD, [bye]).openSession("s", { store })).next("Hi");
  const agent = shopOf(["pay", "greet"], []);
  const sessions = [agent.createSession({ state }), await agent.openSession("s", { store })];
  for (const session of sessions) {
    const steps = await Promise.all([0, 1, 2].map((at) => session.fork({ at })));
    assertEquals(steps.map(({ step }) => step), ["pay", "greet", "greet"]);
  }
});

Deno.test("a long session for which no model was asked opens in its step, also from a snapshot", async () => {
  const store = memoryStore();
  const session = await shopOf(OLD, []).openSession("s", { store });
  const signal = AbortSignal.abort();
  for (let turn = 0; turn < 70; turn++) await session.next("Hi", { signal });
  assert((await store.read("s"))!.snapshot !== undefined);
  const again = await shopOf(NEW, [bye], { renamedSteps }).openSession("s", { store });
  assertEquals((await again.resume()).step, "welcome");
});

Deno.test("a session of which only the input was stored opens, even if its first step is gone", async () => {
  for (const options of [{ renamedSteps }, {}]) {
    for (const isByOld of [true, false]) {
      const agent = shopOf(NEW, [bye], options);
      const store = memoryStore();
      const old = await shopOf(OLD, []).openSession("s", { store });
      const first = isByOld ? old : await agent.openSession("s", { store });
      await first.next("Hi", { signal: AbortSignal.abort() });
      const session = await agent.openSession("s", { store });
      assertEquals(session.step, "welcome");
      const { state } = session;
      assertEquals(agent.createSession({ state: { ...state, step: "greet" } }).step, "welcome");
      assertEquals((await session.resume()).step, "welcome");
    }
  }
});

Deno.test("Agent, reports a renamed step that it has, and one that leads to a step that it lacks", () => {
  const problems = (given: unknown) => {
    const build = () =>
      shopOf(NEW, [], { renamedSteps: given as Options["renamedSteps"] & object });
    return assertThrows(build, GraphError).problems.map(({ path, message }) => [path, message]);
  };
  assertEquals(problems({ greet: "welcom", pay: "shop", checkout: "welcome", a: 1 }), [
    [
      "renamedSteps.greet",
      'unknown step "welcom": expected one of "welcome", "checkout"; did you mean "welcome"?',
    ],
    ["renamedSteps.pay", 'unknown step "shop": expected one of "welcome", "checkout"'],
    ["renamedSteps.checkout", 'the agent has a step "checkout": expected an id that it lacks'],
    ["renamedSteps.a", 'unknown step 1: expected one of "welcome", "checkout"'],
  ]);
  // A step that was renamed again.
  assertEquals(problems({ greet: "hello", hello: "welcome" }), [
    ["renamedSteps.greet", 'unknown step "hello": expected one of "welcome", "checkout"'],
  ]);
  for (const given of [[], "greet", null]) {
    const [[path, message] = []] = problems(given);
    assertEquals(path, "renamedSteps");
    assertStringIncludes(message!, "expected an object of step ids by former ids");
  }
  // Names of every object are names like others.
  const { state } = shopOf(["__proto__x", "constructor"], []).createSession();
  assertEquals(shopOf(NEW, []).createSession({ state: state as State }).step, "welcome");
});
