import { Agent, decide, type Decision, type LLM, LLMError, MockLLM, Tool } from "@nomos/agent";
import type { Observer } from "@nomos/agent/observer";
import {
  type AgentProfile,
  formatProfile,
  profileAgent,
  profileLog,
  Profiler,
} from "@nomos/agent/profile";
import { assert, assertAlmostEquals, assertEquals, assertStringIncludes } from "@std/assert";
import { memoryStore } from "@nomos/agent/store";
import * as v from "valibot";
import { SimClock } from "../sim_clock.ts";

/** Plays turns, and returns the profile as it was observed, and that of the log. */
async function play(agent: Agent, inputs: readonly string[]) {
  const profiler = new Profiler();
  const session = agent.with({ observers: [profiler] }).createSession();
  for (const input of inputs) await session.next(input);
  return [profiler.profile(), profileLog(await Array.fromAsync(session.events()))];
}

/** Checks that all tokens and all money have a part, and returns those of one. */
function readPart(profile: AgentProfile, of: string) {
  assertEquals(profile.attributed, { time: 1, tokens: 1, cost: 1 });
  const { parts, steps, total } = profile;
  const sum = (rows: readonly { readonly tokens: number }[]) =>
    rows.reduce((all, { tokens }) => all + tokens, 0);
  assertEquals([sum(parts), sum(steps)], [total.tokens, total.tokens]);
  assertStringIncludes(formatProfile(profile), of);
  const { tokens, cost, requests } = parts.find(({ part }) => part === of)!;
  return { tokens, cost: Math.round((cost ?? 0) * 1e6), requests };
}

Deno.test("texts that are embedded are a part of their own, with their tokens and their price", async () => {
  const mock = new MockLLM([decide.respond("Yes")], { whenDone: "repeat" });
  const llm: LLM = {
    name: "acme/mock",
    decide: async (request) => ({
      ...await mock.decide(request),
      usage: { input: 100, output: 5 },
    }),
    embed: (texts) =>
      Promise.resolve(Object.assign(texts.map(() => [1, 0]), { usage: { input: 7 } })),
  };
  const agent = new Agent({
    name: "shop",
    llm,
    cost: ({ input = 0 }) => input * 1e-6,
    start: "a",
    steps: {
      a: {
        description: "A",
        examples: [{ context: "They want a coat", decision: "ask for its size", show: "similar" }],
      },
    },
  });
  for (const profile of await play(agent, ["A coat", "A hat"])) {
    assertEquals(readPart(profile, "embedded"), { tokens: 21, cost: 21, requests: 3 });
    assertEquals(profile.total.tokens, 231);
  }
});

Deno.test("requests for a summary are a part of their own, prompts and answers", async () => {
  const mock = new MockLLM([decide.respond("Yes, ".repeat(400))], { whenDone: "repeat" });
  const agentOf = (isReported: boolean) =>
    new Agent({
      name: "shop",
      llm: {
        name: "acme/mock",
        decide: async (request) => ({
          ...await mock.decide(request),
          ...isReported &&
            { usage: request.legal ? { input: 900, output: 50 } : { input: 600, output: 60 } },
        }),
      },
      history: { maxTokens: 1_200, keepTurns: 1 },
      start: "a",
      steps: { a: { description: "A" } },
    });
  const inputs = ["One", "Two", "Three", "Four"];
  for (const profile of await play(agentOf(true), inputs)) {
    const { tokens, requests } = readPart(profile, "summarized");
    assertEquals(tokens % 660, 0);
    assertEquals(requests, tokens / 660);
    assertEquals(profile.figures.model_calls, inputs.length + requests);
  }
  for (const profile of await play(agentOf(false), inputs)) readPart(profile, "summarized");
});

Deno.test("after a summary, a log and an observer tell new texts from carried ones alike", async () => {
  const mock = new MockLLM([decide.respond("Yes, ".repeat(400))], { whenDone: "repeat" });
  const agent = new Agent({
    name: "shop",
    llm: {
      name: "acme/mock",
      decide: async (request) => ({
        ...await mock.decide(request),
        usage: { input: 10_000, output: 50 },
      }),
    },
    history: { maxTokens: 1_200, keepTurns: 1, summarize: () => "They talked" },
    timings: true,
    start: "a",
    steps: { a: { description: "A" } },
  });
  const inputs = ["One", "Two", "Three", "Four"].map((input) => input.padEnd(400, "."));
  const [observed, stored] = await play(agent, inputs);
  const users = [observed, stored].map((profile) =>
    profile!.parts.find(({ part }) => part === "user")!
  );
  for (const key of ["new", "carried", "chars"] as const) {
    assertAlmostEquals(users[1]![key], users[0]![key], 5, key);
  }
  assert(users[0]!.new > 1_000);
});

Deno.test("summaries and failed ones have the time and the tokens of their calls, observed and in a log", async () => {
  const clock = new SimClock();
  const profiler = new Profiler({ now: () => clock.now() });
  const mock = new MockLLM([decide.respond("Yes, ".repeat(900))], { whenDone: "repeat" });
  let attempts = 0;
  const agent = new Agent({
    name: "shop",
    llm: {
      name: "acme/mock",
      decide: async (request) => {
        await clock.wait(request.legal ? 100 : 350);
        if (!request.legal && attempts++ === 0) throw new LLMError("down");
        return { ...await mock.decide(request), model: "acme/mock" };
      },
    },
    observers: [profiler],
    onWarning: () => {},
    timings: true,
    clock: () => clock.now(),
    history: { maxTokens: 1_200, keepTurns: 1 },
    start: "a",
    steps: { a: { description: "A" } },
  });
  const session = agent.createSession();
  for (const input of ["One", "Two", "Three"]) await clock.drive(session.next(input));
  const log = profileLog(await Array.fromAsync(session.events()));
  const [observed, stored] = [profiler.profile(), log].map((profile) => {
    assertEquals(profile.time.reduce((sum, { wall }) => sum + wall, 0), 1_350);
    return readPart(profile, "summarized");
  });
  assertEquals(stored, observed);
  assertEquals(stored!.requests, 3, "the failed one included");
  assertEquals(log.unknown.filter((text) => text.includes("the agent's option timings")), []);
});

Deno.test("a mock reports the tokens of the texts that it embeds", async () => {
  const examples = [{ context: "They want a coat", decision: "ask", show: "similar" }] as const;
  const agent = new Agent({
    name: "shop",
    llm: new MockLLM(),
    cost: ({ input = 0 }) => input * 1e-6,
    start: "a",
    steps: { a: { description: "A", examples } },
  });
  const script = [{ input: "A hat", decisions: [decide.respond("Yes")] }];
  const profile = await profileAgent(agent, script, { iterations: 1 });
  assertEquals(readPart(profile, "embedded"), { tokens: 6, cost: 6, requests: 2 });
});

Deno.test("a summary that a function writes is no model call", async () => {
  const agent = new Agent({
    name: "shop",
    llm: new MockLLM([decide.respond("Yes, ".repeat(400))], { whenDone: "repeat" }),
    history: { maxTokens: 1_200, keepTurns: 1, summarize: () => "They talked" },
    start: "a",
    steps: { a: { description: "A" } },
  });
  for (const profile of await play(agent, ["One", "Two", "Three", "Four"])) {
    assertEquals(profile.figures.model_calls, 4);
    assertEquals(readPart(profile, "summary").requests > 0, true);
  }
});

Deno.test("a price that is no number from 0 is unknown", async () => {
  const events = [
    { type: "user", seq: 0, time: 0, text: "Hi" },
    {
      type: "decision",
      seq: 1,
      time: 5,
      step: "a",
      decision: { action: "RESPOND", reasoning: [], response: "Hello" },
      usage: { input: 100, output: 5, cachedInput: 900 },
    },
  ] as const;
  for (const price of [NaN, -1, Infinity, 1e300]) {
    const profiler = new Profiler({ cost: () => price });
    const agent = new Agent({
      name: "shop",
      llm: new MockLLM([decide.respond("Yes")]),
      observers: [profiler],
      start: "a",
      steps: { a: { description: "A" } },
    });
    await agent.next("Hi");
    for (const profile of [profiler.profile(), profileLog(events, { cost: () => price })]) {
      assertEquals(profile.total.cost, undefined);
      assertEquals(profile.attributed, { time: 1, tokens: 1, cost: 1 });
    }
  }
});

Deno.test("an agent whose call waits since an earlier turn, which was not observed, is counted once", async () => {
  const store = memoryStore();
  const usage = { input: 100, output: 5 };
  const modelOf = (...decisions: Decision[]): LLM => {
    const mock = new MockLLM(decisions);
    return { name: "acme/mock", decide: async (asked) => ({ ...await mock.decide(asked), usage }) };
  };
  const pay = new Tool({
    name: "pay",
    description: "Pay",
    args: v.object({}),
    needsApproval: true,
    run: () => "paid",
  });
  const cashier = new Agent({
    name: "cashier",
    llm: modelOf(decide.call("pay"), decide.respond("Paid")),
    start: "a",
    steps: { a: { description: "A", tools: [pay] } },
  });
  const open = (observers: readonly Observer[]) =>
    new Agent({
      name: "shop",
      llm,
      observers,
      start: "a",
      steps: {
        a: {
          description: "A",
          tools: [
            cashier.with({ observers }).asTool({ name: "cashier", description: "Ask them" }),
          ],
        },
      },
    }).openSession("ann", { store });
  const llm = modelOf(decide.call("cashier", { input: "Pay" }), decide.respond("Done"));
  await (await open([])).next("Pay");
  const profiler = new Profiler();
  const session = await open([profiler]);
  await session.approve(session.approvals[0]!.callKey);
  const profile = profiler.profile();
  assertEquals([profile.total.tokens, profile.figures.model_calls], [210, 2]);
  assertEquals(readPart(profile, "answers").tokens, 10);
  assertEquals(profile.parts.filter(({ part }) => part === "child agents"), []);
});

Deno.test("agents that run as tools and are not observed are a part, and belong to the step of their call", async () => {
  const usage = { input: 100, output: 5 };
  const modelOf = (...decisions: Decision[]): LLM => {
    const mock = new MockLLM(decisions);
    return { name: "acme/mock", decide: async (asked) => ({ ...await mock.decide(asked), usage }) };
  };
  const cashier = new Agent({
    name: "cashier",
    llm: modelOf(decide.respond("Paid")),
    start: "a",
    steps: { a: { description: "A" } },
  });
  const agent = new Agent({
    name: "shop",
    llm: modelOf(decide.move("b"), decide.call("ask", { input: "Pay" }), decide.respond("Done")),
    start: "a",
    steps: {
      a: { description: "A", routes: { b: "they pay" } },
      b: { description: "B", tools: [cashier.asTool({ name: "ask", description: "Ask them" })] },
    },
  });
  for (const profile of await play(agent, ["Pay"])) {
    assertEquals(readPart(profile, "child agents"), { tokens: 105, cost: 0, requests: 1 });
    assertEquals(profile.steps.map(({ step, tokens }) => [step, tokens]).sort(), [["a", 105], [
      "b",
      315,
    ]]);
  }
});
