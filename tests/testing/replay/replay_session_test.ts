import {
  type Agent,
  ConfigError,
  decide,
  MockLLM,
  raw,
  type State,
  StateError,
} from "@nomos/agent";
import { memoryStore } from "@nomos/agent/store";
import {
  assertReplays,
  type Recording,
  replayDifferences,
  ReplayError,
  replaySession,
} from "@nomos/agent/testing";
import { assert, assertEquals, assertRejects } from "@std/assert";
import * as v from "valibot";
import { playWhole, scriptedAgent } from "../../session/state_session.ts";
import { recordShop, SHOP_SCRIPT, shopOf, shopSteps, toolOf } from "./replay_fixture.ts";

const copied = (state: State): State => JSON.parse(JSON.stringify(state));

Deno.test("replaySession() finds no difference for an unchanged agent, up to any event", async () => {
  const { events, taken } = await playWhole();
  const { agent } = scriptedAgent();
  for (const { text } of taken) {
    assertEquals(await replaySession(JSON.parse(text), agent), undefined);
  }
  for (let length = 0; length <= events.length; length++) {
    assertEquals(await replaySession(events.slice(0, length), agent), undefined, `${length}`);
  }
});

Deno.test("replaySession() takes a session, a stored session, a state or events", async () => {
  const session = await recordShop();
  const agent = shopOf(shopSteps());
  const store = memoryStore();
  const llm = new MockLLM(new Array(100).fill(decide.respond("x")));
  const writer = await shopOf(shopSteps(), { llm }).openSession("s", { store });
  for (let turn = 0; turn < 50; turn++) await writer.next("Hi");
  const opened = await agent.openSession("s", { store });
  const recordings: Recording[] = [
    session,
    copied(session.state),
    session.state.events,
    opened,
    agent.createSession(),
    [],
  ];
  for (const recorded of recordings) assertEquals(await replaySession(recorded, agent), undefined);
  const other = shopOf({ greet: { description: "Only this" }, order: { description: "And this" } });
  for (const recorded of recordings.slice(0, 3)) {
    assertEquals((await replaySession(recorded, other))?.seq, 1);
  }
});

Deno.test("replaySession() reads states of earlier releases and migrates results", async () => {
  const { state } = await recordShop();
  const events = state.events.map((event) => {
    if (event.type !== "tool_started") return event;
    const { call: _, ...rest } = event;
    return rest;
  });
  const old = { ...state, version: 1, events } as unknown as State;
  assertEquals(await replaySession(old, shopOf(shopSteps())), undefined);
  const seen: string[] = [];
  const llm = new MockLLM(SHOP_SCRIPT.map((entry) => ({ messages }) => {
    for (const { role, content } of messages) {
      if (role === "tool") seen.push(content.split("\n- ")[0]!);
    }
    return entry;
  }));
  const agent = shopOf(shopSteps(), { migrateResult: (text) => `today: ${text}` });
  assertEquals(await replaySession(old, agent, { llm }), undefined);
  assertEquals([...new Set(seen)], [
    "Result of menu:\ntoday: done",
    "Your reasoning in this turn:",
    "Result of brew:\ntoday: done",
  ]);
});

Deno.test("replaySession() describes the difference of a changed agent", async () => {
  const { greet, order } = shopSteps();
  const { state } = await recordShop();
  const { routes: _, ...without } = greet;
  const changes: [string, Agent, seq: number, path: string, reason: string][] = [
    [
      "a tool is gone",
      shopOf({ greet: { ...greet, tools: [] }, order }),
      1,
      "decision.action",
      "the recorded decision is refused: ",
    ],
    [
      "a tool has another name",
      shopOf({ greet: { ...greet, tools: [toolOf("card", v.object({}))] }, order }),
      1,
      "decision.calls.0.tool",
      "the recorded decision is refused: ",
    ],
    [
      "a tool takes other arguments",
      shopOf({
        greet: { ...greet, tools: [toolOf("menu", v.object({ size: v.literal("huge") }))] },
        order,
      }),
      1,
      "decision.calls.0.args.size",
      "the recorded decision is refused: ",
    ],
    [
      "a tool takes no such argument any more",
      shopOf({ greet: { ...greet, tools: [toolOf("menu", v.strictObject({}))] }, order }),
      1,
      "decision.calls.0.args.size",
      "the recorded decision is refused: ",
    ],
    [
      "a tool wants a person's approval now",
      shopOf({
        greet: {
          ...greet,
          tools: [toolOf("menu", v.object({ size: v.string() }), { needsApproval: true })],
        },
        order,
      }),
      2,
      "type",
      'a call of tool "menu" needs approval now',
    ],
    [
      "a route is gone",
      shopOf({ greet: without, order }),
      6,
      "decision.action",
      "the recorded decision is refused: ",
    ],
    [
      "a route leads elsewhere",
      shopOf({ greet: { ...greet, routes: { bar: "" } }, order, bar: order }),
      6,
      "decision.step",
      "the recorded decision is refused: ",
    ],
    [
      "the session begins elsewhere",
      shopOf({ greet, order }, { start: "order" }),
      1,
      "step",
      'the agent is in step "order"',
    ],
    [
      "a step has another name",
      shopOf({ greet: { ...greet, routes: { bar: "" } }, bar: { description: "" } }),
      6,
      "decision.step",
      "the recorded decision is refused: ",
    ],
    [
      "a step answers with data",
      shopOf({ greet, order: { ...order, answer: v.object({ cups: v.number() }) } }),
      11,
      "decision.response",
      "the recorded decision is refused: ",
    ],
    [
      "a step gives no suggestions",
      shopOf({ greet, order: { ...order, suggestions: false } }),
      11,
      "decision.suggestions",
      "the recorded decision is refused: ",
    ],
    [
      "a step cannot end the session",
      shopOf({ greet, order: { ...order, end: false } }),
      13,
      "decision.action",
      "the recorded decision is refused: ",
    ],
    [
      "a turn may have fewer decisions",
      shopOf({ greet, order }, { maxIterations: 2 }),
      11,
      "type",
      'the agent only allows an answer, because the limit "iterations" is reached',
    ],
  ];
  for (const [what, agent, seq, path, reason] of changes) {
    const found = await replaySession(copied(state), agent);
    assert(found !== undefined, what);
    assertEquals([found.seq, found.path], [seq, path], what);
    assert(found.reason.startsWith(reason), `${what}: ${found.reason}`);
    const { type } = state.events[found.seq]!;
    assertEquals((found.expected as { type: string }).type, type, what);
  }
});

Deno.test("replaySession() ignores changed texts and additional tools, routes and limits", async () => {
  const { greet, order } = shopSteps();
  const more = toolOf("more", v.object({}));
  const agents = [
    shopOf({ greet, order }, { persona: "A pirate", reasoning: false, maxErrors: 0 }),
    shopOf({
      greet: { ...greet, description: "Otherwise", tools: [...greet.tools!, more] },
      order: { ...order, routes: {} },
      bar: { description: "New" },
    }),
    shopOf({ greet, order }, { limits: { session: { modelCalls: 1, toolCalls: 0 } } }),
  ];
  const session = await recordShop();
  for (const agent of agents) assertEquals(await replaySession(session, agent), undefined);
});

Deno.test("replayDifferences() continues from the recording after a difference", async () => {
  const { greet } = shopSteps();
  const agent = shopOf({
    greet: { ...greet, routes: { bar: "they order" } },
    bar: { description: "Sell" },
    order: { description: "Take the order", suggestions: true },
  });
  const found = await Array.fromAsync(replayDifferences(await recordShop(), agent));
  assertEquals(found.map(({ seq, path }) => [seq, path]), [
    [6, "decision.step"],
    [8, "decision.action"],
  ]);
  const elsewhere = shopOf(shopSteps(), { start: "order" });
  const moved = await Array.fromAsync(replayDifferences(await recordShop(), elsewhere));
  assertEquals(moved.map(({ seq, path }) => [seq, path]), [[1, "step"]]);
  const gone = shopOf({ greet: { ...greet, routes: {} } });
  const all = await Array.fromAsync(replayDifferences(await recordShop(), gone));
  assertEquals(all.map(({ seq, reason }) => [seq, reason.split(":")[0]]), [
    [6, "the recorded decision is refused"],
    [8, 'the agent has no step "order"'],
    [11, 'the agent has no step "order"'],
    [13, 'the agent has no step "order"'],
  ]);
});

Deno.test("replaySession() compares refused outputs and the limit of errors", async () => {
  const bad = { action: "TOOL_CALL", calls: [{ tool: "menu", args: { size: "huge" } }] };
  const output = { reasoning: [], decision: bad };
  const script = [raw(output), raw("no JSON"), raw(""), raw(output), raw(output)];
  const last = [decide.call("menu", { size: "small" }), decide.respond("x")];
  const llm = new MockLLM([...script, ...last]);
  const agent = shopOf(shopSteps(() => "done"), { llm, ids: () => "s" });
  const session = agent.createSession();
  await session.next("Hi");
  await session.next("Hi again");
  assertEquals(session.state.events.map(({ type }) => type), [
    "user",
    "error",
    "error",
    "error",
    "error",
    "respond_only",
    "error",
    "limit",
    "user",
    "decision",
    "tool_started",
    "tool_finished",
    "decision",
  ]);
  const { greet, order } = shopSteps();
  const replay = (steps: typeof greet, maxErrors = 3) =>
    replaySession(session, shopOf({ greet: steps, order }, { maxErrors }));
  assertEquals(await replay(greet), undefined);
  const legal = await replay({ ...greet, tools: [toolOf("menu", v.object({ size: v.string() }))] });
  assertEquals([legal?.seq, legal?.path, legal?.reason], [
    1,
    "type",
    "the recorded output was refused but is legal now",
  ]);
  const elsewhere = await replay({ ...greet, tools: [] });
  assertEquals([elsewhere?.seq, elsewhere?.path], [1, "path"]);
  assert(elsewhere!.reason.startsWith("the recorded output is refused at another path"));
  const stricter = await replay(greet, 2);
  assertEquals([stricter?.seq, stricter?.path, stricter?.actual], [
    4,
    "type",
    { type: "respond_only", reason: "errors" },
  ]);
  const milder = await replay(greet, 4);
  assertEquals([milder?.seq, milder?.expected, milder?.actual, milder?.reason], [
    5,
    { type: "respond_only", reason: "errors" },
    { type: "decision" },
    "the agent requests a decision, because no limit is reached",
  ]);
});

Deno.test("replaySession() skips an output that the log does not contain in full", async () => {
  const llm = new MockLLM([raw("x".repeat(3_000)), decide.respond("y")]);
  const session = shopOf(shopSteps(), { llm }).createSession();
  await session.next("Hi");
  assertEquals(await replaySession(session, shopOf(shopSteps())), undefined);
});

Deno.test("assertReplays() throws an error with an escaped line diff", async () => {
  const script = [decide.call("menu", { size: "small" }), ...SHOP_SCRIPT.slice(1)];
  const session = await recordShop(script);
  await assertReplays(session, shopOf(shopSteps()));
  const { greet, order } = shopSteps();
  const tool = toolOf("menu", v.object({ size: v.literal("\u001b[2J") }));
  const agent = shopOf({ greet: { ...greet, tools: [tool] }, order });
  const error = await assertRejects(() => assertReplays(session, agent), ReplayError);
  assertEquals(error.code, "REPLAY_DIFFERS");
  assertEquals(error.difference, (await replaySession(session, agent))!);
  const [first, , ...diff] = error.message.split("\n");
  const lead = 'Replay of session "s" differs from its recording: ' +
    'event 1 at "decision.calls.0.args.size": the recorded decision is refused: ';
  assert(first!.startsWith(lead), first);
  assert(diff.includes('-   "type": "decision",') && diff.includes('+   "type": "error",'));
  // deno-lint-ignore no-control-regex
  assert(!/[\x00-\x09\x0b-\x1f]/.test(error.message));
});

Deno.test("replaySession() refuses an invalid recording, agent or option", async () => {
  const agent = shopOf(shopSteps());
  const { state } = await recordShop();
  const bad: [unknown, unknown, unknown, string][] = [
    [undefined, agent, {}, "Cannot replay undefined: expected a session, its state or its events"],
    ["s", agent, {}, 'Cannot replay "s"'],
    [new Map(), agent, {}, "Cannot replay an object"],
    [state, {}, {}, "Cannot replay a session with an object: expected an Agent"],
    [state, agent, null, "Cannot replay a session: options is null: expected an object"],
    [state, agent, { llm: "x" }, 'llm is "x": expected a model'],
    [
      state,
      agent,
      { isSame: () => true },
      'isSame is a function: expected it only together with "llm"',
    ],
    [state, agent, { llm: new MockLLM(), isSame: 1 }, "isSame is 1: expected a function"],
  ];
  for (const [recorded, played, options, message] of bad) {
    const replaying = () => replaySession(recorded as State, played as Agent, options as object);
    await assertRejects(replaying, ConfigError, message);
  }
  await assertRejects(() => replaySession({ ...state, version: 9 } as never, agent), StateError);
  await assertRejects(() => replaySession(state.events.slice(1), agent), StateError, "expected 0");
});
