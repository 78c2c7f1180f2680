import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  Agent,
  type AgentOptions,
  ConfigError,
  decide,
  type Limits,
  type LLM,
  MockLLM,
  raw,
  type Session,
  type SessionEvent,
  Tool,
  type Turn,
  type Usage,
} from "@nomos/agent";
import * as v from "valibot";

const look = new Tool({
  name: "look",
  description: "Look",
  args: v.object({ at: v.string() }),
  run: ({ at }) => `seen ${at}`,
});

interface Played {
  readonly session: Session<Turn<"talk">>;
  readonly llm: MockLLM;
}

function play(
  script: ConstructorParameters<typeof MockLLM>[0],
  limits: Limits,
  options: Partial<AgentOptions<Record<"talk", unknown>>> & { readonly usage?: Usage } = {},
): Played {
  const llm = new MockLLM(script);
  const { usage, ...others } = options;
  const counted: LLM = {
    name: "counted",
    decide: async (request) => ({ ...await llm.decide(request), ...(usage && { usage }) }),
  };
  const agent = new Agent<Record<"talk", unknown>>({
    name: "frugal",
    llm: counted,
    start: "talk",
    steps: { talk: { description: "Talk", tools: [look] } },
    limits,
    ...others,
  });
  return { session: agent.createSession(), llm };
}

/** The limit that ended the last turn. */
function limitOf({ state }: Session<Turn<"talk">>): Partial<SessionEvent<"limit">> {
  const { seq: _, time: __, joined: ___, type, ...limit } = state.events.at(-1) as SessionEvent<
    "limit"
  >;
  assertEquals(type, "limit");
  return limit;
}

const calls = (count: number) =>
  decide.calls(
    Array.from({ length: count }, (_, at) => ({ tool: "look", args: { at: `${at}` } })),
  );

Deno.test("limits: a turn ends limited before the model call that has no tokens left", async () => {
  const { session, llm } = play([calls(1), decide.respond("ok"), decide.respond("again")], {
    turn: { tokens: 100 },
  }, { usage: { input: 90, output: 10, cachedInput: 50 } });
  const turn = await session.next("Hi");
  assertEquals([turn.status, turn.reason], ["limited", "tokens"]);
  assertEquals(limitOf(session), {
    reason: "tokens",
    scope: "turn",
    limit: 100,
    used: 100,
    option: "limits.turn.tokens",
  });
  // The tools of the decision have run: nothing is lost.
  assertEquals(turn.toolResults.map(({ text }) => text), ["seen 0"]);
  assertEquals(llm.requests.length, 1);
  // A new turn has the whole limit again.
  assertEquals((await session.resume()).response, "ok");
  assertEquals((await session.next("And?")).response, "again");
});

Deno.test("limits: a session that has used its limit is limited at once, also when continued", async () => {
  const limits = { session: { tokens: 150 } };
  const { session, llm } = play(new Array(5).fill(decide.respond("ok")), limits, {
    usage: { input: 90, output: 10 },
  });
  assertEquals((await session.next("1")).status, "waiting");
  assertEquals((await session.next("2")).status, "waiting");
  const third = await session.next("3");
  assertEquals([third.status, third.reason, llm.requests.length], ["limited", "tokens", 2]);
  assertEquals(third.events.map(({ type }) => type), ["user", "limit"]);
  const state = JSON.parse(JSON.stringify(session.state));
  assertEquals(state.usage, { input: 180, output: 20 });
  const agent = new Agent<Record<"talk", unknown>>({
    name: "frugal",
    llm,
    start: "talk",
    steps: { talk: { description: "Talk", tools: [look] } },
    limits,
  });
  assertEquals((await agent.createSession({ state }).resume()).reason, "tokens");
  // A session may have limits of its own.
  const richer = agent.createSession({ state, limits: { session: { tokens: 1_000 } } });
  assertEquals((await richer.resume()).response, "ok");
});

Deno.test("limits: calls of models and tools are counted, refused outputs included", async () => {
  const models = play([raw("no"), raw("no"), decide.respond("ok")], { turn: { modelCalls: 2 } });
  assertEquals((await models.session.next("Hi")).reason, "modelCalls");
  assertEquals(limitOf(models.session), {
    reason: "modelCalls",
    scope: "turn",
    limit: 2,
    used: 2,
    option: "limits.turn.modelCalls",
  });
  const tools = play([calls(1), calls(2), decide.respond("ok")], { session: { toolCalls: 2 } });
  const turn = await tools.session.next("Hi");
  assertEquals([turn.status, turn.reason], ["limited", "toolCalls"]);
  assertEquals(limitOf(tools.session), {
    reason: "toolCalls",
    scope: "session",
    limit: 2,
    used: 3,
    option: "limits.session.toolCalls",
  });
  // The calls that were not run are closed by the next input.
  const next = await tools.session.next("Then answer");
  assertEquals(next.events.slice(0, 3).map(({ type }) => type), [
    "tool_finished",
    "tool_finished",
    "user",
  ]);
  assertEquals(next.response, "ok");
});

Deno.test("limits: calls beyond the limit of a turn are run by resume()", async () => {
  const { session } = play([calls(3), decide.respond("ok")], { turn: { toolCalls: 2 } });
  assertEquals((await session.next("Hi")).reason, "toolCalls");
  const turn = await session.resume({});
  assertEquals(turn.toolResults.map(({ outcome }) => outcome), ["ok", "ok", "ok"]);
  assertEquals(turn.response, "ok");
});

Deno.test("limits: time is measured by the agent's clock, for a turn and since a session began", async () => {
  let now = 1_000;
  const clock = () => now;
  const slow = new Tool({
    name: "look",
    description: "Look",
    args: v.object({ at: v.string() }),
    run: () => void (now += 600),
  });
  const options = {
    clock,
    steps: { talk: { description: "Talk", tools: [slow] } },
  };
  const turn = play([calls(1), calls(1), decide.respond("ok")], { turn: { time: 1_000 } }, options);
  assertEquals((await turn.session.next("Hi")).reason, "time");
  assertEquals(limitOf(turn.session), {
    reason: "time",
    scope: "turn",
    limit: 1_000,
    used: 1_200,
    option: "limits.turn.time",
  });
  assertEquals((await turn.session.resume()).response, "ok");
  now = 5_000;
  const session = play(
    new Array(3).fill(decide.respond("ok")),
    { session: { time: 500 } },
    options,
  );
  assertEquals((await session.session.next("Hi")).status, "waiting");
  now += 500;
  assertEquals((await session.session.next("Hi")).reason, "time");
});

Deno.test("limits: cost is computed by the agent's prices, in events, turns, sessions and states", async () => {
  const asked: unknown[] = [];
  const { session } = play([calls(1), decide.respond("ok")], { turn: { cost: 1 } }, {
    usage: { input: 300, output: 100 },
    cost: ({ input = 0, output = 0 }, call) => {
      asked.push(call);
      return (input + 2 * output) / 1_000;
    },
  });
  const turn = await session.next("Hi");
  assertEquals([turn.status, turn.cost, session.cost, session.state.cost], ["waiting", 1, 1, 1]);
  assertEquals(
    turn.events.map((event) => event.type === "decision" ? event.cost : undefined),
    [undefined, 0.5, undefined, undefined, 0.5],
  );
  assertEquals(session.usage, { input: 600, output: 200 });
  assertEquals(asked, new Array(3).fill({ llm: "counted" }));
  const stopped = play([calls(1), decide.respond("ok")], { turn: { cost: 0.5 } }, {
    usage: { input: 300, output: 100 },
    cost: () => 0.5,
  });
  assertEquals((await stopped.session.next("Hi")).reason, "cost");
});

Deno.test("limits: the tokens of a model that reports none are estimated, but only if tokens are limited", async () => {
  const limited = play(new Array(3).fill(decide.respond("x".repeat(400))), {
    turn: { tokens: 10_000 },
  });
  await limited.session.next("Hi");
  const { usage } = limited.session;
  assertEquals(usage.isEstimated, true);
  assert(usage.output! > 100 && usage.output! < 150, `${usage.output} tokens`);
  assert(usage.input! > 50, `${usage.input} tokens`);
  const others = play([decide.respond("ok")], { turn: { modelCalls: 5 } });
  await others.session.next("Hi");
  assertEquals([others.session.usage, others.session.state.usage], [{}, undefined]);
});

Deno.test("limits: an endless answer is cut off while it arrives", async () => {
  let isOver = false;
  const endless: LLM = {
    name: "endless",
    decide: () => Promise.reject(new Error("not asked")),
    async *stream() {
      try {
        yield { type: "text", text: '{"reasoning":[],"decision":{"action":"RESPOND","response":"' };
        for (;;) yield { type: "text", text: "and on ".repeat(10) };
      } finally {
        isOver = true;
      }
    },
  };
  const { session } = play([], { turn: { tokens: 1_000 } }, { llm: endless });
  const turn = await session.next("Hi");
  assertEquals([turn.status, turn.reason, isOver], ["limited", "tokens", true]);
  const { usage, used, limit } = limitOf(session);
  assertEquals([limit, usage!.input! + usage!.output!], [1_000, used]);
  assert(used! >= 1_000 && used! < 1_020, `${used} tokens`);
  // The tokens of the answer that was cut off count for the session.
  assertEquals(session.usage, usage);
  const state = JSON.parse(JSON.stringify(session.state));
  assertEquals(state.usage.isEstimated, true);
});

Deno.test("limits: a failed call that used tokens is in the log, and its error is thrown", async () => {
  const { LLMRefusalError } = await import("../../src/llm/llm_failures.ts");
  const refused = new LLMRefusalError("It will not", { usage: { input: 70, output: 2 } });
  const { session } = play([refused, decide.respond("ok")], { session: { tokens: 1_000 } }, {
    cost: () => 2,
  });
  const parts: string[] = [];
  let thrown: unknown;
  try {
    for await (const { type } of session.stream("Hi")) parts.push(type);
  } catch (error) {
    thrown = error;
  }
  assert(thrown === refused);
  assertEquals(parts, ["user", "model_failed"]);
  assertEquals([session.status, session.usage, session.cost], [
    "interrupted",
    { input: 70, output: 2 },
    2,
  ]);
  const state = JSON.parse(JSON.stringify(session.state));
  assertEquals(state.events[1], {
    seq: 1,
    time: state.events[1].time,
    type: "model_failed",
    step: "talk",
    code: "LLM_REFUSED",
    usage: { input: 70, output: 2 },
    cost: 2,
  });
  assertEquals((await session.resume()).response, "ok");
});

Deno.test("invalid limits are refused when the agent or the session is created", () => {
  const refused: [Limits, string][] = [
    [{ turn: { tokens: -1 } }, "limits.turn.tokens is -1: expected a whole number from 0"],
    [{ turn: { tokens: 1.5 } }, "limits.turn.tokens is 1.5"],
    [{ session: { time: NaN } }, "limits.session.time is NaN: expected a number from 0"],
    [{ session: { modelCalls: "3" as never } }, 'limits.session.modelCalls is "3"'],
    [
      { turns: {} } as never,
      'limits.turns is an unknown limit: expected limits for "turn" or "session"',
    ],
    [
      { turn: { token: 3 } as never },
      'limits.turn.token is an unknown limit: expected "tokens", "cost", "modelCalls"',
    ],
    [null as never, "limits is null"],
    [{ turn: { cost: 1 } }, 'set the agent\'s option "cost"'],
  ];
  for (const [limits, message] of refused) {
    assertThrows(() => play([], limits), ConfigError, message);
    const agent = new Agent({
      name: "free",
      llm: new MockLLM(),
      start: "talk",
      steps: { talk: { description: "Talk" } },
    });
    assertThrows(() => agent.createSession({ limits }), ConfigError, message);
  }
  assertThrows(
    () => play([], { turn: { cost: 1 } }, { cost: () => undefined }),
    ConfigError,
    'a limit of cost needs the price of model "counted": the agent\'s option "cost" returned undefined',
  );
});

Deno.test("limits: a cost that is not a number from 0 is left out", async () => {
  for (const cost of [NaN, -1, Infinity, undefined]) {
    const { session } = play([decide.respond("ok")], {}, {
      usage: { input: 1 },
      cost: () => cost,
    });
    const turn = await session.next("Hi");
    assertEquals([turn.cost, "cost" in turn.state], [undefined, false]);
  }
});
