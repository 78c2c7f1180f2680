import { assert, assertEquals, assertMatch, assertRejects, assertThrows } from "@std/assert";
import {
  Agent,
  type AgentOptions,
  ConfigError,
  decide,
  type LLM,
  LLMError,
  type LLMRequest,
  MockLLM,
  type Session,
  type SessionEvent,
  Tool,
} from "@nomos/agent";
import { type LLMChunk, LLMHttpError } from "@nomos/agent/llm";
import { memoryStore } from "@nomos/agent/store";
import * as v from "valibot";

/** A model that counts its requests. */
function counting(run: (request: LLMRequest) => unknown): LLM & { calls: number } {
  const llm = {
    name: "counting",
    calls: 0,
    decide(request: LLMRequest) {
      llm.calls++;
      return Promise.resolve(run(request) as { output: unknown });
    },
  };
  return llm;
}

function agentOf(llm: LLM, options: Partial<AgentOptions<{ talk: unknown }>> = {}) {
  return new Agent<{ talk: unknown }>({
    name: "counted",
    llm,
    start: "talk",
    steps: { talk: { description: "Talk" } },
    ...options,
  });
}

const failed = (session: Session) =>
  session.state.events.filter((event): event is SessionEvent<"model_failed"> =>
    event.type === "model_failed"
  );

/** Takes turns until the session is limited, at most ten. */
async function takeTurns(session: Session, takeTurn: () => Promise<unknown>): Promise<void> {
  for (let turn = 0; turn < 10 && session.status !== "limited"; turn++) {
    await takeTurn().catch(() => {});
  }
}

const LIMITS = { session: { modelCalls: 3 } };

Deno.test("a limit of model calls counts calls that were aborted", async () => {
  let abort: AbortController;
  const llm = counting(() => {
    queueMicrotask(() => abort.abort());
    return new Promise(() => {});
  });
  const session = agentOf(llm, { limits: LIMITS }).createSession();
  await takeTurns(session, () => {
    abort = new AbortController();
    return session.next("Hi", { signal: abort.signal });
  });
  assertEquals([session.status, llm.calls], ["limited", 3]);
  assertEquals(failed(session).map(({ code }) => code), ["ABORTED", "ABORTED", "ABORTED"]);
});

Deno.test("a limit of model calls counts calls whose stream was left", async () => {
  let calls = 0;
  const llm: LLM = {
    name: "streaming",
    decide: () => Promise.reject(new Error("only streams")),
    async *stream(): AsyncGenerator<LLMChunk> {
      calls++;
      yield { type: "text", text: '{"reasoning":["' };
      yield { type: "text", text: "a".repeat(400) };
      await new Promise(() => {});
    },
  };
  const session = agentOf(llm, { limits: LIMITS }).createSession();
  await takeTurns(session, async () => {
    for await (const part of session.stream("Hi")) {
      if (part.type === "delta" && part.text.length > 9) break;
    }
  });
  assertEquals([session.status, calls], ["limited", 3]);
  // The tokens of the part that arrived are estimated: 415 characters.
  for (const { usage } of failed(session)) assert(usage.output! >= 100 && usage.isEstimated);
});

Deno.test("a limit of model calls counts calls that failed", async () => {
  const llm = counting(() => {
    throw new Error("down");
  });
  const session = agentOf(llm, { limits: LIMITS }).createSession();
  await takeTurns(session, () => session.next("Hi"));
  assertEquals([session.status, llm.calls], ["limited", 3]);
});

Deno.test("a limit of model calls counts calls whose consequences threw", async () => {
  const usage = { input: 10, output: 1 };
  const output = {
    reasoning: [],
    decision: { action: "TOOL_CALL", calls: [{ tool: "pay", args: {} }] },
  };
  const llm = counting(() => ({ output, usage }));
  const pay = new Tool({
    name: "pay",
    description: "Pay",
    args: v.object({}),
    needsApproval: () => {
      throw new Error("no rule");
    },
    run: () => "paid",
  });
  const session = agentOf(llm, {
    limits: LIMITS,
    cost: () => 2,
    steps: { talk: { description: "Talk", tools: [pay] } },
  }).createSession();
  await takeTurns(session, () => session.next("Hi"));
  assertEquals([session.status, llm.calls], ["limited", 3]);
  // The usage that the model reported is counted.
  assertEquals([session.usage, session.cost], [{ input: 30, output: 3 }, 6]);
});

Deno.test("tokens and cost of a call that failed are estimated, unless the server refused it", async () => {
  const errors = [new LLMError("broken"), new LLMHttpError("no", 401)];
  const llm = counting(() => {
    throw errors.shift()!;
  });
  const cost = ({ input = 0 }) => input;
  const session = agentOf(llm, { cost }).createSession();
  await assertRejects(() => session.next("x".repeat(4_000)), LLMError, "broken");
  const { usage } = session;
  assert(usage.input! > 1_000 && usage.output === 0 && usage.isEstimated === true);
  assertEquals(session.cost, usage.input);
  await assertRejects(() => session.resume(), LLMHttpError);
  assertEquals(session.usage, usage);
  assertEquals(failed(session).map(({ code }) => code), ["LLM_FAILED", "LLM_HTTP"]);
});

Deno.test("a turn makes at most 100 model calls by default, those of child sessions included", async () => {
  let deep = 3;
  const leaf = counting(() => ({
    output: { reasoning: [], decision: { action: "RESPOND", response: "done" } },
  }));
  let agent = agentOf(leaf);
  const models = [leaf];
  while (deep-- > 0) {
    const child = agent.asTool({ name: "child", description: "Work" });
    const llm = counting(({ messages }) => {
      const calls = Array.from({ length: 16 }, () => ({ tool: "child", args: { input: "Go" } }));
      const decision = messages.some(({ role }) => role === "tool")
        ? { action: "RESPOND", response: "done" }
        : { action: "TOOL_CALL", calls };
      return { output: { reasoning: [], decision } };
    });
    models.push(llm);
    agent = agentOf(llm, { steps: { talk: { description: "Talk", tools: [child] } } });
  }
  const session = agent.createSession();
  const turn = await session.next("Go");
  const calls = models.reduce((sum, llm) => sum + llm.calls, 0);
  assert(calls > 90 && calls <= 100, `${calls} calls`);
  assertEquals([turn.status, turn.reason], ["limited", "modelCalls"]);
  const limit = turn.events.at(-1) as SessionEvent<"limit">;
  assertEquals([limit.option, limit.limit], ["limits.turn.modelCalls", 100]);
});

Deno.test("Infinity lifts the default limit of model calls", async () => {
  const llm = counting(({ legal }) => {
    const decision = llm.calls > 120 || !legal!.actions.includes("TOOL_CALL")
      ? { action: "RESPOND", response: "done" }
      : { action: "TOOL_CALL", calls: [{ tool: "look", args: { at: llm.calls } }] };
    return { output: { reasoning: [], decision } };
  });
  const look = new Tool({
    name: "look",
    description: "Look",
    args: v.object({ at: v.number() }),
    run: ({ at }) => at,
  });
  const agent = agentOf(llm, {
    maxIterations: 1_000,
    steps: { talk: { description: "Talk", tools: [look] } },
  });
  assertEquals((await agent.createSession().next("Go")).reason, "modelCalls");
  assertEquals(llm.calls, 100);
  const limits = { turn: { modelCalls: Infinity } };
  assertEquals((await agent.createSession({ limits }).next("Go")).response, "done");
  assertEquals(llm.calls, 121);
  // Another limit of the turn leaves the default in place.
  llm.calls = 0;
  const others = { turn: { toolCalls: 1_000 } };
  assertEquals((await agent.createSession({ limits: others }).next("Go")).reason, "modelCalls");
});

const FAILING_COSTS: [string, () => number, RegExp][] = [
  [
    "throws",
    () => {
      throw new Error("no table");
    },
    /^Cannot read a price: "cost" threw: no table$/,
  ],
  ["returns NaN", () => NaN, /"cost" returned NaN: expected a number from 0/],
  ["returns a negative number", () => -1, /"cost" returned -1/],
  ["returns text", () => "5" as never, /"cost" returned "5"/],
];

for (const [what, fail, message] of FAILING_COSTS) {
  Deno.test(`a cost that ${what} keeps the answer, and is reported`, async () => {
    const warnings: string[] = [];
    const llm = new MockLLM([decide.respond("ok")]);
    const reporting: LLM = {
      name: "reporting",
      decide: async (request) => ({ ...await llm.decide(request), usage: { input: 5 } }),
    };
    const agent = agentOf(reporting, {
      cost: fail,
      onWarning: (warning) => void warnings.push(warning),
    });
    const turn = await agent.createSession().next("Hi");
    assertEquals([turn.status, turn.response, turn.cost], ["waiting", "ok", undefined]);
    assertEquals(turn.usage, { input: 5 });
    assertEquals(warnings.length, 1);
    assertMatch(warnings[0]!, message);
  });

  Deno.test(`a cost that ${what} ends the turn if cost is limited`, async () => {
    let isBroken = false;
    const cost = () => isBroken ? fail() : 1;
    const agent = agentOf(new MockLLM([decide.respond("ok"), decide.respond("fine")]), {
      cost,
      limits: { session: { cost: 10 } },
      onWarning: () => {},
    });
    const session = agent.createSession();
    isBroken = true;
    const turn = await session.next("Hi");
    assertEquals([turn.status, turn.reason, turn.response], ["limited", "cost", "ok"]);
    assertEquals((turn.events.at(-1) as SessionEvent<"limit">).option, "cost");
    isBroken = false;
    assertEquals((await session.next("Again")).response, "fine");
  });
}

Deno.test("a cost that throws when the agent is built is refused, if cost is limited", () => {
  const cost = () => {
    throw new Error("no table");
  };
  assertThrows(
    () => agentOf(new MockLLM(), { cost, limits: { turn: { cost: 1 } } }),
    ConfigError,
    'the agent\'s option "cost" threw: no table: expected a number from 0',
  );
});

Deno.test("a sum of costs beyond the largest number stays one that a store can read again", async () => {
  const store = memoryStore();
  const script = new Array(5).fill(decide.respond("ok"));
  const agent = agentOf(new MockLLM(script), {
    cost: () => 1e308,
    limits: { session: { cost: 1.5e308 } },
  });
  const session = await agent.openSession("s", { store });
  for (let turn = 0; turn < 3; turn++) await session.next("Hi");
  assertEquals([session.status, session.cost], ["limited", Number.MAX_VALUE]);
  const again = await agent.openSession("s", { store });
  assertEquals((await again.next("Hi")).status, "limited");
  assertEquals(agent.createSession({ state: again.state }).cost, Number.MAX_VALUE);
});
