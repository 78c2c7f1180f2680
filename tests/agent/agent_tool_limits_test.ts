import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  type Agent,
  type AgentOptions,
  ConfigError,
  decide,
  type Limits,
  LLMError,
  type Session,
  type SessionEvent,
  type State,
} from "@nomos/agent";
import { memoryStore } from "@nomos/agent/store";
import { agentOf, modelOf, payer } from "./agents.ts";

const ask = (...names: string[]) =>
  decide.calls(names.map((name) => ({ tool: name, args: { input: name } })));
const pay = decide.call("pay", { to: "ann" });

/** `count` different payments. */
const payments = (count: number) =>
  Array.from({ length: count }, (_, at) => decide.call("pay", { to: `${at}` }));

/** An agent that pays `count` times, with one model call each, and then answers; each call uses 11 tokens. */
function clerkOf(
  count: number,
  options: Partial<AgentOptions<Record<"work", unknown>>> = {},
  paid: string[] = [],
) {
  const script = [...payments(count), decide.respond("paid")];
  return agentOf("clerk", modelOf(script), [payer(paid)], { maxIterations: 50, ...options });
}

function bossOf(
  clerk: Agent<Record<"work", unknown>>,
  options: Partial<AgentOptions<Record<"work", unknown>>> = {},
  calls = ask("clerk"),
): Agent<Record<"work", unknown>> {
  const llm = modelOf([calls, decide.respond("done"), decide.respond("more")]);
  return agentOf("boss", llm, [clerk.asTool({ name: "clerk", description: "Pay" })], options);
}

/** The last event of a state, which must be a limit. */
function limitOf({ events }: State): Partial<SessionEvent<"limit">> {
  const { seq: _, time: __, joined: ___, type, ...limit } = events.at(-1) as SessionEvent<"limit">;
  assertEquals(type, "limit");
  return limit;
}

Deno.test("the usage of a child session counts for its parent, and is in the event of its result", async () => {
  const cost = ({ input = 0, output = 0 }) => (input + output) / 11;
  const session = bossOf(clerkOf(2), { cost }).createSession({ id: "s", keepChildren: true });
  const turn = await session.next("Go");
  const finished = turn.events.find((event) => event.type === "tool_finished");
  assert(finished?.type === "tool_finished");
  const { usage, cost: paid, modelCalls, toolCalls } = finished;
  assertEquals({ usage, paid, modelCalls, toolCalls }, {
    usage: { input: 30, output: 3 },
    // It has no prices of its own, so those of its parent apply.
    paid: 3,
    modelCalls: 3,
    toolCalls: 2,
  });
  assertEquals([turn.usage, turn.cost], [{ input: 50, output: 5 }, 5]);
  assertEquals([session.usage, session.cost], [turn.usage, turn.cost]);
  assertEquals([turn.state.usage, turn.state.children!["s~boss/1/0"]!.cost], [turn.usage, 3]);
});

Deno.test("a child session can use at most the rest of each limit of its parent", async () => {
  const budgets: [Limits["turn"], Partial<SessionEvent<"limit">>][] = [
    [{ tokens: 33 }, { reason: "tokens", scope: "caller", limit: 33, used: 33 }],
    [{ modelCalls: 4 }, { reason: "modelCalls", scope: "caller", limit: 4, used: 4 }],
    [{ toolCalls: 3 }, { reason: "toolCalls", scope: "caller", limit: 3, used: 4 }],
    [{ cost: 3 }, { reason: "cost", scope: "caller", limit: 3, used: 3 }],
  ];
  const cost = ({ input = 0, output = 0 }) => (input + output) / 11;
  for (const scope of ["turn", "session"]) {
    for (const [budget, expected] of budgets) {
      const paid: string[] = [];
      const boss = bossOf(clerkOf(9, {}, paid), { cost, limits: { [scope]: budget } });
      const session: Session = boss.createSession({ id: "s" });
      const turn = await session.next("Go");
      const what = `${scope} ${expected.reason}`;
      const option = `limits.${scope}.${expected.reason}`;
      const limit = limitOf(session.state.children!["s~boss/1/0"]!);
      assertEquals(limit, { ...expected, option }, what);
      // The child is suspended, and goes on with its parent.
      assertEquals([turn.toolResults, turn.events.at(-2)!.type], [[], "tool_suspended"], what);
      if (expected.reason === "toolCalls") assertEquals(paid.length, 2, what);
      assertEquals([turn.status, turn.reason], ["limited", expected.reason], what);
      // The limit event of the parent names the owner of the limit.
      assertEquals(
        limitOf(session.state),
        { ...expected, scope, option } as Partial<SessionEvent<"limit">>,
        what,
      );
    }
  }
});

Deno.test("a limit of time includes the time of child sessions", async () => {
  let now = 0;
  const clock = () => now += 10;
  const boss = bossOf(clerkOf(40, { clock }), { clock, limits: { turn: { time: 500 } } });
  const session: Session = boss.createSession({ id: "s" });
  const turn = await session.next("Go");
  assertEquals([turn.status, turn.reason], ["limited", "time"]);
  const { reason, scope } = limitOf(session.state.children!["s~boss/1/0"]!);
  assertEquals([reason, scope], ["time", "caller"]);
});

Deno.test("a child session has its own limits, and those of all its parents", async () => {
  const own = bossOf(clerkOf(9, { limits: { turn: { modelCalls: 2 } } }), {
    limits: { turn: { modelCalls: 9 } },
  });
  const turn = await own.createSession({ id: "s", keepChildren: true }).next("Go");
  assertEquals([turn.status, turn.response], ["waiting", "done"]);
  assertEquals(limitOf(turn.state.children!["s~boss/1/0"]!), {
    reason: "modelCalls",
    scope: "turn",
    limit: 2,
    used: 2,
    option: "limits.turn.modelCalls",
  });

  const top = agentOf("top", modelOf([ask("boss"), decide.respond("done")]), [
    bossOf(clerkOf(9)).asTool({ name: "boss", description: "Manage" }),
  ], { limits: { turn: { modelCalls: 5 } } });
  const session: Session = top.createSession({ id: "s" });
  assertEquals((await session.next("Go")).reason, "modelCalls");
  const boss = session.state.children!["s~top/1/0"]!;
  const clerk = boss.children!["top/1/0/1/0"]!;
  const expected = {
    reason: "modelCalls",
    scope: "caller",
    limit: 5,
    used: 5,
    option: "limits.turn.modelCalls",
  } as const;
  assertEquals([limitOf(boss), limitOf(clerk)], [expected, expected]);
});

Deno.test("child agents that run at once share the limits of their parent", async () => {
  const paid: string[] = [];
  const calls = ask(...new Array(10).fill("clerk"));
  const boss = bossOf(clerkOf(9, {}, paid), { limits: { turn: { modelCalls: 16 } } }, calls);
  const session: Session = boss.createSession({ id: "s", keepChildren: true });
  await session.next("Go");
  const made = Object.values(session.state.children!).flatMap(({ events }) => events)
    .filter(({ type }) => type === "decision").length;
  // Calls that are running are counted, so that together they stay within the limit.
  assertEquals([made, limitOf(session.state).used], [15, 16]);
});

Deno.test("each turn makes as many model calls as it may, if agents on several levels run at once", async () => {
  const asked: string[] = [];
  const four = (name: string) => decide.calls(Array(4).fill({ tool: name, args: { input: "x" } }));
  const high = { limits: { turn: { modelCalls: 7 } }, cost: () => 0.1 };
  const above = (name: string, tool: Agent<{ work: unknown }>, options = {}) =>
    agentOf(name, modelOf([four("ask"), decide.respond(name)], asked), [
      tool.asTool({ name: "ask", description: "Ask" }),
    ], options);
  const boss = above(
    "boss",
    above("mid", agentOf("low", modelOf([decide.respond("x")], asked), [])),
    high,
  );
  const store = memoryStore();
  const counts: number[] = [];
  let session = await boss.openSession("s", { store });
  while (session.status !== "waiting" || counts.length === 0) {
    const before = asked.length;
    await (before === 0 ? session.next("Go") : session.resume());
    counts.push(asked.length - before);
    session = await boss.openSession("s", { store });
    const { usage, cost } = session.state;
    assertEquals([usage?.output, Math.round(cost! * 10)], [asked.length, asked.length]);
  }
  // Two of the boss, two of each of four agents, and one of each of sixteen.
  assertEquals(counts, [7, 7, 7, 5]);
});

Deno.test("usage before a request for approval is in its event, and the rest in later ones", async () => {
  for (const store of [undefined, memoryStore()]) {
    const tools = [payer([], { needsApproval: true })];
    const clerk = agentOf("clerk", modelOf([pay, decide.respond("paid")]), tools);
    const boss = bossOf(clerk, { limits: { turn: { tokens: 40 } } });
    const session = store === undefined
      ? boss.createSession({ id: "s" })
      : await boss.openSession("s", { store });
    const first = await session.next("Go");
    assertEquals(first.usage, { input: 20, output: 2 });
    const second = await session.approve("boss/1/0/1/0");
    assertEquals([second.response, second.usage], ["done", { input: 20, output: 2 }]);
    assertEquals(session.usage, { input: 40, output: 4 });
  }
});

Deno.test("usage of a call is recorded when it is suspended, and not again when new input closes it", async () => {
  for (const isStored of [false, true]) {
    const store = memoryStore();
    let isBroken = false;
    const fragile = modelOf([pay, () => {
      if (isBroken) throw new LLMError("down", { isRetryable: true });
      return decide.respond("paid");
    }]);
    const clerk = agentOf("clerk", fragile, [payer([])]);
    const boss = bossOf(clerk);
    isBroken = true;
    let session: Session = isStored
      ? await boss.openSession("s", { store })
      : boss.createSession({ id: "s" });
    await assertRejects(() => session.next("Go"), Error, "down");
    // The failed call of the child session is estimated.
    const { input, output, isEstimated } = session.usage;
    assertEquals([input! > 20, output, isEstimated], [true, 2, true]);
    session = isStored
      ? await boss.openSession("s", { store })
      : boss.createSession({ state: JSON.parse(JSON.stringify(session.state)) });
    const turn = await session.next("Never mind");
    assertEquals(turn.toolResults.map(({ outcome }) => outcome), ["unknown"]);
    assertEquals(turn.usage, { input: 10, output: 1 });
    assertEquals(session.usage.input, input! + 10);
    const suspended = session.state.events.find((event) => event.type === "tool_suspended");
    assert(suspended?.type === "tool_suspended");
    assertEquals([suspended.modelCalls, suspended.toolCalls], [2, 1]);
  }
});

Deno.test("a limit of cost needs the price of every model of child agents", async () => {
  const cost = (_: unknown, { llm }: { readonly llm: string }) => llm === "counted" ? 1 : undefined;
  const unpriced = { ...modelOf([decide.respond("free?")]), name: "unpriced" };
  const boss = bossOf(agentOf("clerk", unpriced, []), { cost, limits: { turn: { cost: 9 } } });
  await assertRejects(
    () => boss.next("Go"),
    ConfigError,
    'Cannot call agent "clerk": a limit of cost needs the price of model "unpriced"',
  );
});

Deno.test("the tokens of a model that reports none are estimated if a parent limits them", async () => {
  const { name, decide: counted } = modelOf([decide.respond("An answer")]);
  const silent = {
    name,
    decide: async (request: Parameters<typeof counted>[0]) => {
      const { output } = await counted(request);
      return { output };
    },
  };
  const boss = bossOf(agentOf("clerk", silent, []), { limits: { turn: { tokens: 10_000 } } });
  const turn = await boss.createSession({ id: "s", keepChildren: true }).next("Go");
  assertEquals(turn.state.children!["s~boss/1/0"]!.usage?.isEstimated, true);
  assert(turn.usage.isEstimated);
});
